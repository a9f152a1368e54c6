"""Stops the escalation of an incident that somebody acknowledged in PagerDuty, for teams that name a key of its API."""
