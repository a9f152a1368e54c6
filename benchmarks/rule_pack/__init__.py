"""Belfry's whole rule pack beside kube-prometheus-stack's default rules, on one store of a real Prometheus."""
