"""Programs that run in pods of the cluster. Each is one file and knows Python's standard library alone."""
