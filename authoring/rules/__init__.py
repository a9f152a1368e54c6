"""Writes `rules/`: Prometheus, Loki and Alertmanager, from the catalog."""
