"""What the rules of objectives are worth, beside the textbook's: docs/slo.md has the tables."""
