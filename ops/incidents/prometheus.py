"""Alerts, objectives and deployments from Prometheus' HTTP API, and what an incident cost the error budgets.

Times are multiples of STEP, so that two readings of one change give one line.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from model import labels
from model.incidents.entry import Entry, Kind, State
from model.incidents.objective_states import states
from model.incidents.record import Impact
from model.metrics import metric_names as names
from model.quantities import Duration
from model.query_text import matcher
from model.vocabulary import Severity
from ops.incidents.sources import get_first, unreadable

STEP: Final = 15.0
"""Seconds: the evaluation interval of objectives."""

_MINUTE: Final = 60.0
_LOOK: Final = 300
"""Seconds: how finely it is counted for how long a service has had data. A month has 8,640 of them."""

_BY: Final = f"alertname, {labels.SYSTEM}, {labels.COMPONENT}, {names.OBJECTIVE}, {labels.SEVERITY}"
# Not the copies for higher escalation levels, nor what notifies nobody, such as the dead man's switch.
_ALERTS: Final = (
    f'max by ({_BY}) (ALERTS{{alertstate="firing", {matcher(labels.LEVEL, "")}, '
    f"{matcher(labels.SEVERITY, Severity.NONE, '!=')}}})"
)
_PARTS: Final = f"{labels.SYSTEM}, {labels.COMPONENT}, {names.OBJECTIVE}"
# Error ratios with the seconds that they look back; the first that an objective has is taken for all of a reading.
_RATIOS: Final = tuple(
    (series, window)
    for series, window in (
        (names.CHECK_FAILED, 0.0),
        (names.error_ratio("1m"), 60.0),
        (names.error_ratio("5m"), 300.0),
    )
)
_TARGETS: Final = f"max by ({_PARTS}, {names.WINDOW}) ({names.OBJECTIVE_RATIO})"
# A generation that grows is a change of the Deployment's specification: an image, a setting, a restart by a rollout.
_ROLLOUTS: Final = "max by (namespace, deployment) (kube_deployment_metadata_generation)"

Series = Mapping[str, str]
Samples = dict[float, float]


@dataclass(frozen=True, slots=True)
class Prometheus:
    """``url`` has no slash at its end. ``replicas``: others that know the same, asked where it does not answer."""

    url: str
    replicas: tuple[str, ...] = ()
    name: str = "Prometheus"

    def read(self, start: float, end: float) -> list[Entry]:
        """Alerts that began and ended, objectives that became bad or good, Deployments that changed."""
        times = _times(start, end)
        if not times:
            return []
        try:
            return [*self._alerts(times), *self._objectives(times), *self._rollouts(times)]
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise unreadable(self.url, error) from None

    def impact(self, impact: Impact, start: float, end: float) -> Impact:
        """``impact`` with the events of the time, and their share of the window's error budget. Raises Unreachable.

        Counted by the minute, so it is right to a minute at both ends.
        """
        where = {labels.SYSTEM: impact.system, labels.COMPONENT: impact.component, names.OBJECTIVE: impact.objective}
        chosen = ", ".join(matcher(key, value) for key, value in where.items())
        times = [at for at in _times(start, end, _MINUTE) if at > start]
        try:
            if not times:
                return impact
            bad, total = (self._sum(chosen, outcome, times) for outcome in (names.BAD, names.TOTAL))
            targets = self._instant(f"{names.OBJECTIVE_RATIO}{{{chosen}}}", times[-1])
            spent = covered = None
            if targets and bad is not None:
                series, target = targets[0]
                allowed, covered = self._allowed(chosen, series[names.WINDOW], target, start, times[-1])
                spent = round(bad / allowed, 6) if allowed else None
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise unreadable(self.url, error) from None
        return impact.model_copy(update={"bad": bad, "total": total, "budget": spent, "covered": covered})

    def _allowed(self, chosen: str, window: str, target: float, start: float, at: float) -> tuple[float, float]:
        """How many bad events the objective allows in its whole window, and the share of the window that has data.

        A service that is younger than its window has had few events: its budget is what it allows at the traffic that
        it has had so far. By the events alone, an outage in the first hour would use the budget many times over.
        """
        counted = f"{{{chosen}, {matcher(names.OUTCOME, names.TOTAL)}}}"
        totals = self._instant(f"sum({names.events(window)}{counted})", at)
        seconds = float(Duration(window).seconds)
        minute = f"sum({names.events('1m')}{counted}) or sum({names.events('5m')}{counted})"
        looked = self._instant(f"count_over_time(({minute})[{window}:{_LOOK}s])", at)
        covered = min(max(_LOOK * (looked[0][1] if looked else 0.0), at - start) / seconds, 1.0)
        return (totals[0][1] / covered * (1 - target) if totals and covered else 0.0), round(covered, 6)

    def ratios(self, system: str, component: str, objective: str, start: float, end: float) -> Samples:
        """The error ratio at each evaluation, for a picture. Raises Unreachable."""
        try:
            found = self._ratios(_times(start, end))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise unreadable(self.url, error) from None
        return found.get((system, component, objective), ({}, 0.0))[0]

    def target(self, system: str, component: str, objective: str, at: float) -> float | None:
        """The share of good events that the objective asks for. Raises Unreachable."""
        try:
            found = {_part(series): value for series, value in self._instant(_TARGETS, at)}
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise unreadable(self.url, error) from None
        return found.get((system, component, objective))

    def _sum(self, chosen: str, outcome: str, times: Sequence[float]) -> float | None:
        one = f"sum({names.events('1m')}{{{chosen}, {matcher(names.OUTCOME, outcome)}}})"
        five = f"sum({names.events('5m')}{{{chosen}, {matcher(names.OUTCOME, outcome)}}}) / 5"
        found = self._range(f"{one} or {five}", times, _MINUTE)
        return round(math.fsum(value for _, samples in found for value in samples.values()), 3) if found else None

    def _alerts(self, times: Sequence[float]) -> Iterator[Entry]:
        for series, samples in self._range(_ALERTS, times, STEP):
            fired = False
            for at in times:
                fires = at in samples
                if fires != fired:
                    fired = fires
                    # What fires at the first evaluation began earlier: a longer reading has its beginning.
                    if at > times[0] or not fires:
                        yield _alert(series, at, State.FIRING if fires else State.RESOLVED)

    def _objectives(self, times: Sequence[float]) -> Iterator[Entry]:
        targets = {_part(series): value for series, value in self._instant(_TARGETS, times[-1])}
        late = self._late(times)
        for part, (samples, window) in self._ratios(times).items():
            if part in targets:
                lines = states(part, targets[part], samples, times, window=window, late=late.get(part, 0.0))
                # The first state of a reading is no change, and a change in its first windows is known in part: both
                # would differ from reading to reading.
                yield from (line for line in lines if line.at > times[0] + 2 * window)

    def _ratios(self, times: Sequence[float]) -> dict[tuple[str, str, str], tuple[Samples, float]]:
        found: dict[tuple[str, str, str], tuple[Samples, float]] = {}
        for ratio, window in _RATIOS:
            for series, samples in self._range(f"max by ({_PARTS}) ({ratio})", times, STEP):
                found.setdefault(_part(series), (samples, window))
        return found

    def _late(self, times: Sequence[float]) -> dict[tuple[str, str, str], float]:
        """How long after its evaluation each objective's sample is read, below STEP: Prometheus evaluates a group at
        the same second of each interval, by a hash of its name."""
        found: dict[tuple[str, str, str], float] = {}
        span = f"[{times[-1] - times[0] + STEP:.0f}s:{STEP:.0f}s]"
        for ratio, _ in _RATIOS:
            newest = f"max by ({_PARTS}) (max_over_time(timestamp({ratio}){span}))"
            for series, at in self._instant(newest, times[-1]):
                found.setdefault(_part(series), round(-at % STEP, 3))
        return found

    def _rollouts(self, times: Sequence[float]) -> Iterator[Entry]:
        for series, samples in self._range(_ROLLOUTS, times, STEP):
            previous: float | None = None
            for at, value in sorted(samples.items()):
                if previous is not None and value > previous:
                    yield Entry(
                        at=at,
                        kind=Kind.CHANGE,
                        source=self.name,
                        text=f"Deployment {series['namespace']}/{series['deployment']} changed: generation {value:.0f}",
                        system=series["namespace"],
                        name=series["deployment"],
                        ref=f"{value:.0f}",
                        raw=dict(series),
                    )
                previous = value

    def _range(self, query: str, times: Sequence[float], step: float) -> list[tuple[Series, Samples]]:
        if not times:
            return []
        span = [("start", str(times[0])), ("end", str(times[-1])), ("step", str(step))]
        answer = get_first((self.url, *self.replicas), "/api/v1/query_range", [("query", query), *span])
        found: dict[tuple[tuple[str, str], ...], Samples] = defaultdict(dict)
        for one in answer["data"]["result"]:
            values = {float(at): float(value) for at, value in one["values"]}
            found[tuple(sorted(one["metric"].items()))] |= {at: v for at, v in values.items() if math.isfinite(v)}
        return [(dict(key), samples) for key, samples in sorted(found.items()) if samples]

    def _instant(self, query: str, at: float) -> list[tuple[Series, float]]:
        answer = get_first((self.url, *self.replicas), "/api/v1/query", [("query", query), ("time", str(at))])
        return [(one["metric"], float(one["value"][1])) for one in answer["data"]["result"]]


def _times(start: float, end: float, step: float = STEP) -> list[float]:
    first, last = math.ceil(start / step), math.floor(end / step)
    return [number * step for number in range(first, last + 1)]


def _part(series: Series) -> tuple[str, str, str]:
    return series.get(labels.SYSTEM, ""), series.get(labels.COMPONENT, ""), series.get(names.OBJECTIVE, "")


def _alert(series: Series, at: float, state: State) -> Entry:
    system, component, objective = _part(series)
    verb = "fires" if state is State.FIRING else "is over"
    return Entry(
        at=at,
        kind=Kind.ALERT,
        source="Prometheus",
        text=f"{series['alertname']} of {system}/{component}{f' {objective}' if objective else ''} {verb}",
        system=system,
        component=component,
        objective=objective,
        name=series["alertname"],
        state=state,
        severity=series.get(labels.SEVERITY, ""),
        raw=dict(series),
    )
