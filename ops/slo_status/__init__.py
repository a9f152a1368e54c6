"""Publishes the status of all objectives to S3, where pipelines read it that do not reach Prometheus."""
