"""Selectors of what is not there (unknown metrics, matchers that no series fulfils), and of escalated copies."""

import re
from collections.abc import Iterator, Sequence

from promql_parser import Matcher, MatchOp, VectorSelector

from checks import escalated_copies
from checks.finding import Finding
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference.metrics import ALERTS
from checks.rules.inference.shapes import Shape
from checks.rules.inference.source import Rule
from checks.rules.inference.syntax import selectors


def exist(rule: Rule, known: Known) -> Iterator[Finding]:
    """Metrics outside the inventory, the catalog's declarations and the recorded series."""
    for name in dict.fromkeys(selector.name for selector in selectors(rule.expr)):
        if name is None:
            yield finding(rule, Kind.UNKNOWN_METRIC, rule.at("expr"), "a selector names no metric")
        elif not known.metrics.known(name):
            yield finding(rule, Kind.UNKNOWN_METRIC, rule.line_of(name), f"{name} is not exposed, declared or recorded")


def count_once(rule: Rule, _: Known) -> Iterator[Finding]:
    """Selectors of ALERTS without ``level=""``."""
    for selector in selectors(rule.expr):
        if escalated_copies.may_choose(selector):
            says = 'reads ALERTS without level="": an escalated alert is counted once per level'
            yield finding(rule, Kind.ESCALATED_COPIES, rule.line_of(escalated_copies.ALERTS), says)


def can_match(rule: Rule, known: Known) -> Iterator[Finding]:
    """Matchers that no series can fulfil."""
    for selector in selectors(rule.expr):
        for says in _contradictions(selector, known):
            yield finding(rule, Kind.NEVER_CHOOSES, rule.line_of(selector.name or ""), says)


def _contradictions(selector: VectorSelector, known: Known) -> Iterator[str]:
    name, matchers = selector.name or "", selector.matchers.matchers
    for equal in (m for m in matchers if m.op == MatchOp.Equal):
        for other in matchers:
            if other.name == equal.name and not _takes(other, equal.value):
                yield f"{equal.name} of {name} cannot be {equal.value!r} and fulfil {_shown(other)}"
    shapes, singly = _shapes(name, known), True
    for matcher in matchers:
        if not any(_possible(matcher, shape) for shape in shapes):
            singly = False
            yield f"no series of {name} fulfils {_shown(matcher)}"
    if singly and not any(all(_possible(matcher, shape) for matcher in matchers) for shape in shapes):
        yield f"no series of {name} fulfils all of {', '.join(map(_shown, matchers))}"


def _shapes(name: str, known: Known) -> Sequence[Shape]:
    """What series of a name there are: one shape for each rule that writes them."""
    if name == ALERTS:
        return known.shapes.of_alerts()
    if recorders := known.metrics.recorded.get(name):
        return [known.shapes.of_rule(rule) for rule in recorders]
    return [known.shapes.of_metric(name)]


def _possible(matcher: Matcher, shape: Shape) -> bool:
    if matcher.name in shape.fixed:
        return _takes(matcher, shape.fixed[matcher.name])
    return not shape.lacks(matcher.name) or _takes(matcher, "")


def _takes(matcher: Matcher, value: str) -> bool:
    match matcher.op:
        case MatchOp.Equal:
            return value == matcher.value
        case MatchOp.NotEqual:
            return value != matcher.value
    # RE2 and Python agree on what rules use.
    found = re.fullmatch(matcher.value, value) is not None
    return found if matcher.op == MatchOp.Re else not found


def _shown(matcher: Matcher) -> str:
    # The parser's constants have no hash.
    operators = ((MatchOp.Equal, "="), (MatchOp.NotEqual, "!="), (MatchOp.Re, "=~"), (MatchOp.NotRe, "!~"))
    sign = next(text for operator, text in operators if operator == matcher.op)
    return f'{matcher.name}{sign}"{matcher.value}"'
