"""What Alertmanager must hear of CloudWatch alarms: pure decisions, from state changes to alerts.

The standard library alone: the forwarder runs from the job archive, which has no compiled packages.
Times are seconds since 1970.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
STATES = (OK, ALARM, INSUFFICIENT_DATA)

# How long Alertmanager believes a firing alert that is not posted again. Every alert is posted each minute; a forwarder
# that moves to another node is back within minutes. Longer: an alarm that ends meanwhile stays firing for that long.
# Shorter: a "resolved" is sent of an alarm that is still in ALARM.
HOLD_SECONDS = 1800.0
# How long an end is posted again, so that both Alertmanagers hear of it. Prometheus does it for as long.
RESOLVED_SECONDS = 900.0
# An alarm without data may have ended or not. Its alert goes on for this long, then it ends: the thing is mostly gone.
NO_DATA_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmState:
    """An alarm's state, and since when it has it."""

    name: str
    value: str
    at: float
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alert as Alertmanager takes it; ``ends`` in the past: it has ended."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts: float
    ends: float
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertText:
    """What one alarm's alert looks like. ``levels``: seconds of firing -> labels of the copy for that level."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    url: str
    levels: Mapping[float, Mapping[str, str]] = field(default_factory=dict)


def read_table(texts: Iterable[str]) -> dict[str, AlertText]:
    """Alarm's name -> its alert, from the files that ``model.alerting.aws_alarms`` writes. Raises ValueError."""
    found: dict[str, AlertText] = {}
    for text in texts:
        document = json.loads(text)
        levels = {float(level["after"]): dict(level["labels"]) for level in document["levels"]}
        for name, alarm in document["alarms"].items():
            found[name] = AlertText(
                labels=alarm["labels"],
                annotations=alarm["annotations"],
                url=alarm["url"],
                levels=levels if alarm["escalates"] else {},
            )
    return found


@dataclass(slots=True)
class _Known:
    """``since``: when it began to fire; none for one that did not. ``ended``: when that was over."""

    state: AlarmState
    since: float | None = None
    ended: float | None = None

    def over(self, now: float) -> float | None:
        """When its alert ended, as seen from ``now``; None while it fires."""
        if self.ended is None and self.state.value == INSUFFICIENT_DATA and now - self.state.at > NO_DATA_SECONDS:
            return self.state.at + NO_DATA_SECONDS
        return self.ended


@dataclass(slots=True)
class Alarms:
    """All alarms of the environment, as far as they are known. Kept in memory: a restart asks CloudWatch again."""

    texts: Mapping[str, AlertText]
    _known: dict[str, _Known] = field(default_factory=dict)

    def learn(self, state: AlarmState) -> bool:
        """Take a state. False where nothing changes: an unknown alarm, a duplicate, or older than what is known."""
        if state.name not in self.texts:
            return False
        known = self._known.setdefault(state.name, _Known(AlarmState(name=state.name, value=OK, at=-math.inf)))
        if state.at <= known.state.at:
            return False
        changed = state.value != known.state.value
        known.ended, known.state = known.over(state.at), state
        if state.value == ALARM and (known.since is None or known.ended is not None):
            known.since, known.ended = state.at, None
        elif state.value == OK and known.ended is None:
            known.ended = state.at
        return changed

    def reconcile(self, described: Iterable[AlarmState], asked: float) -> int:
        """Take what CloudWatch says of all alarms; ``asked``: when. Returns how many states no event had reported.

        An alarm that CloudWatch no longer has is over.
        """
        states = {state.name: state for state in described}
        news = sum(self.learn(state) for state in states.values())
        for name, known in self._known.items():
            if name not in states and known.state.at < asked and known.since is not None and known.ended is None:
                known.ended = asked
                news += 1
        return news

    def alerts(self, now: float) -> list[Alert]:
        """Everything to post now: what fires, its copies for higher levels, and what ended lately. Sorted by name."""
        return [alert for name, known in sorted(self._known.items()) for alert in self._of(name, known, now)]

    def firing(self, now: float) -> int:
        """How many alarms fire."""
        return sum(alert.ends > now and "level" not in alert.labels for alert in self.alerts(now))

    def _of(self, name: str, known: _Known, now: float) -> Iterator[Alert]:
        if known.since is None:
            return
        ended = known.over(now)
        if ended is not None and now - ended > RESOLVED_SECONDS:
            return
        text, ends = self.texts[name], now + HOLD_SECONDS if ended is None else ended
        description = f"{text.annotations['description']} CloudWatch: {known.state.reason or known.state.value}"
        annotations = {**text.annotations, "description": description}
        yield Alert(labels=text.labels, annotations=annotations, starts=known.since, ends=ends, url=text.url)
        for after, labels in sorted(text.levels.items()):
            if (now if ended is None else ended) - known.since >= after:
                summary = f"Level {labels['level']}: {text.annotations['summary']}"
                yield Alert(
                    labels={**text.labels, **labels},
                    annotations={**annotations, "summary": summary},
                    starts=known.since + after,
                    ends=ends,
                    url=text.url,
                )
