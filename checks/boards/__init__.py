"""Grafana's dashboard linter in Python: the 17 rules of https://github.com/grafana/dashboard-linter, named as there.

Its binary is in no package registry. The rules are rewritten from their documentation; where ours differ, they are
stricter and their docstring says so:

- A query is checked in the language of its own data source, not in that of the board's first one: a Loki panel beside
  Prometheus panels is LogQL.
- Panels of all types with queries are checked, inside collapsed rows too.
- LogQL has no parser in Python. The caller gives one: a function from a query to an error, or to nothing.

A rule may be broken for a reason: ``exceptions.py`` has them all, and one that nobody needs is a finding too.
"""

from checks.boards.lint import lint
from checks.finding import Finding

__all__ = ["Finding", "lint"]
