"""The engine of auto-remediation: it reads alerts and facts, decides, and keeps the ledger."""
