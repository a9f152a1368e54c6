"""Recorded series that boards and thresholds read."""
