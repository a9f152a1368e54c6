"""Tests of model/alerting."""
