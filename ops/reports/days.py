"""The rows of one day, from the series that the objectives' rules record: the numbers of the dashboards themselves.

A whole day of 24 hours is one recorded sample, at its end. Where that is missing (Prometheus was down at midnight), and
for a day of 23 or 25 hours or one that is not over, the day is the sum of its recorded five minutes: a five minutes
that was not recorded is a gap, and counts neither as up nor as down.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from model import labels
from model.alerting.maintenance import ALERT_NAME, MaintenanceWindow
from model.calendar import day_at, midnight, ordinal
from model.metrics import metric_names as names
from model.query_text import matcher, one_of
from model.reports.history import Rows, length
from model.reports.rows import DailyExclusion, DailyObjective, EndedAlert
from model.reports.subject import Subject
from model.vocabulary import Environment
from ops.http import Unreachable
from ops.reports.api import Api, Labels

DAY = 86_400
TILE = 300
"""Seconds: the shortest window that is recorded of every objective."""
EVALUATION = 15
"""Seconds between two evaluations of an objective's rules."""
_SOME_MISSED = 2  # evaluations of a tile: a busy server skips one now and then
ENDED = "alertname_component:ended_after:seconds"
_MINUTES = ("probe", "gauge", "freshness")
_PERCENT = 100

_Key = tuple[str, str, str, str]
"""Cluster, system, component, objective."""


