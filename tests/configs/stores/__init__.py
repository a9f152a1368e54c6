"""Tests of configs/stores."""
