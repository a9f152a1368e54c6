"""Faults of the local environment: what can be broken, which alert must come of it, and the game day."""
