"""What Prometheus knows of a target, at one moment."""

import urllib.parse
from dataclasses import dataclass
from typing import Any

from model import labels, names
from model.catalog.remediation import PROOF_WINDOW, Remediation
from model.catalog.system import System
from model.metrics import metric_names
from model.query_text import matcher
from model.remediation.decision import Facts
from model.vocabulary import Severity
from ops.http import Unreachable, ask

_FIRING = matcher("alertstate", "firing")


@dataclass(frozen=True, slots=True)
class Prometheus:
    """``url`` without a slash at the end."""

    url: str

    def facts(self, system: System, rule: Remediation, now: float) -> Facts:
        """All but what stops the alert and how deployments are. What it does not answer stays unknown, with the reason.

        Facts of a part of the data are none: a store that is away may have the alerts of the others.
        """
        own = _own(system, rule)
        mine = f"{matcher(labels.SYSTEM, system.system)}, {matcher(labels.SEVERITY, Severity.CRITICAL)}"
        try:
            watchdog = self._number(f"count(ALERTS{{{matcher('alertname', names.WATCHDOG)}, {_FIRING}}})")
            sampled = self._number(f"max(timestamp({metric_names.BUDGET_REMAINING}{{{own}}}))")
            firing = self._number(f'count(count by (component) (ALERTS{{{mine}, {_FIRING}, component!=""}}))')
        except Unreachable as error:
            return Facts(read_at=now, unknown=(str(error),))
        return Facts(
            read_at=now,
            watchdog=watchdog is not None,
            sampled_at=sampled,
            firing=int(firing or 0),
            components=len(system.components) + len(system.resources),
        )

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
        try:
            answer: Any = ask("GET", f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': query})}")
            if answer.get("warnings"):
                raise Unreachable(f"{self.url} has only a part of the data")
            result = answer["data"]["result"]
            return float(result[0]["value"][1]) if result else None
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise Unreachable(f"{self.url} does not answer as Prometheus does: {type(error).__name__}") from None


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
