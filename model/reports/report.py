"""The report as a document: what is written as JSON, and what Markdown and HTML are rendered from."""

from typing import Literal

from model.base import Model
from model.reports.counts import Verdict
from model.reports.credits import Credit
from model.reports.incidents import Incident
from model.reports.periods import PeriodKind
from model.reports.rows import Unit
from model.vocabulary import Environment


class TrendPoint(Model):
    """One objective in one period. ``budget_spent`` in percent; None where it is unknown."""

    period: str
    achieved: str | None
    budget_spent: str | None
    coverage: str
    verdict: Verdict


class Rolling(Model):
    """The objective's own window that ended with the period, as recorded: the number of the dashboards and the gate."""

    window: str
    until: str
    valid: float | None
    bad: float | None
    remaining: float | None


class ObjectiveReport(Model):
    """One objective. Percentages are texts, cut and never rounded up; counts are as recorded."""

    system: str
    component: str
    objective: str
    feature: str
    team: str
    unit: Unit
    target: str
    verdict: Verdict
    why: str
    valid: float
    bad: float
    good: float
    achieved: str | None
    allowed_bad: float
    budget_spent: str | None
    budget_left: str | None
    coverage: str
    covered_seconds: int
    expected_seconds: int
    gaps: int
    rolling: Rolling | None
    trend: tuple[TrendPoint, ...]


class ExclusionReport(Model):
    """A maintenance window and what it took out of one objective."""

    name: str
    reason: str
    start: float
    end: float
    system: str
    component: str
    objective: str
    seconds: int
    valid: float
    bad: float


class AgreementReport(Model):
    """The credit of the month that one agreement asks for."""

    system: str
    component: str
    objective: str
    feature: str
    reason: str
    maintenance_excluded: bool
    tiers: tuple[tuple[str, str], ...]
    result: Credit


class Summary(Model):
    """How many objectives of a system, a feature or a team were met."""

    name: str
    met: int = 0
    missed: int = 0
    unknown: int = 0


class Report(Model):
    """All of a period. ``until``: the last day that has passed, where the period is not over."""

    version: Literal[1] = 1
    environment: Environment
    kind: PeriodKind
    period: str
    first_day: str
    last_day: str
    complete: bool
    until: str | None
    time_zones: tuple[str, ...]
    filters: tuple[str, ...]
    met: int
    missed: int
    unknown: int
    least_coverage: str
    partly_measured: tuple[str, ...]
    systems: tuple[Summary, ...]
    features: tuple[Summary, ...]
    teams: tuple[Summary, ...]
    objectives: tuple[ObjectiveReport, ...]
    incidents: tuple[Incident, ...]
    exclusions: tuple[ExclusionReport, ...]
    agreements: tuple[AgreementReport, ...]
    sources: tuple[str, ...]
    notes: tuple[str, ...]
