"""From fault to notification in the local environment, beside the textbook's rules in the same Prometheus."""
