"""Writes the CloudWatch dashboards."""
