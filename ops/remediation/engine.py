"""One step of the engine in shadow: read the firing alerts, decide on each new one, follow those decided before."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from model import names
from model.catalog.catalog import Catalog
from model.catalog.remediation import Modes, Remediation
from model.catalog.system import System
from model.remediation.decision import Alert, Facts, Situation, Verdict, decide, rules_of
from model.remediation.ledger import Entry, digest
from model.remediation.report import judged
from model.vocabulary import Environment
from ops.http import Unreachable
from ops.log import log
from ops.remediation.alertmanager import Firing
from ops.remediation.ledger import Ledger


class Alerts(Protocol):
    """Where alerts come from."""

    def firing(self) -> list[Firing]:
        """All that fire now. Raises Unreachable."""


class Metrics(Protocol):
    """What is known of a target."""

    def facts(self, system: System, rule: Remediation, now: float) -> Facts:
        """Unknown where it cannot be read."""


class Deployments(Protocol):
    """How deployments of a component are."""

    def state(self, system: str, component: str) -> tuple[bool | None, float | None]:
        """Whether one runs, and when the last one ended (0: none is remembered); None where that is unknown."""


@dataclass(frozen=True, slots=True)
class NoDeployments:
    """Of the local environment: its demo workload is never deployed while it runs."""

    def state(self, system: str, component: str) -> tuple[bool | None, float | None]:
        """None runs, and none did."""
        return False, 0.0


@dataclass(frozen=True, kw_only=True)
class Engine:
    """In shadow: whatever a rule's mode is, nothing but the ledger is written."""

    catalog: Catalog
    environment: Environment
    alerts: Alerts
    metrics: Metrics
    deployments: Deployments
    ledger: Ledger

    def step(self, now: float) -> list[Entry]:
        """The verdicts that are new. Without Alertmanager or the ledger there are none, and a warning is logged.

        Each firing is decided once: what stood down because something was unknown does not begin an action later.
        """
        try:
            firing = {one.alert.key: one for one in self.alerts.firing()}
            # After a start Alertmanager knows no alert until Prometheus sends them again: none has ended.
            if names.WATCHDOG not in {one.alert.name for one in firing.values()}:
                raise Unreachable("Alertmanager has no Watchdog, so it does not know what fires")
            self._follow(firing, now)
        except Unreachable as error:
            log("nothing is decided", level="warning", error=str(error))
            return []
        systems = {system.system: system for system in self.catalog.systems}
        found = []
        for one in firing.values():
            rule = self._rules.get((one.alert.system, one.alert.name, one.alert.component))
            if rule is None:
                continue
            try:
                entry = self._decided(one, systems[one.alert.system], rule, now)
                if entry is not None and self.ledger.record(entry):
                    found.append(entry)
                    log("verdict", key=entry.key, rule=entry.rule, verdict=entry.verdict, reason=entry.reason)
            except Unreachable as error:
                log("the ledger does not answer, so nothing is decided", level="warning", error=str(error))
        return found

    @property
    def _rules(self) -> Mapping[tuple[str, str, str], Remediation]:
        """Here their mode is shadow."""
        return {key: rule.model_copy(update={"mode": Modes()}) for key, rule in rules_of(self.catalog).items()}

    def _decided(self, one: Firing, system: System, rule: Remediation, now: float) -> Entry | None:
        book = self.ledger.book(one.alert, rule)
        if book.decided:
            return None
        deploying, deployed_at = self.deployments.state(system.system, rule.component)
        facts = replace(
            self.metrics.facts(system, rule, now), stops=one.stops, deploying=deploying, deployed_at=deployed_at
        )
        situation = Situation(
            alert=one.alert, environment=self.environment, rules=self._rules, facts=facts, book=book, now=now
        )
        return _entry(one.alert, self.environment, rule, decide(situation), now)

    def _follow(self, firing: Mapping[str, Firing], now: float) -> None:
        """Alerts that fire no more have ended, and those that a person silenced were left alone on purpose."""
        for entry in self.ledger.entries():
            if entry.ended is not None:
                continue
            if entry.key not in firing:
                self.ledger.finish(judged(entry, now), release=False)
            elif (by := firing[entry.key].silenced_by) and not entry.judged_by:
                silenced = judged(entry, now, by).model_copy(update={"ended": None})
                if silenced != entry:
                    self.ledger.finish(silenced, release=False)


def _entry(alert: Alert, environment: Environment, rule: Remediation, verdict: Verdict, now: float) -> Entry:
    return Entry(
        key=alert.key,
        environment=environment,
        system=alert.system,
        component=alert.component,
        rule=rule.name,
        digest=digest(rule),
        alert=alert.name,
        starts=alert.starts,
        at=now,
        verdict=str(verdict.kind),
        reason=str(verdict.reason),
        text=verdict.text,
        mode=verdict.mode,
        action=rule.action.kind,
        settle=float(rule.settle.seconds),
    )
