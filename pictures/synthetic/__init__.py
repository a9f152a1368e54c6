"""A Prometheus filled with simulated series of the catalog and what the shipped rules record."""
