"""Linters of rules, boards, rendered charts and texts. Nothing here writes a file."""
