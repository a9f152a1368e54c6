"""What a rule must be before its query is looked at: valid PromQL, patient, owned, and the only one of its record."""

from collections.abc import Iterator

from checks.finding import Finding
from checks.rules.findings import Kind, Known, finding
from checks.rules.inference.source import Rule
from model import labels
from model.vocabulary import Severity

ANNOTATIONS = (labels.SUMMARY, labels.DESCRIPTION, labels.DASHBOARD_URL)


def parses(rule: Rule, _known: Known) -> Iterator[Finding]:
    """A rule that does not parse; all other checks skip it."""
    if rule.parsed is None:
        yield finding(rule, Kind.DOES_NOT_PARSE, rule.at("expr"), f"the query does not parse: {rule.error}")


def waits(rule: Rule, _known: Known) -> Iterator[Finding]:
    """Alerts that tell at once. Where that is right, an exception has the reason."""
    if rule.alert and rule.hold in {None, "0s", "0m"}:
        yield finding(rule, Kind.NO_FOR, rule.line, "it has no `for`, so it fires after a single evaluation")


def recorded_once(rule: Rule, known: Known) -> Iterator[Finding]:
    """The second of two such rules. Rules that add different labels are distinct."""
    for other in known.metrics.recorded.get(rule.record, ()):
        if other is rule:
            return
        if other.labels == rule.labels:
            says = f"{other.file}:{other.line} records {rule.record} with the same labels"
            yield finding(rule, Kind.RECORDED_TWICE, rule.line, says)


def owned(rule: Rule, known: Known) -> Iterator[Finding]:
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
