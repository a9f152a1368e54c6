"""What Grafana puts in place of its variables before a data source sees a query."""

import re

# Long and odd, so that a rule finds a range again that was a variable.
RATE_INTERVAL_SECONDS = 8869
AUTO = "12345s"

_GLOBAL = {
    "__rate_interval": f"{RATE_INTERVAL_SECONDS}s",
    "__interval": "4867s",
    "__interval_ms": "4867000",
    "__range": "6069s",
    "__range_s": "6069",
    "__range_ms": "6069000",
    "__auto": AUTO,
    "__from": "1594671549254",
    "__to": "1594671549254",
}
_USE = re.compile(r"\$\{(\w+)(?::[^}]*)?\}|\$(\w+)|\[\[(\w+)(?::\w+)?\]\]")


class UnknownVariable(ValueError):
    """A variable that neither Grafana nor the board has."""


def expand(query: str, known: set[str]) -> str:
    """The query with values in place of variables. Raises UnknownVariable: Grafana would send the name as it stands."""

    def value(match: re.Match[str]) -> str:
        name = next(group for group in match.groups() if group)
        if name in _GLOBAL:
            return _GLOBAL[name]
        if name in known:
            return name
        if name.isdigit():  # a group of label_replace, which Grafana leaves alone
            return match[0]
        raise UnknownVariable(f"${name} is no variable of the board")

    return _USE.sub(value, query)
