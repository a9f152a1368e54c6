"""Tests of model/catalog."""
