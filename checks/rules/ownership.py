"""An alert that does not say how bad it is, whose it is, or what to do."""

from collections.abc import Iterator

from checks.finding import Finding
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference.source import Rule
from model import labels
from model.vocabulary import Severity

ANNOTATIONS = (labels.SUMMARY, labels.DESCRIPTION, labels.DASHBOARD_URL)


def check(rule: Rule, known: Known) -> Iterator[Finding]:
    """Missing labels and annotations, an unknown severity, a runbook that is not there."""
    if not rule.alert:
        return
    kind = Kind.INCOMPLETE_ALERT
    for label in (name for name in labels.ALERT_LABELS if name not in rule.labels):
        yield finding(rule, kind, rule.at("labels"), f"it has no label {label}")
    for annotation in (name for name in ANNOTATIONS if name not in rule.annotations):
        yield finding(rule, kind, rule.at("annotations"), f"it has no annotation {annotation}")
    severity = rule.labels.get(labels.SEVERITY, Severity.WARNING)
    if severity not in list(Severity):
        allowed = ", ".join(Severity)
        yield finding(rule, kind, rule.at("labels"), f"found severity {severity!r}; allowed: {allowed}")
    if rule.alert not in known.runbooks:
        yield finding(rule, kind, rule.line, f"it has no runbook docs/runbooks/{rule.alert}.md")
