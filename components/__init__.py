"""Pulumi components, flat, one file each. They know `model` and nothing of one another."""
