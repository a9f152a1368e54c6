"""Tests of model/alarms."""
