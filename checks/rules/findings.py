"""What the checks share: their input, and the kinds of findings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from checks.finding import Finding
from checks.rules.inference.metrics import Metrics
from checks.rules.inference.parts import PartsOf
from checks.rules.inference.shapes import Shapes
from checks.rules.inference.source import Rule
from model.vocabulary import Vocabulary


class Kind(Vocabulary):
    """What can be wrong with a rule. Exceptions name one of these."""

    DOES_NOT_PARSE = ("does-not-parse", "The query is not valid PromQL.")
    UNKNOWN_METRIC = ("unknown-metric", "The metric is not exposed, declared or recorded.")
    NEVER_CHOOSES = ("never-chooses", "No series can match the selector.")
    NEVER_JOINS = ("never-joins", "The two sides of an operator can have no labels in common.")
    NEVER_TRUE = ("never-true", "The comparison is false for every possible value of its left side.")
    RANGE_TOO_SHORT = ("range-too-short", "A range contains fewer than the two samples that its function needs.")
    WRONG_SIDE = ("wrong-side", "`and` keeps the value of the wrong side.")
    MISSING_LABEL = ("missing-label", "The result lacks a label that the alert needs.")
    UNBOUNDED_LABEL = ("unbounded-label", "The result has a label with as many values as there are users or requests.")
    HIDDEN_PART = ("hidden-part", "An aggregation hides an instance that can fail independently.")
    HALF_A_NAME = ("half-a-name", "A name is kept or selected without the label that makes it unique.")
    NO_FOR = ("no-for", "The alert fires after a single evaluation.")
    INCOMPLETE_ALERT = ("incomplete-alert", "The alert lacks a label, an annotation or its runbook.")
    ESCALATED_COPIES = ("escalated-copies", "The query counts an alert again for each escalation level.")
    RECORDED_TWICE = ("recorded-twice", "Two rules record the same name with the same labels.")


@dataclass(frozen=True, slots=True)
class Known:
    """What the checks know besides the rule: metrics, the labels that follow, and the alerts that have a runbook."""

    metrics: Metrics
    shapes: Shapes
    runbooks: frozenset[str]
    parts: PartsOf


Check = Callable[[Rule, Known], Iterator[Finding]]


def finding(rule: Rule, kind: Kind, line: int, message: str) -> Finding:
    """A finding about ``rule``."""
    return Finding(rule.file, line, rule.name, kind, message)
