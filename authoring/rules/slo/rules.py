"""Rules before they are text: a recording or an alert with the comment above it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.dashboards import Board
from model.quantities import Duration
from model.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording rule; the labels of the objective are added to ``labels``."""

    record: str
    expr: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Alert:
    """An alerting rule; the labels of every alert are added."""

    name: str
    severity: Severity
    expr: str
    summary: str
    description: str
    hold: Duration | None = None
    keep: Duration | None = None
    board: str = Board.SLO.path


@dataclass(frozen=True, slots=True)
class Section:
    """Rules that belong together, below one comment. Without rules the comment says why there are none."""

    comment: str
    rules: tuple[Recording | Alert, ...] = field(default=())