@dataclass(frozen=True, slots=True)
class Span:
    """What is read: ``seconds`` of a day from ``start`` (Unix time); fewer than the day has where it is not over."""

    day: str
    zone: str
    start: int
    seconds: int

    @property
    def end(self) -> int:
        """Unix time at which it ends."""
        return self.start + self.seconds

    @classmethod
    def of(cls, day: str, zone: str, now: float) -> "Span":
        """The day, or what has passed of it in whole tiles."""
        start = midnight(day, zone)
        return cls(day, zone, start, int(max(0, min(length(day, zone), (now - start) // TILE * TILE))))


@dataclass(frozen=True, slots=True)
class Days:
    """Reads days of the systems of ``subject``. Every method raises Unreachable."""

    api: Api
    subject: Subject

    def known(self, first: str, last: str) -> list[str]:
        """The days of which Prometheus has anything, between two days, in one query."""
        start, end = midnight(day_at(ordinal(first) + 1), "UTC"), midnight(day_at(ordinal(last) + 1), "UTC")
        # A day more at both ends: the days of a time zone begin up to half a day earlier or later.
        query = f"count(last_over_time({self._select(names.OBJECTIVE_RATIO)}[3d] offset -1d))"
        found = _parsed(lambda: self.api.over(query, start, end, DAY))
        return sorted({day_at(ordinal("1970-01-01") + int(at) // DAY - 1) for _, pairs in found for at, _ in pairs})

    def read(self, day: str, now: float) -> Rows:
        """The rows of a day, of all systems, each by its own time zone."""
        objectives: list[DailyObjective] = []
        exclusions: list[DailyExclusion] = []
        alerts: list[EndedAlert] = []
        for zone in sorted({one.time_zone for one in self.subject.objectives}):
            span = Span.of(day, zone, now)
            if span.seconds:
                reading = _Reading(self.api, self.subject, span)
                objectives += _parsed(reading.objectives)
                exclusions += _parsed(reading.exclusions)
                alerts += _parsed(reading.alerts)
        return Rows(objectives=objectives, exclusions=exclusions, alerts=alerts)

    def _select(self, metric: str) -> str:
        return f"{metric}{{{one_of(labels.SYSTEM, self.subject.systems)}}}"


def _parsed(read: Any) -> Any:
    """What ``read`` gives. An answer of another shape than Prometheus' is none."""
    try:
        return read()
    except ValidationError as error:
        raise Unreachable(f"Prometheus has a series that is none of Belfry's: {error.errors()[0]['msg']}") from None
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise Unreachable(f"the answer is not one of Prometheus: {type(error).__name__}") from None


class _Reading:
    """The queries of one span, of the systems with its time zone."""

    def __init__(self, api: Api, subject: Subject, span: Span) -> None:
        self._api, self._span = api, span
        self._environment: Environment = subject.environment
        self._expected = [one for one in subject.objectives if one.time_zone == span.zone]
        self._windows = subject.windows
        self._conditional = {one.key for one in self._expected if one.conditional}
        self._mine = one_of(labels.SYSTEM, sorted({one.system for one in self._expected}))
        self._tiles: dict[str, dict[_Key, dict[int, float]]] = {}
        self._moments: dict[str, dict[_Key, float]] = {}
        self._described = self._descriptions()

    def objectives(self) -> list[DailyObjective]:
        """Sorted by cluster and objective."""
        covered = self._covered()
        valid, bad = (self._day(outcome, covered) for outcome in (names.TOTAL, names.BAD))
        rows = []
        for key in sorted(covered):
            series, target = self._described.get(key) or self._described.get(("", *key[1:])) or ({}, None)
            if target is None:
                continue  # a series of an objective that the rules no longer have
            window = series[names.WINDOW]
            seconds, gaps = covered[key]
            rows.append(
                DailyObjective.model_validate(
                    {
                        **self._identity(key),
                        "time_zone": self._span.zone,
                        "feature": series.get(names.FEATURE, ""),
                        "team": series.get(labels.TEAM, ""),
                        "window": window,
                        "target": target,
                        "unit": "minutes" if series.get(names.SLI) in _MINUTES else "events",
                        "seconds": self._span.seconds,
                        "covered_seconds": seconds if key in valid and key in bad else 0,
                        "gaps": gaps,
                        "valid": valid.get(key),
                        "bad": bad.get(key),
                        "window_valid": self._window(window, names.TOTAL).get(key),
                        "window_bad": self._window(window, names.BAD).get(key),
                        "remaining": self._instant(names.BUDGET_REMAINING).get(key),
                    }
                )
            )
        return rows

    def exclusions(self) -> list[DailyExclusion]:
        """What each maintenance window took out of the span, of the objectives that it names."""
        return [row for window in self._windows for row in self._excluded(window)]

    def alerts(self) -> list[EndedAlert]:
        """Those that ended within the span: one recorded sample each, the seconds for which it had fired."""
        found = []
        for series, pairs in self._api.samples(f"{ENDED}{{{self._mine}}}", self._span.seconds, self._span.end):
            found += [
                EndedAlert(
                    environment=self._environment,
                    day=self._span.day,
                    alert=series[ALERT_NAME],
                    start=at - seconds,
                    end=at,
                    **{key: series.get(key, "") for key in _ALERT_LABELS},
                )
                for at, seconds in pairs
            ]
        return sorted(found, key=lambda one: (one.start, one.end, one.alert, one.system, one.component, one.cluster))

    def _descriptions(self) -> dict[_Key, tuple[Labels, Decimal]]:
        """Labels and target of each objective, at the end of the span or at the last moment before it."""
        selector = f"{names.OBJECTIVE_RATIO}{{{self._mine}}}"
        found = [
            *self._api.instant(f"last_over_time({selector}[{self._span.seconds}s])", self._span.end),
            *self._api.instant(selector, self._span.end),
        ]
        return {_key(series): (series, _percent(value)) for series, value in found}

    def _day(self, outcome: str, covered: Iterable[_Key]) -> dict[_Key, float]:
        """The events of the span. What counts only some of the time, by design, may have had none."""
        found = dict.fromkeys((key for key in covered if key[1:] in self._conditional), 0.0)
        if self._span.seconds == DAY:
            found |= self._instant(names.events("1d"), matcher(names.OUTCOME, outcome))
        if any(key not in found for key in covered):
            tiles = self._five_minutes(outcome)
            found |= {key: sum(values.values()) for key, values in tiles.items() if not found.get(key)}
        return found

    def _five_minutes(self, outcome: str) -> dict[_Key, dict[int, float]]:
        """End of each tile of the span -> its events."""
        if outcome not in self._tiles:
            query = f"{names.events('5m')}{{{self._mine}, {matcher(names.OUTCOME, outcome)}}}"
            self._tiles[outcome] = self._range(query)
        return self._tiles[outcome]

    def _covered(self) -> dict[_Key, tuple[int, int]]:
        """Seconds in which events were counted, and in how many pieces the rest is."""
        counted = f"count_over_time({names.events('5m')}{{{self._mine}, {matcher(names.OUTCOME, names.TOTAL)}}}[5m])"
        found = self._range(counted)
        if self._conditional:
            # What matters of these is whether their rules were evaluated, in each cluster that has numbers at all.
            clusters = {(key[0], key[1]) for key in found}
            for key, tiles in self._range(f"count_over_time({names.OBJECTIVE_RATIO}{{{self._mine}}}[5m])").items():
                if key[1:] in self._conditional:
                    here = [cluster for cluster, system in clusters if system == key[1] and key[0] in ("", cluster)]
                    found |= {(cluster, *key[1:]): tiles for cluster in here}
        return {key: self._measured(tiles) for key, tiles in found.items()}

    def _measured(self, tiles: Mapping[int, float]) -> tuple[int, int]:
        seconds, gaps, measured = 0, 0, True
        for end in range(self._span.start + TILE, self._span.end + 1, TILE):
            here = min(TILE, int(tiles.get(end, 0)) * EVALUATION)
            whole = here >= TILE - _SOME_MISSED * EVALUATION
            gaps += measured and not whole
            seconds, measured = seconds + (TILE if whole else here), whole
        return seconds, gaps

    def _excluded(self, window: MaintenanceWindow) -> Iterator[DailyExclusion]:
        start, end = window.span
        first, last = max(start, self._span.start), min(end, self._span.end)
        # Whole tiles of the day within the window: what is left out is never more than was announced.
        ends = range(self._span.start + -(-(first - self._span.start) // TILE) * TILE + TILE, last + 1, TILE)
        concerned = {one.key for one in self._expected if _concerns(window, one.system, one.component, one.team)}
        if not ends or not concerned:
            return
        valid, bad = self._five_minutes(names.TOTAL), self._five_minutes(names.BAD)
        for key in sorted(valid):
            if key[1:] not in concerned:
                continue
            counted = [at for at in ends if at in valid[key] and at in bad.get(key, {})]
            yield DailyExclusion(
                **self._identity(key),
                name=window.name,
                reason=window.reason,
                start=start,
                end=end,
                seconds=len(ends) * TILE,
                covered_seconds=len(counted) * TILE,
                valid=sum(valid[key][at] for at in counted),
                bad=sum(bad[key][at] for at in counted),
            )

    def _identity(self, key: _Key) -> dict[str, Any]:
        cluster, system, component, objective = key
        return {
            "environment": self._environment,
            "day": self._span.day,
            "cluster": cluster,
            "system": system,
            "component": component,
            "objective": objective,
        }

    def _window(self, window: str, outcome: str) -> dict[_Key, float]:
        return self._instant(names.events(window), matcher(names.OUTCOME, outcome))

    def _instant(self, metric: str, *matchers: str) -> dict[_Key, float]:
        query = f"{metric}{{{', '.join((self._mine, *matchers))}}}"
        if query not in self._moments:
            self._moments[query] = {_key(series): value for series, value in self._api.instant(query, self._span.end)}
        return self._moments[query]

    def _range(self, query: str) -> dict[_Key, dict[int, float]]:
        found = self._api.over(query, self._span.start + TILE, self._span.end, TILE)
        return {_key(series): {int(at): value for at, value in pairs} for series, pairs in found}


_ALERT_LABELS = (labels.CLUSTER, labels.SEVERITY, labels.TEAM, labels.SYSTEM, labels.COMPONENT)


def _key(series: Labels) -> _Key:
    return (
        series.get(labels.CLUSTER, ""),
        series[labels.SYSTEM],
        series[labels.COMPONENT],
        series[names.OBJECTIVE],
    )


def _percent(share: float) -> Decimal:
    """0.999 as exactly 99.9: the shortest text of the float is the number that the rule has."""
    return Decimal(repr(share)) * _PERCENT


def _concerns(window: MaintenanceWindow, system: str, component: str, team: str) -> bool:
    """Whether a window is about a component: about all alerts of it, not only about some named ones."""
    lists: Sequence[tuple[Iterable[str], str]] = (
        (window.teams, team),
        (window.systems, system),
        (window.components, component),
    )
    return not window.alerts and all(not tuple(chosen) or name in chosen for chosen, name in lists)
