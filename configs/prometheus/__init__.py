"""What Prometheus keeps, drops and passes on, and the configuration of Thanos."""
