"""Tests of model/stores."""
