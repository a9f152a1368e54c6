"""One step of the engine: read the firing alerts, follow what was decided before, and decide on each new one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from model import names
from model.catalog.catalog import Catalog
from model.catalog.remediation import Mode, Modes, Remediation
from model.catalog.system import System
from model.remediation.decision import Alert, Facts, Kind, Situation, Verdict, decide, rules_of
from model.remediation.ledger import Entry, Judgement, Outcome, digest
from model.remediation.report import judged
from model.vocabulary import Environment
from ops.http import Unreachable
from ops.log import log
from ops.remediation.actors import Actor, Refused
from ops.remediation.alertmanager import Firing
from ops.remediation.ledger import Ledger

Target = tuple[str, str, str]
"""System, alert, component."""


class Alerts(Protocol):
    """Where alerts come from."""

    def firing(self) -> list[Firing]:
        """All that fire now. Raises Unreachable."""


class Metrics(Protocol):
    """What is known of a target."""

    def facts(self, system: System, rule: Remediation, now: float) -> Facts:
        """Unknown where it cannot be read."""

    def is_met(self, system: System, rule: Remediation) -> bool:
        """Whether the objective that proves a cure is met, with events. Raises Unreachable."""


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
    """``actors``: kind of action -> who carries it out. A rule whose action has none, or that asks, is in shadow."""

    catalog: Catalog
    environment: Environment
    alerts: Alerts
    metrics: Metrics
    deployments: Deployments
    ledger: Ledger
    actors: Mapping[str, Actor] = field(default_factory=dict)

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
        found = []
        for one in firing.values():
            rule = self._rules.get((one.alert.system, one.alert.name, one.alert.component))
            if rule is None:
                continue
            try:
                entry = self._decided(one, rule, now)
                kept = None if entry is None else self._carried_out(entry, one.alert, rule, now)
            except Unreachable as error:
                log("the ledger does not answer, so nothing is decided", level="warning", error=str(error))
                continue
            if kept is not None:
                found.append(kept)
                _log("verdict", kept)
        return found

    def _carried_out(self, entry: Entry, alert: Alert, rule: Remediation, now: float) -> Entry | None:
        """The verdict as it is kept, after its action; None where another engine was first.

        It is kept as acting before the action begins: an engine that ends in between has not forgotten it.
        """
        if entry.verdict != Kind.ACT:
            return entry if self.ledger.record(entry) else None
        if refused := self.ledger.claim(entry, alert, rule, now):
            late = {"verdict": str(Kind.STAND_DOWN), "reason": str(refused), "text": refused.sentence}
            entry = entry.model_copy(update=late)
            return entry if self.ledger.record(entry) else None
        try:
            text = self.actors[rule.action.kind].act(self._systems[alert.system], rule)
            entry = entry.model_copy(update={"outcome": Outcome.ACTED, "text": text})
        except (Refused, Unreachable) as error:
            entry = entry.model_copy(update={"outcome": Outcome.FAILED, "text": str(error), "finished": now})
            _log("the action failed: a person has to look", entry, level="error")
        self.ledger.finish(entry, release=False)
        return entry

    @property
    def _systems(self) -> dict[str, System]:
        return {system.system: system for system in self.catalog.systems}

    @property
    def _rules(self) -> Mapping[Target, Remediation]:
        """Without approvals a rule that asks can only be recorded; so can one whose action nobody carries out."""
        rules = rules_of(self.catalog)
        return {key: rule if self._acts(rule) else _in_shadow(rule) for key, rule in rules.items()}

    def _acts(self, rule: Remediation) -> bool:
        return rule.action.kind in self.actors and rule.mode.of(self.environment) is Mode.ACT

    def _decided(self, one: Firing, rule: Remediation, now: float) -> Entry | None:
        system = self._systems[one.alert.system]
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
        """Alerts that fire no more have ended, silenced ones were left alone on purpose, and actions have to help."""
        for before in self.ledger.entries():
            entry = before
            if entry.outcome in (Outcome.ACTING, Outcome.ACTED):
                entry = self._verified(entry, firing, now)
            elif entry.ended is None and entry.key not in firing:
                entry = judged(entry, now)
            elif entry.ended is None and (by := firing[entry.key].silenced_by) and not entry.judged_by:
                entry = judged(entry, now, by).model_copy(update={"ended": None})
            if entry != before:
                self.ledger.finish(entry, release=entry.outcome is Outcome.HEALED)

    def _verified(self, entry: Entry, firing: Mapping[str, Firing], now: float) -> Entry:
        """Healed: its target's alert has ended and the objective is met with events. After ``settle`` it is too late.

        What nobody can read is not healed. Never does the action begin again.
        """
        rules = {(system, rule.name): rule for (system, _, _), rule in rules_of(self.catalog).items()}
        rule = rules.get((entry.system, entry.rule))
        target = (entry.alert, entry.system, entry.component)
        ended = target not in {(one.alert.name, one.alert.system, one.alert.component) for one in firing.values()}
        if ended and rule is not None and entry.outcome is Outcome.ACTED and self._is_met(entry.system, rule):
            healed = {"outcome": Outcome.HEALED, "ended": now, "finished": now, "judgement": Judgement.RIGHT}
            entry = entry.model_copy(update=healed)
            _log("healed", entry)
        elif now >= entry.at + entry.settle:
            late = {"outcome": Outcome.NOT_HEALED, "finished": now, "judgement": Judgement.WRONG}
            entry = entry.model_copy(update={**late, "judged_by": "the verification"})
            _log("the action did not help: a person has to look", entry, level="error")
        return entry

    def _is_met(self, system: str, rule: Remediation) -> bool:
        try:
            return self.metrics.is_met(self._systems[system], rule)
        except Unreachable as error:
            log("the objective cannot be read", level="warning", error=str(error))
            return False


def _in_shadow(rule: Remediation) -> Remediation:
    return rule.model_copy(update={"mode": Modes()})


def _log(text: str, entry: Entry, **fields: object) -> None:
    names_of = {"key": entry.key, "rule": entry.rule, "system": entry.system, "component": entry.component}
    log(text, **names_of, verdict=entry.verdict, reason=entry.reason, outcome=str(entry.outcome), **fields)


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
