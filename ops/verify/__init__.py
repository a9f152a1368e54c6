"""Verification of a running environment after a deployment."""
