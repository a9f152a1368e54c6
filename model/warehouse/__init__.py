"""The warehouse: what its tables hold, and how a day's rows are made of what was recorded."""
