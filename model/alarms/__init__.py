"""CloudWatch alarms: rows of ``rules/cloudwatch/`` made concrete for the catalog's resources, counted and planned."""
