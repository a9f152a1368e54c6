"""Drives the real Pulumi engine from Python, with real plugins or with the offline providers."""
