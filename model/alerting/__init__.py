"""Prometheus rules as assets, and when a firing alert sends no notification."""
