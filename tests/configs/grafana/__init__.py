"""Tests of configs/grafana."""
