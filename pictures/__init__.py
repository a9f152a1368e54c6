"""Grafana's boards on live data: a synthetic store, whether every panel has data, pictures, and what a view costs."""
