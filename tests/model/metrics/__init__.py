"""Tests of model/metrics."""
