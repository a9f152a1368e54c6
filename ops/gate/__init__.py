"""The error budget gate against a running environment: where the status comes from, and what the verdict looks like."""
