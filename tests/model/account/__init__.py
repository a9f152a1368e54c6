"""Tests of model/account."""
