"""The alerts of a period, the noisiest first: how often, how long, how restless, and whether anybody acted."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from model.base import Model
from model.reports.incidents import JOINED_SECONDS
from model.reports.responses import Action, Responses
from model.reports.rows import EndedAlert

EARLY_SECONDS: Final = 900
"""The escalation policy notifies a second person after 15 minutes: until then nobody is expected to have acted."""


class Noise(Model):
    """One alert of one team. ``flaps``: it fired again, of the same component, within half an hour of its end.

    ``acted``, ``silenced``, ``ignored`` and ``unknown`` add up to ``times``: see ``responses.Action``.
    """

    alert: str
    severity: str
    team: str
    components: tuple[str, ...]
    times: int
    seconds: float
    longest: float
    early: int
    flaps: int
    acted: int
    silenced: int
    ignored: int
    unknown: int
    acted_share: float | None


class RunbookUse(Model):
    """A runbook whose alert fired. ``named``: comments of acknowledgements or silences that name it; None: not known,
    because nobody wrote one."""

    alert: str
    runbook: str
    times: int
    named: int | None


def noise(alerts: Iterable[EndedAlert], responses: Responses) -> tuple[Noise, ...]:
    """Most frequent first, then longest."""
    groups: dict[tuple[str, str, str], list[EndedAlert]] = defaultdict(list)
    for alert in alerts:
        groups[alert.alert, alert.severity, alert.team].append(alert)
    found = [_noise(key, group, responses) for key, group in groups.items()]
    return tuple(sorted(found, key=lambda one: (-one.times, -one.seconds, one.alert, one.severity, one.team)))


def runbooks(alerts: Iterable[EndedAlert], runbooks: Mapping[str, str], responses: Responses) -> tuple[RunbookUse, ...]:
    """Of the alerts that have one. ``runbooks``: alert -> address."""
    groups: dict[str, list[EndedAlert]] = defaultdict(list)
    for alert in alerts:
        if alert.alert in runbooks:
            groups[alert.alert].append(alert)
    return tuple(
        RunbookUse(alert=name, runbook=runbooks[name], times=len(group), named=_named(group, runbooks[name], responses))
        for name, group in sorted(groups.items())
    )


def _noise(key: tuple[str, str, str], group: Sequence[EndedAlert], responses: Responses) -> Noise:
    actions = Counter(map(responses.action, group))
    known = actions[Action.ACTED] + actions[Action.NONE]
    return Noise(
        alert=key[0],
        severity=key[1],
        team=key[2],
        components=tuple(sorted({f"{one.system}/{one.component}" for one in group})),
        times=len(group),
        seconds=sum(one.seconds for one in group),
        longest=max(one.seconds for one in group),
        early=sum(one.seconds <= EARLY_SECONDS for one in group),
        flaps=_flaps(group),
        acted=actions[Action.ACTED],
        silenced=actions[Action.SILENCED],
        ignored=actions[Action.NONE],
        unknown=actions[Action.UNKNOWN],
        acted_share=actions[Action.ACTED] / known if known else None,
    )


def _flaps(alerts: Iterable[EndedAlert]) -> int:
    ends: dict[tuple[str, str, str], float] = {}
    found = 0
    for one in sorted(alerts, key=lambda one: (one.start, one.end)):
        where = one.cluster, one.system, one.component
        found += where in ends and one.start - ends[where] <= JOINED_SECONDS
        ends[where] = max(one.end, ends.get(where, one.end))
    return found


def _named(alerts: Iterable[EndedAlert], runbook: str, responses: Responses) -> int | None:
    comments = [_comments(one, responses) for one in alerts]
    if not any(comments):
        return None
    # The last part of the address: people write the name and seldom the whole address.
    name = runbook.rstrip("/").rpartition("/")[2].partition("#")[0].removesuffix(".md").lower()
    return sum(any(name in comment for comment in one) for one in comments) if name else None


def _comments(alert: EndedAlert, responses: Responses) -> Collection[str]:
    return [one.comment.lower() for one in responses.to(alert) if one.comment]
