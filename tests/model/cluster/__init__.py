"""Tests of model/cluster."""
