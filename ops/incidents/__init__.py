"""Incidents that write themselves down: sources, the folder of each incident, the draft of its post-mortem."""
