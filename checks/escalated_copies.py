"""Finds queries that count an alert again for each level it was escalated to.

A copy of an alert for a higher level (`authoring/rules/escalation.py`) is a series of ALERTS like its source. A query
that does not leave copies out shows one failure as two after 15 minutes and as four after an hour.
"""

import re

from promql_parser import Matcher, MatchOp, VectorSelector

from model import labels, names

ALERTS = "ALERTS"


def may_choose(selector: VectorSelector) -> bool:
    """Whether a selector of ALERTS can choose a copy: ``level=""`` prevents it, and so does a choice by name."""
    copy = {"alertname": names.ESCALATION, labels.SEVERITY: "critical", "alertstate": "firing"}
    return selector.name == ALERTS and all(_takes(matcher, copy) for matcher in selector.matchers.matchers)


def _takes(matcher: Matcher, copy: dict[str, str]) -> bool:
    if matcher.name == labels.LEVEL:
        return bool(matcher.op != MatchOp.Equal or matcher.value)
    if matcher.name not in copy:
        return True
    value = copy[matcher.name]
    match matcher.op:
        case MatchOp.Equal:
            return bool(value == matcher.value)
        case MatchOp.NotEqual:
            return bool(value != matcher.value)
    found = re.fullmatch(matcher.value, value) is not None
    return found if matcher.op == MatchOp.Re else not found
