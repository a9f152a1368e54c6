"""Tests of model/cost."""
