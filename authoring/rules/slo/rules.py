"""The rules of an objective: recordings and alerts, below the comment of their section."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from authoring.rule_file import Rule
from model import labels
from model.dashboards import Board
from model.quantities import Duration
from model.vocabulary import Severity


def recording_rule(record: str, expr: str, own: Mapping[str, str]) -> Rule:
    """A recording rule; the labels of the objective are added to its ``own``."""
    return Rule("record", record, expr, own)


def alert_rule(
    name: str,
    severity: Severity,
    expr: str,
    summary: str,
    description: str,
    *,
    hold: Duration | None = None,
    keep: Duration | None = None,
    board: str = Board.SLO.path,
) -> Rule:
    """An alerting rule; the labels of the objective are added."""
    texts = {labels.SUMMARY: summary, labels.DESCRIPTION: description, labels.DASHBOARD_URL: board}
    return Rule("alert", name, expr, {labels.SEVERITY: severity}, hold=hold, keep=keep, annotations=texts)


@dataclass(frozen=True, slots=True)
class Section:
    """Rules that belong together, below one comment. Without rules the comment says why there are none."""

    comment: str
    rules: tuple[Rule, ...] = field(default=())
