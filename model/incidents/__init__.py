"""Incidents: what opens, joins, closes and reopens one, and its times, as pure functions of observed entries."""
