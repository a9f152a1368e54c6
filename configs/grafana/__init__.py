"""Grafana: its settings, sign-on, data sources, and the addresses of its boards."""
