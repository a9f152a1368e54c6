"""Drift: where program, state, account and cluster differ, what of it is accepted, and until when."""
