"""What Prometheus scrapes, keeps and passes on, and which series exist."""
