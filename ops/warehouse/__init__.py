"""The verbs ``warehouse`` and ``query``: a day's rows as files, and SQL on them."""
