"""Thresholds that would have been better: the series of each threshold alert that fired, over the last weeks."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from model import labels
from model.metrics import metric_names
from model.reports.responses import Responses
from model.reports.review import ThresholdReview
from model.reports.review_line import line_of
from model.reports.review_replay import LEAST_QUIET, Span, replay
from model.reports.rows import EndedAlert
from model.vocabulary import Severity
from ops.http import Unreachable
from ops.reports.api import Api

WEEKS: Final = 4
STEP: Final = 300
"""Seconds between two values: four weeks are 8,064, and Prometheus answers at most 11,000 of a series."""
MOST: Final = 30
"""Alerts that are replayed, the most frequent first: each is a query over four weeks."""

Where = tuple[str, str, str, str]
"""Alert, severity, system, component."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """``alerts``: of the period; ``history``: all that are known, which say what was trouble."""

    api: Api
    rules: Sequence[Mapping[str, Any]]
    alerts: Sequence[EndedAlert]
    history: Sequence[EndedAlert]
    responses: Responses

    def thresholds(self, until: float) -> Iterator[ThresholdReview]:
        """One an alert and component that fired in the period, most frequent first. Raises Unreachable."""
        fired = Counter((a.alert, a.severity, a.system, a.component) for a in self.alerts)
        teams = {(a.alert, a.severity, a.system, a.component): a.team for a in self.alerts}
        left = MOST
        for where, _ in sorted(fired.items(), key=lambda item: (-item[1], item[0])):
            if rule := self._rule(where):
                left -= 1
                if left >= 0:
                    yield self._threshold(where, teams[where], rule, until)

    def _rule(self, where: Where) -> Mapping[str, Any] | None:
        """Its rule, unless it is one of an objective: a burn rate is no threshold."""
        alert, severity, system, component = where
        if alert in metric_names.SLO_ALERTS:
            return None
        wanted = {labels.SEVERITY: severity, labels.SYSTEM: system, labels.COMPONENT: component}
        fitting = [
            rule
            for rule in self.rules
            if rule["name"] == alert
            and not rule["labels"].get(labels.LEVEL)
            and all(_fits(rule["labels"].get(key), value) for key, value in wanted.items())
        ]
        # The most specific one: with the labels of the component itself.
        return max(
            fitting,
            key=lambda rule: sum(rule["labels"].get(key) == value for key, value in wanted.items()),
            default=None,
        )

    def _threshold(self, where: Where, team: str, rule: Mapping[str, Any], until: float) -> ThresholdReview:
        alert, severity, system, component = where
        found = ThresholdReview(alert=alert, severity=severity, team=team, system=system, component=component)
        line = line_of(str(rule["query"]))
        if line is None:
            return found.model_copy(update={"why": "its expression compares with no fixed number"})
        end = int(until) // STEP * STEP
        try:
            answer = self.api.over(line.series, end - WEEKS * 7 * 86_400, end, STEP)
        except Unreachable as error:
            return found.model_copy(update={"why": str(error)})
        series = [
            {int(at): value for at, value in pairs}
            for of, pairs in answer
            if pairs and of.get(labels.SYSTEM, system) == system and of.get(labels.COMPONENT, component) == component
        ]
        if not series:
            return found.model_copy(update={"why": "Prometheus has no values of it"})
        candidates, values = replay(
            series,
            line,
            self._trouble(where),
            hold=float(rule.get("duration") or 0),
            keep=float(rule.get("keepFiringFor") or 0),
            step=STEP,
        )
        return found.model_copy(
            update={
                "above": line.above,
                "start": float(min(map(min, series))),
                "end": float(max(map(max, series))),
                "quiet_values": values,
                "candidates": candidates,
                "why": "" if values >= LEAST_QUIET else f"fewer than {LEAST_QUIET} values of quiet time",
            }
        )

    def _trouble(self, where: Where) -> list[Span]:
        here = [a for a in self.history if (a.system, a.component) == where[2:]]
        pages = [a for a in here if a.alert in metric_names.SLO_ALERTS and a.severity == Severity.CRITICAL]
        return [(a.start, a.end) for a in (*pages, *self.responses.acted(here))]


def _fits(said: str | None, value: str) -> bool:
    """Whether a rule's label has the value; one that is absent or a template has that of the series."""
    return said in (None, value) or "{{" in str(said)
