"""Prometheus rules as assets, and when an alert that fires is not told."""
