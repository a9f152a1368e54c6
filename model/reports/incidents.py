"""Alerts that belong together, as one incident: of one component, at most half an hour apart."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from model.base import Model
from model.metrics import metric_names
from model.reports.rows import EndedAlert
from model.vocabulary import Severity

JOINED_SECONDS = 1800
"""What fires again within half an hour is the same trouble: a deployment that is rolled back takes that long."""


class Incident(Model):
    """From the first alert's start to the last one's end, Unix seconds. ``alerts``: their names, sorted."""

    system: str
    component: str
    team: str
    start: float
    end: float
    alerts: tuple[str, ...]
    pages: int

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.end - self.start


def counts(alert: EndedAlert) -> bool:
    """Whether an alert is one of an objective, or pages."""
    return alert.alert in metric_names.SLO_ALERTS or alert.severity == Severity.CRITICAL


def incidents(alerts: Collection[EndedAlert]) -> tuple[Incident, ...]:
    """The incidents of all components, sorted by their start."""
    groups: dict[tuple[str, str], list[EndedAlert]] = defaultdict(list)
    for alert in filter(counts, alerts):
        groups[alert.system, alert.component].append(alert)
    found = [incident for group in groups.values() for incident in _joined(group)]
    return tuple(sorted(found, key=lambda one: (one.start, one.system, one.component)))


def _joined(alerts: list[EndedAlert]) -> Iterator[Incident]:
    open_: list[EndedAlert] = []
    for alert in sorted(alerts, key=lambda one: (one.start, one.end, one.alert)):
        if open_ and alert.start > max(one.end for one in open_) + JOINED_SECONDS:
            yield _incident(open_)
            open_ = []
        open_.append(alert)
    yield _incident(open_)


def _incident(alerts: list[EndedAlert]) -> Incident:
    first = alerts[0]
    return Incident(
        system=first.system,
        component=first.component,
        team=first.team,
        start=first.start,
        end=max(one.end for one in alerts),
        alerts=tuple(sorted({one.alert for one in alerts})),
        pages=sum(one.severity == Severity.CRITICAL for one in alerts),
    )
