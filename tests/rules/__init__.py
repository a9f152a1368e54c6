"""Tests of rules/ and docs/runbooks/."""
