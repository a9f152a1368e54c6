"""Drift of a running environment: the engine's report, the cluster's answers, and who is notified."""
