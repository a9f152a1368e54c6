"""Grafana dashboards as Python: one module a dashboard, and what all of them share in ``board``."""
