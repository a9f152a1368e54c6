"""SLO and SLA reports, and the review of alerts: what is read, kept and written."""
