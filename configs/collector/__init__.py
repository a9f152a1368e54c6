"""Configurations of the OpenTelemetry collectors, as plain data made by pure functions.

Three kinds run in a cluster and one file makes each: ``agent`` on every node, ``gateway`` (parses, redacts, routes),
``sampler`` (sees whole traces), and ``cluster``, the single one for what exists once: Kubernetes events and audit.
Tests and the local environment start the very same configurations with other addresses.
"""
