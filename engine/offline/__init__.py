"""Offline providers: they answer for aws, kubernetes and random, make nothing, and say so.

The real Pulumi engine runs the program against them, so that a preview needs no plugin, no account and no network.
State is the inputs plus made-up computed outputs in the right shape, derived from the URN: the same program gives the
same bytes. They refuse to create, update or delete anything outside the stack ``local``, so that made-up state never
reaches a real backend.

Deliberately left out: components served by a provider (``construct``), functions other than the ones Belfry calls,
and Pulumi's ``autonaming`` configuration (the SDK does not hand it to a Python provider).
"""

SIMULATED = "BELFRY_SIMULATED_PREVIEW"
"""Variable of the environment: when it is set, a preview shows simulated ids and ARNs instead of unknown values.

A policy of IAM that holds one ARN is unknown as a whole otherwise, so nobody could compare two of them.
"""
