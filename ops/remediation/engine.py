"""One step of the engine: read the firing alerts, follow what was decided before, and decide on each new one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from model import names
from model.catalog.catalog import Catalog
from model.catalog.remediation import Mode, Modes, Remediation
from model.catalog.system import System
from model.remediation.decision import Alert, Facts, Kind, Situation, Verdict, decide, rules_of
from model.remediation.ledger import APPROVAL_SECONDS, Answer, Book, Entry, Judgement, Outcome, digest, unanswerable
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


class Observer(Protocol):
    """Hears what the engine does."""

    def looked(self, now: float) -> None:
        """It knows what fires, and what it decided before."""

    def decided(self, entry: Entry) -> None:
        """A firing has its verdict, and no action has begun yet."""

    def ended(self, entry: Entry) -> None:
        """It is known what became of an action or of a question."""


class Unanswered(Exception):
    """A person's answer was refused, and nothing was done."""

    def __init__(self, answer: Answer, text: str = "") -> None:
        super().__init__(text or answer.sentence)
        self.answer = answer


@dataclass(frozen=True, kw_only=True)
class Engine:
    """``actors``: kind of action -> who carries it out. A rule whose action has none is in shadow."""

    catalog: Catalog
    environment: Environment
    alerts: Alerts
    metrics: Metrics
    deployments: Deployments
    ledger: Ledger
    actors: Mapping[str, Actor] = field(default_factory=dict)
    observer: Observer | None = None

    def step(self, now: float, news: Collection[Alert] = ()) -> list[Entry]:
        """The verdicts that are new. Without Alertmanager or the ledger there are none, and a warning is logged.

        Each firing is decided once: what stood down because something was unknown does not begin an action later.
        ``news``: what Alertmanager notified of. It only says that it is time to look; what fires is asked, so that no
        forged or late message begins anything. A message that was cut makes its alerts stand down.
        """
        cut = {alert.key: alert.truncated for alert in news}
        try:
            firing = self._firing()
            self._follow(firing, now)
        except Unreachable as error:
            log("nothing is decided", level="warning", error=str(error))
            return []
        if self.observer is not None:
            self.observer.looked(now)
        found = []
        for one in firing.values():
            rule = self._rules.get((one.alert.system, one.alert.name, one.alert.component))
            if rule is None:
                continue
            try:
                one = replace(one, alert=replace(one.alert, truncated=cut.get(one.alert.key, 0)))  # noqa: PLW2901
                entry = self._decided(one, rule, now)
                kept = None if entry is None else self._carried_out(entry, one.alert, rule, now)
            except Unreachable as error:
                log("the ledger does not answer, so nothing is decided", level="warning", error=str(error))
                continue
            if kept is not None:
                found.append(kept)
                _log("verdict", kept)
        return found

    def approve(self, key: str, by: str, now: float) -> Entry:
        """Have a person's approval carried out, if every guard rail still lets it pass. Raises Unanswered, Unreachable.

        Minutes have passed since the question: what was silenced, deployed or cured meanwhile is left alone.
        """
        entry = self._asked(key, now)
        one = self._firing().get(key)
        if one is None:
            raise Unanswered(Answer.STOPPED, "the alert has ended")
        rule = self._rules.get((entry.system, entry.alert, entry.component))
        if rule is None or digest(rule) != entry.digest:
            raise Unanswered(Answer.STOPPED, "the rule was changed since it asked")
        verdict = decide(self._situation(one, rule, self.ledger.book(one.alert, rule), now))
        if verdict.kind is not Kind.ASK:
            raise Unanswered(Answer.STOPPED, verdict.text)
        entry = entry.model_copy(update={"approved_by": by, "approved_at": now})
        if refused := self.ledger.claim(entry, one.alert, rule, now):
            raise Unanswered(Answer.STOPPED, refused.sentence)
        return self._acted(entry, rule, now)

    def decline(self, key: str, by: str, now: float) -> Entry:
        """Keep that a person decided against the action. Raises Unanswered, Unreachable."""
        update = {"approved_by": by, "approved_at": now, "finished": now, "outcome": Outcome.DECLINED}
        entry = self._asked(key, now).model_copy(update=update)
        self.ledger.finish(entry, release=False)
        return entry

    def _asked(self, key: str, now: float) -> Entry:
        entry = next((one for one in self.ledger.entries() if one.key == key), None)
        if (refused := unanswerable(entry, now)) or entry is None:
            raise Unanswered(refused or Answer.UNKNOWN)
        return entry

    def _firing(self) -> dict[str, Firing]:
        firing = {one.alert.key: one for one in self.alerts.firing()}
        # After a start Alertmanager knows no alert until Prometheus sends them again: none has ended.
        if names.WATCHDOG not in {one.alert.name for one in firing.values()}:
            raise Unreachable("Alertmanager has no Watchdog, so it does not know what fires")
        return firing

    def _carried_out(self, entry: Entry, alert: Alert, rule: Remediation, now: float) -> Entry | None:
        """The verdict as it is kept, after its action; None where another engine was first.

        It is kept as acting before the action begins: an engine that ends in between has not forgotten it.
        """
        if entry.verdict == Kind.ACT:
            refused = self.ledger.claim(entry, alert, rule, now)
            if refused is None:
                self._tell(entry)
                return self._acted(entry, rule, now)
            late = {"verdict": str(Kind.STAND_DOWN), "reason": str(refused), "text": refused.sentence}
            entry = entry.model_copy(update=late)
        elif entry.verdict == Kind.ASK:
            entry = entry.model_copy(update={"outcome": Outcome.WAITING})
        if not self.ledger.record(entry):
            return None
        self._tell(entry)
        return entry

    def _acted(self, entry: Entry, rule: Remediation, now: float) -> Entry:
        """The entry after its action, which the ledger has as acting."""
        try:
            text = self.actors[rule.action.kind].act(self._systems[entry.system], rule)
            entry = entry.model_copy(update={"outcome": Outcome.ACTED, "text": text})
        except (Refused, Unreachable) as error:
            entry = entry.model_copy(update={"outcome": Outcome.FAILED, "text": str(error), "finished": now})
            self._tell(entry, "the action failed: a person has to look")
        self.ledger.finish(entry, release=False)
        return entry

    def _tell(self, entry: Entry, ending: str = "") -> None:
        """Log it, and have it counted; ``ending``: what became of its action or question, for people."""
        if ending:
            _log(ending, entry, level="info" if entry.outcome is Outcome.HEALED else "error")
        if self.observer is not None:
            (self.observer.ended if ending else self.observer.decided)(entry)

    @cached_property
    def _systems(self) -> dict[str, System]:
        return {system.system: system for system in self.catalog.systems}

    @cached_property
    def _rules(self) -> Mapping[Target, Remediation]:
        """A rule whose action nobody carries out can only be recorded."""
        rules = rules_of(self.catalog)
        return {key: rule if self._acts(rule) else _in_shadow(rule) for key, rule in rules.items()}

    def _acts(self, rule: Remediation) -> bool:
        return rule.action.kind in self.actors and rule.mode.of(self.environment) is not Mode.SHADOW

    def _decided(self, one: Firing, rule: Remediation, now: float) -> Entry | None:
        book = self.ledger.book(one.alert, rule)
        if book.decided:
            return None
        return _entry(one.alert, self.environment, rule, decide(self._situation(one, rule, book, now)), now)

    def _situation(self, one: Firing, rule: Remediation, book: Book, now: float) -> Situation:
        """What a verdict rests on, now; of a firing that was decided before, as if it were new."""
        system = self._systems[one.alert.system]
        deploying, deployed_at = self.deployments.state(system.system, rule.component)
        facts = replace(
            self.metrics.facts(system, rule, now), stops=one.stops, deploying=deploying, deployed_at=deployed_at
        )
        return Situation(
            alert=one.alert,
            environment=self.environment,
            rules=self._rules,
            facts=facts,
            book=book.model_copy(update={"decided": False}),
            now=now,
        )

    def _follow(self, firing: Mapping[str, Firing], now: float) -> None:
        """Alerts that fire no more have ended, silenced ones were left alone on purpose, and actions have to help."""
        for before in self.ledger.entries():
            entry = before
            if entry.outcome in (Outcome.ACTING, Outcome.ACTED):
                entry = self._verified(entry, firing, now)
            elif entry.outcome is Outcome.WAITING and now >= entry.at + APPROVAL_SECONDS:
                entry = entry.model_copy(update={"outcome": Outcome.EXPIRED, "finished": now})
                self._tell(entry, "nobody approved it: a person has to look")
            elif entry.outcome is Outcome.WAITING and entry.key not in firing:
                entry = judged(entry.model_copy(update={"outcome": Outcome.RECORDED}), now)
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
            self._tell(entry, "healed")
        elif now >= entry.settled_at:
            late = {"outcome": Outcome.NOT_HEALED, "finished": now, "judgement": Judgement.WRONG}
            entry = entry.model_copy(update={**late, "judged_by": "the verification"})
            self._tell(entry, "the action did not help: a person has to look")
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
        severity=alert.severity,
    )
