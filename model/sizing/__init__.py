"""How large the platform must be for what the catalog says it will carry.

Pure arithmetic. Every figure has its source beside it; those without a source are marked as our own planning figures.
"""
