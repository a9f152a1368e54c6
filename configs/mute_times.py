"""Mute times and maintenance windows: an alert that fires in their hours, and inhibits what they mute.

Not by time intervals of Alertmanager: those mute a route, so a scope needs a route of its own. A group's key is made of
the matchers of its route, and PagerDuty's deduplication key of the group's key: an alert that moves to another route
leaves its incident open forever and opens a second one. An inhibition leaves every route, and so every key, as it is.
It also ends by itself when Prometheus is gone: nobody is kept from being notified by a clock that stands still.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, TypeAdapter

from model import labels
from model.alerting.maintenance import Muting
from model.alerting.prometheus_rules import Group, Rule, RuleFile
from model.alerting.protected import PROTECTED
from model.names import MUTED
from model.quantities import Duration
from model.query_text import matcher, none_of
from model.vocabulary import Severity
from model.yaml_file import parse_yaml
from model.yaml_text import to_yaml

# On the alert: the name of the mute time or window.
MUTING = "muting"
# How late a window may begin and end. A page waits five seconds for its group, so it may be sent in that time.
INTERVAL = Duration("15s")
# Local clocks are written for these years; afterwards every zone keeps its last winter's or summer's time.
FIRST_YEAR, LAST_YEAR = 2026, 2045

_LOCAL_TIME = "time_zone:local_time:seconds"
_DAY = 24 * 60 * 60
# Makes moments of Unix seconds and of text. Not by the module datetime, which reads the clock: no decision may.
_MOMENT = TypeAdapter(AwareDatetime)


def muted(config: str, mutings: Sequence[Muting]) -> str:
    """The whole ``alertmanager.yaml``. Without anything that mutes it is ``config``, byte by byte."""
    if not mutings:
        return config
    document = parse_yaml(config, "rules/alertmanager/alertmanager.yaml")
    merged = {**document, "inhibit_rules": [*document["inhibit_rules"], *map(_inhibition, mutings)]}
    return to_yaml(merged)


def _inhibition(muting: Muting) -> dict[str, Any]:
    """Without ``equal``: Alertmanager is one environment's, and alerts of AWS have no cluster."""
    return {
        "source_matchers": [matcher("alertname", MUTED), matcher(MUTING, muting.name)],
        "target_matchers": [*muting.matchers, none_of("alertname", sorted(PROTECTED))],
    }


def muting_rules(mutings: Sequence[Muting], team: str) -> RuleFile | None:
    """The alerts of ``mutings`` and the local clocks that they read; None where nothing mutes. ``team`` owns them."""
    if not mutings:
        return None
    zones = sorted({muting.time_zone for muting in mutings if muting.recurs})
    rules = (*map(_clock, zones), *(_alert(muting, team) for muting in mutings))
    return RuleFile(groups=(Group(name="belfry.muting", interval=INTERVAL, rules=rules),))


def _alert(muting: Muting, team: str) -> Rule:
    clock = f"{_LOCAL_TIME}{{{matcher('time_zone', muting.time_zone)}}}"
    return Rule(
        alert=MUTED,
        expr=muting.expression(clock),
        labels={
            labels.SEVERITY: Severity.NONE,
            labels.TEAM: team,
            labels.SYSTEM: labels.OWN_SYSTEM,
            labels.COMPONENT: "alertmanager",
            MUTING: muting.name,
        },
        annotations={
            labels.SUMMARY: f"Alerts are muted: {muting.name}",
            labels.DESCRIPTION: f"The settings of this environment mute alerts now: {muting.name}.",
        },
    )


def _clock(zone: str) -> Rule:
    """Seconds since 1970 that a clock of the zone would show, were it in UTC: what PromQL's date functions read."""
    steps = list(_steps(zone))
    first, later = steps[0][1], steps[1:]
    terms = [f"{first:+d}"]
    for (moment, offset), (_, before) in zip(later, steps, strict=False):
        terms.append(f"{offset - before:+d} * (time() >= bool {moment})")
    expr = "vector(time() " + "\n  ".join(term[0] + " " + term[1:] for term in terms) + ")"
    return Rule(record=_LOCAL_TIME, expr=expr, labels={"time_zone": zone})


@cache
def _steps(zone: str) -> tuple[tuple[int, int], ...]:
    """Since when (Unix seconds) the zone is how many seconds ahead of UTC, in order."""
    clock = ZoneInfo(zone)

    def offset(moment: int) -> int:
        ahead = _MOMENT.validate_python(moment).astimezone(clock).utcoffset()
        assert ahead is not None  # of an aware moment
        return int(ahead.total_seconds())

    first, last = (
        int(_MOMENT.validate_python(f"{year}-01-01T00:00:00Z").timestamp()) for year in (FIRST_YEAR, LAST_YEAR + 1)
    )
    steps = [(first, offset(first))]
    for start in range(first, last, _DAY):
        low, high = start, start + _DAY
        if offset(low) == offset(high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if offset(middle) == offset(high) else (middle, high)
        steps.append((high, offset(high)))
    return tuple(steps)
