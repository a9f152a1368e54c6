"""Auto-remediation: whether an alert may start its action now, the ledger of what was decided, and how good it was."""
