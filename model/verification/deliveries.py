"""A test alert for each route, and the verdict on whether Alertmanager delivered it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from model import labels, names
from model.changes.routes import asked_values, routes_of
from model.plan import mappings, sequence
from model.verification.verdicts import Outcome, Verdict, judged

TEST_LABEL: Final = "belfry_test"
ALERT: Final = "DeliveryTest"
# Integrations that call somebody at night.
_PAGERS: Final = ("pagerduty", "opsgenie", "victorops", "pushover", "jira", "incidentio", "rootly")
_MOST: Final = 50_000
"""Combinations of labels that are tried: a hundred teams have some two thousand."""
_SUFFIX: Final = "_configs"

Receiver = Mapping[str, Any]
Labels = Mapping[str, str]
# Integration and receiver; the receiver is empty where Alertmanager counts by integration alone.
Count = Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route and labels that lead to it. ``integrations``: kind -> how many the receiver has of it.

    ``pages``: it calls somebody, or it is a level of an escalation.
    """

    receiver: str
    alert: Labels
    integrations: Mapping[str, int]
    pages: bool

    @property
    def name(self) -> str:
        """For people."""
        team = self.alert.get(labels.TEAM, "no team")
        level = f" level {self.alert[labels.LEVEL]}" if labels.LEVEL in self.alert else ""
        return f"{team} {self.alert[labels.SEVERITY]}{level} -> {self.receiver}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What Alertmanager says of a test alert. ``why``: what keeps it from being notified; empty if nothing does."""

    receivers: tuple[str, ...]
    why: str = ""


def routes(configuration: Mapping[str, Any], environment: str) -> list[Route]:
    """Every route that alerts of ``environment`` reach and whose receiver notifies somebody.

    Found by trying: each combination of the values that routes ask for walks through the tree. The dead man's switch is
    not among them: a test of it would be a false heartbeat.
    """
    asked = asked_values(configuration)
    asked.pop("alertname", None)
    asked.pop(labels.ENVIRONMENT, None)
    asked.setdefault(labels.SEVERITY, [])
    # First what no route asks for: an alert of no level must not be tried as one that escalates.
    choices = [[(name, value) for value in (_OTHER.get(name, ""), *values)] for name, values in asked.items()]
    receivers = {str(each.get("name")): each for each in mappings(configuration, "receivers")}
    found: dict[tuple[str, tuple[str, ...]], Route] = {}
    for number, combination in enumerate(product(*choices)):
        if number >= _MOST:
            break
        alert = {"alertname": ALERT, labels.ENVIRONMENT: environment, **{k: v for k, v in combination if v}}
        for route in routes_of(configuration, alert):
            key = (str(route.get("receiver")), tuple(map(str, sequence(route, "matchers"))))
            kinds = _integrations(receivers.get(key[0], {}))
            if kinds and key not in found:
                pages = labels.LEVEL in alert or any(kind in _PAGERS for kind in kinds)
                found[key] = Route(receiver=key[0], alert=alert, integrations=kinds, pages=pages)
    return sorted(found.values(), key=lambda route: route.name)


_OTHER: Final = {labels.SEVERITY: "warning"}


def _integrations(receiver: Receiver) -> dict[str, int]:
    counts = {key.removesuffix(_SUFFIX): len(mappings(receiver, key)) for key in receiver if key.endswith(_SUFFIX)}
    return {kind: count for kind, count in sorted(counts.items()) if count}


def component(run: str, number: int) -> str:
    """The label of one test alert: a group of its own, which no other alert inhibits."""
    return f"verify-{run}-{number}"


def longest_wait(configuration: Mapping[str, Any]) -> list[str]:
    """All `group_wait` of the tree. An alert that began before that is notified at once."""
    return list(_waits(configuration.get("route", {})))


def _waits(route: Mapping[str, Any]) -> Iterator[str]:
    if "group_wait" in route:
        yield str(route["group_wait"])
    for child in mappings(route, "routes"):
        yield from _waits(child)


def wanted(sent: Sequence[Route]) -> dict[tuple[str, str], int]:
    """Notifications that must be counted: integration and receiver -> how many."""
    found: Counter[tuple[str, str]] = Counter()
    for route in sent:
        for kind, count in route.integrations.items():
            found[kind, route.receiver] += count
    return dict(found)


def grown(sent: Sequence[Route], before: Count, after: Count) -> dict[tuple[str, str], int]:
    """Notifications that were not counted: by receiver where Alertmanager counts so, otherwise by integration."""
    by_receiver = any(receiver for _, receiver in after)
    expected: Counter[tuple[str, str]] = Counter()
    for (kind, receiver), count in wanted(sent).items():
        expected[kind, receiver if by_receiver else ""] += count
    lacking = {key: count - round(after.get(key, 0) - before.get(key, 0)) for key, count in expected.items()}
    return {key: count for key, count in lacking.items() if count > 0}


def delivered(
    sent: Sequence[Route], held: Sequence[Held | None], lacking: Mapping[tuple[str, str], int], failures: Count
) -> Outcome:
    """``held``: what Alertmanager says of each alert, None where it has none. ``lacking``: of those not held back.

    ``failures``: how often a notification failed since.

    What is silenced, inhibited or muted at this hour is unknown: it says nothing of the route.
    """
    failed, unknown = [], []
    for route, one in zip(sent, held, strict=True):
        if one is None:
            failed.append(f"{route.name}: Alertmanager does not have the alert")
        elif route.receiver not in one.receivers:
            failed.append(f"{route.name}: Alertmanager routes it to {', '.join(one.receivers) or 'nobody'}")
        elif one.why:
            unknown.append(f"{route.name}: {one.why}")
    failed += [_count(key, count, "failed") for key, count in failures.items() if count > 0]
    failed += [_count(key, count, "not counted as delivered") for key, count in lacking.items()]
    kinds = ", ".join(f"{count} {kind}" for kind, count in _by_kind(sent).items())
    return judged(f"{len(sent)} routes: {kinds}", failed, unknown)


def _by_kind(sent: Sequence[Route]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for (kind, _), count in wanted(sent).items():
        found[kind] += count
    return dict(sorted(found.items()))


def _count(key: tuple[str, str], count: float, what: str) -> str:
    kind, receiver = key
    return f"{count:.0f} notifications by {kind}{f' of {receiver}' if receiver else ''} {what}"


def withheld(paging: Sequence[Route]) -> Outcome:
    """Why routes that page are not tried."""
    return Outcome(Verdict.NOT_CHECKED, f"{len(paging)} routes page or escalate; --pages tries them")


def annotations(runbook: str) -> dict[str, str]:
    """Texts of a test alert."""
    return {
        labels.SUMMARY: "Test of this route by `ops verify`; no action is needed",
        labels.DESCRIPTION: f"{ALERT} is sent after a deployment and resolves by itself in five minutes.",
        labels.RUNBOOK_URL: runbook,
    }


def watchdog() -> Labels:
    """Labels of the heartbeat."""
    return {"alertname": names.WATCHDOG}
