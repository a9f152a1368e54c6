"""What Prometheus knows of a target, at one moment."""

import urllib.parse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from model import labels, names
from model.catalog.remediation import PROOF_WINDOW, Remediation
from model.catalog.system import System
from model.metrics import metric_names
from model.query_text import matcher
from model.remediation.decision import Facts
from model.vocabulary import Environment, Severity
from ops.http import Unreachable, inside

_FIRING = matcher("alertstate", "firing")


class ChangeCalendars(Protocol):
    """Calendars that are kept elsewhere."""

    def closed(self, names: Sequence[str]) -> bool:
        """Whether one of them is. Raises Unreachable."""


@dataclass(frozen=True, slots=True)
class Prometheus:
    """``url`` without a slash at the end; ``get``: how it is asked.

    ``environment`` None: every freeze counts, whichever environment it is of. ``calendars`` None: those elsewhere are
    unknown.
    """

    url: str
    environment: Environment | None = None
    calendars: ChangeCalendars | None = None
    get: Callable[[str], Any] = inside

    def facts(self, system: System, rule: Remediation, now: float) -> Facts:
        """All but what stops the alert and how deployments are. What does not answer stays unknown, with the reason.

        Facts of a part of the data are none: a store that is away may have the alerts of the others.
        """
        frozen, unread = self._frozen(system, now)
        try:
            watchdog = self._number(f"count(ALERTS{{{matcher('alertname', names.WATCHDOG)}, {_FIRING}}})")
            sampled = self._number(f"max(timestamp({metric_names.BUDGET_REMAINING}{{{_own(system, rule)}}}))")
            firing = self._firing()
            met = self.is_met(system, rule)
        except Unreachable as error:
            return Facts(read_at=now, frozen=frozen, unknown=(*unread, str(error)))
        return Facts(
            read_at=now,
            watchdog=watchdog is not None,
            sampled_at=sampled,
            firing=sum(of == system.system for of, _ in firing),
            components=len(system.components) + len(system.resources),
            causes=frozenset("/".join(one) for one in firing & dependencies(system, rule.component)),
            met=met,
            frozen=frozen,
            unknown=unread,
        )

    def _frozen(self, system: System, now: float) -> tuple[bool | None, tuple[str, ...]]:
        """Whether a calendar is closed, and why that is not known."""
        calendar = system.calendar
        if calendar.freeze(self.environment, now) is not None:
            return True, ()
        if not calendar.change_calendars:
            return False, ()
        if self.calendars is None:
            return None, ("nobody reads the change calendars",)
        try:
            return self.calendars.closed(calendar.change_calendars), ()
        except Unreachable as error:
            return None, (str(error),)

    def _firing(self) -> set[tuple[str, str]]:
        """System and component of all critical alerts. Raises Unreachable."""
        critical = f'{matcher(labels.SEVERITY, Severity.CRITICAL)}, {_FIRING}, component!=""'
        rows = self._rows(f"count by (system, component) (ALERTS{{{critical}}})")
        try:
            return {(one["metric"].get(labels.SYSTEM, ""), one["metric"][labels.COMPONENT]) for one in rows}
        except (KeyError, TypeError, AttributeError) as error:
            raise self._other(error) from None

    def is_met(self, system: System, rule: Remediation) -> bool:
        """Whether the objective that proves a cure is met in the last five minutes, with events. Raises Unreachable.

        Without events nothing is proven: 0 of 0 requests failed.
        """
        own = _own(system, rule)
        total = f"{own}, {matcher(metric_names.OUTCOME, metric_names.TOTAL)}"
        events = self._number(f"min({metric_names.events(PROOF_WINDOW)}{{{total}}})")
        errors = self._number(f"max({metric_names.error_ratio(PROOF_WINDOW)}{{{own}}})")
        target = self._number(f"max({metric_names.OBJECTIVE_RATIO}{{{own}}})")
        return bool(events) and errors is not None and target is not None and errors <= 1 - target

    def _number(self, query: str) -> float | None:
        rows = self._rows(query)
        try:
            return float(rows[0]["value"][1]) if rows else None
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise self._other(error) from None

    def _rows(self, query: str) -> list[Any]:
        try:
            answer: Any = self.get(f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': query})}")
            if answer.get("warnings"):
                raise Unreachable(f"{self.url} has only a part of the data")
            return list(answer["data"]["result"])
        except (KeyError, TypeError, AttributeError) as error:
            raise self._other(error) from None

    def _other(self, error: Exception) -> Unreachable:
        return Unreachable(f"{self.url} does not answer as Prometheus does: {type(error).__name__}")


def dependencies(system: System, component: str) -> set[tuple[str, str]]:
    """What a part depends on, directly or not: system and name. Of other systems only what its own system names."""
    parts = {part.name: part for part in (*system.components, *system.resources)}
    found: set[tuple[str, str]] = set()
    waiting = [component]
    while waiting:
        for reference in parts[waiting.pop()].depends_on:
            home, _, name = reference.rpartition("/")
            one = home or system.system, name
            if one not in found:
                found.add(one)
                waiting += [name] if one[0] == system.system else []
    return found - {(system.system, component)}


_LABELS = (labels.SYSTEM, labels.COMPONENT, metric_names.OBJECTIVE)


def _own(system: System, rule: Remediation) -> str:
    values = (system.system, *proof_of(system, rule))
    return ", ".join(matcher(label, value) for label, value in zip(_LABELS, values, strict=True))


def proof_of(system: System, rule: Remediation) -> tuple[str, str]:
    """Component and objective that prove a cure; the catalog's checks saw that there is one."""
    if rule.proof is not None:
        return rule.proof.component, rule.proof.objective
    [part] = [one for one in (*system.components, *system.resources) if one.name == rule.component]
    return part.name, part.objectives[0].name
