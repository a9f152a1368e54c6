"""Configurations of what keeps logs and traces: Loki, Elasticsearch, Jaeger, OpenSearch."""
