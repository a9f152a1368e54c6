"""What rules about panels ask of PromQL: its syntax tree, and what Grafana puts in place of its variables before."""

import re
from collections.abc import Iterator
from datetime import timedelta

import promql_parser
from promql_parser import Expr, MatrixSelector, VectorSelector

from checks.rules.inference.syntax import children, walk

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


def ranges(node: Expr) -> Iterator[tuple[VectorSelector, timedelta, str]]:
    """Every selector with a range: itself, the range, and the function that it is in (empty without)."""
    if isinstance(node, MatrixSelector):
        yield node.vector_selector, node.range, ""
    for parent in walk(node):
        for child in children(parent):
            if isinstance(child, MatrixSelector):
                name = parent.func.name if isinstance(parent, promql_parser.Call) else ""
                yield child.vector_selector, child.range, name


def metric(selector: VectorSelector) -> str:
    """The metric's name; empty where it is chosen by a pattern."""
    if selector.name:
        return str(selector.name)
    named = [m for m in selector.matchers.matchers if m.name == "__name__" and m.op == promql_parser.MatchOp.Equal]
    return str(named[0].value) if named else ""


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
