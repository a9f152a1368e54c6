"""Tests of model/grafana."""
