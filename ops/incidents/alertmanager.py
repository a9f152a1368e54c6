"""Alerts and silences from Alertmanager's API. It knows the present: what ended is gone, but for silences."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from model import labels
from model.alerting.acknowledgements import AUTHOR
from model.incidents.entry import Entry, Kind, State
from model.metrics.metric_names import OBJECTIVE
from model.vocabulary import Severity
from ops.incidents.sources import get_first, unreadable

_KEYS = (labels.SYSTEM, labels.COMPONENT, "alertname")
_WORDS = re.compile(r"[\w-]+(\|[\w-]+)*")


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """``url`` has no slash at its end. ``replicas``: others that know the same, asked where it does not answer.

    ``programs``: authors of silences that are no people.
    """

    url: str
    replicas: Sequence[str] = ()
    programs: Sequence[str] = ()
    name: str = "Alertmanager"

    def read(self, start: float, end: float) -> list[Entry]:
        """Firing alerts that began, and silences that were made, in the time."""
        try:
            alerts = get_first((self.url, *self.replicas), "/api/v2/alerts")
            silences = get_first((self.url, *self.replicas), "/api/v2/silences")
            found = [*_alerts(alerts), *self._silences(silences)]
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise unreadable(self.url, error) from None
        # A silence from before is needed too: what it covers does not page.
        return [one for one in found if one.at <= end and (one.at >= start or (one.until or 0.0) >= start)]

    def _silences(self, answer: Sequence[Mapping[str, Any]]) -> Iterator[Entry]:
        for one in answer:
            author, matchers = one["createdBy"], one["matchers"]
            chosen = {key: _values(matchers, key) for key in _KEYS}
            # A copy for a higher level that is silenced silences nothing else, but shows who acknowledged the page.
            escalated = any(m["name"] == labels.LEVEL for m in matchers)
            exact = all(m["name"] in _KEYS and m["isEqual"] and chosen[m["name"]] != ("",) for m in matchers)
            if escalated and author != AUTHOR:
                continue
            if not escalated and not exact and chosen[labels.SYSTEM] == ("",):
                continue
            words = ", ".join(f"{m['name']}{_operator(m)}{m['value']!r}" for m in matchers)
            said = one["comment"] if escalated else f"{author} silenced {words}: {one['comment']}"
            for system, component, name in itertools.product(*chosen.values()):
                yield Entry(
                    at=_seconds(one["startsAt"]),
                    kind=Kind.ACTION if author in self.programs else Kind.HUMAN,
                    source=self.name,
                    text=said,
                    system=system,
                    component=component,
                    name=name,
                    # Matchers that say less than "not these" cannot tell whether an alert pages.
                    until=_seconds(one["endsAt"]) if exact and not escalated else None,
                    ref=one["id"],
                )


def _values(matchers: Sequence[Mapping[str, Any]], key: str) -> tuple[str, ...]:
    """The values that a label may have: of ``a`` and of ``a|b``; "" for any, and for other regular expressions."""
    for one in matchers:
        if one["name"] == key and one["isEqual"] and _WORDS.fullmatch(one["value"]):
            return tuple(sorted(one["value"].split("|"))) if one["isRegex"] else (one["value"],)
    return ("",)


def _alerts(answer: Sequence[Mapping[str, Any]]) -> Iterator[Entry]:
    for one in answer:
        of = one["labels"]
        if of.get(labels.LEVEL) or of.get(labels.SEVERITY) == Severity.NONE:
            continue
        system, component = of.get(labels.SYSTEM, ""), of.get(labels.COMPONENT, "")
        yield Entry(
            at=_seconds(one["startsAt"]),
            kind=Kind.ALERT,
            source="Alertmanager",
            text=f"{of['alertname']} of {system}/{component} fires: {one['annotations'].get(labels.SUMMARY, '')}",
            system=system,
            component=component,
            objective=of.get(OBJECTIVE, ""),
            name=of["alertname"],
            state=State.FIRING,
            severity=of.get(labels.SEVERITY, ""),
            ref=one["fingerprint"],
            raw={"labels": of, "annotations": one["annotations"]},
        )


def _operator(matcher: Mapping[str, Any]) -> str:
    return {(True, False): "=", (False, False): "!=", (True, True): "=~", (False, True): "!~"}[
        (bool(matcher["isEqual"]), bool(matcher["isRegex"]))
    ]


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
