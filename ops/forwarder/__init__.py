"""Brings CloudWatch alarms to Alertmanager: from the queue of their state changes, and by asking CloudWatch."""
