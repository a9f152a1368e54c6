"""What people did about alerts, as Alertmanager remembers it: silences, and acknowledgements by a pager."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import re2

from model import labels
from model.alerting.maintenance import ALERT_NAME
from model.reports.rows import EndedAlert
from model.vocabulary import Vocabulary

REMEMBERED_SECONDS: Final = 5 * 86_400
"""Alertmanager's own default, which nothing of ours changes: for so long it keeps a silence that is over."""


class Action(Vocabulary):
    """What is known of one alert that fired."""

    ACTED = ("acted", "Somebody acknowledged or silenced it while it fired.")
    SILENCED = ("silenced", "It was silenced before it fired: nobody was notified.")
    NONE = ("none", "Neither an acknowledgement nor a silence.")
    UNKNOWN = ("unknown", "No source remembers that time.")


@dataclass(frozen=True, slots=True)
class Condition:
    """One matcher of a silence, as Alertmanager has it."""

    label: str
    value: str
    regex: bool = False
    equal: bool = True

    def fits(self, found: str) -> bool:
        """Whether a label's value fits. A regular expression that is none fits nothing."""
        if not self.regex:
            return (found == self.value) is self.equal
        try:
            # RE2, as Alertmanager's own: a text of others cannot make it slow.
            return (re2.fullmatch(self.value, found) is not None) is self.equal
        except re2.error:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A silence from ``start`` to ``end``, Unix seconds."""

    conditions: tuple[Condition, ...]
    start: float
    end: float
    comment: str = ""

    def about(self, alert: EndedAlert) -> bool:
        """Whether it names the alert. Labels that a kept alert lacks, such as a pod's, narrow it to a part of it."""
        known = {
            ALERT_NAME: alert.alert,
            labels.SEVERITY: alert.severity,
            labels.TEAM: alert.team,
            labels.SYSTEM: alert.system,
            labels.COMPONENT: alert.component,
            labels.CLUSTER: alert.cluster,
        }
        asked = [one for one in self.conditions if one.label in known]
        return bool(asked) and all(one.fits(known[one.label]) for one in asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses:
    """All that is remembered of the time since ``since``; None where there is no source at all."""

    found: Sequence[Response] = ()
    since: float | None = None

    def to(self, alert: EndedAlert) -> tuple[Response, ...]:
        """Those that began while the alert fired."""
        return tuple(one for one in self.found if alert.start <= one.start <= alert.end and one.about(alert))

    def action(self, alert: EndedAlert) -> Action:
        """What was done about an alert."""
        if self.to(alert):
            return Action.ACTED
        if any(one.start < alert.start < one.end and one.about(alert) for one in self.found):
            return Action.SILENCED
        return Action.UNKNOWN if self.since is None or alert.start < self.since else Action.NONE

    def acted(self, alerts: Iterable[EndedAlert]) -> list[EndedAlert]:
        """The alerts that somebody acknowledged or silenced."""
        return [one for one in alerts if self.action(one) is Action.ACTED]
