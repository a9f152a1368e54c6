"""What an environment's monitoring costs each month, from its plan, the catalog's load and the dated price table."""
