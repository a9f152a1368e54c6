"""Measurements. Never a part of the tests: they take minutes and judge nothing."""
