"""Reads Inspector, Security Hub and Config, and shows their numbers to Prometheus."""
