"""Security of the account: what its services report, as numbers."""
