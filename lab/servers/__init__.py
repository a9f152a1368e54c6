"""The servers of the local environment: one module for each program."""
