"""A range that holds fewer samples than its function needs."""

from collections.abc import Iterator
from datetime import timedelta

from promql_parser import Call, MatrixSelector, SubqueryExpr

from checks.finding import Finding
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference.source import Rule
from checks.rules.inference.syntax import walk

# They compare a sample with one before it; the *_over_time functions take one alone.
_OF_TWO = frozenset({"rate", "irate", "increase", "delta", "idelta", "deriv", "changes", "resets", "predict_linear"})


def check(rule: Rule, known: Known) -> Iterator[Finding]:
    """Ranges shorter than two samples; of exactly two intervals one scrape may be late."""
    for node in walk(rule.expr):
        if not isinstance(node, Call) or node.func.name not in _OF_TWO:
            continue
        match node.args[0]:
            case MatrixSelector(range=timedelta() as length, vector_selector=selector):
                name, every = selector.name or "", timedelta(seconds=known.metrics.seconds(selector))
            case SubqueryExpr(range=timedelta() as length, step=timedelta() as step):
                name, every = "a subquery", step
            case _:
                continue
        if length < 2 * every:
            says = f"{node.func.name} needs two samples, {name} has one in {_s(every)}: {_s(length)} are too short"
            yield finding(rule, Kind.RANGE_TOO_SHORT, rule.line_of(name), says)


def _s(length: timedelta) -> str:
    return f"{length.total_seconds():g} s"
