"""The policy pack for Pulumi's engine: the rules of ``model.policies``, while a preview or an update runs."""
