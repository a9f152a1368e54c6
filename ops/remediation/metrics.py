"""What Prometheus can see of the engine.

Labels do not say ``system`` and ``component``: a scrape writes those of the engine itself.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client import Counter, Gauge, Histogram

from model.catalog.catalog import Catalog, owner_of
from model.catalog.remediation import Remediation
from model.catalog.system import System
from model.remediation.decision import Reason
from model.remediation.ledger import Answer, Arming, Entry, Outcome, escalated, is_armed
from model.vocabulary import Environment
from ops.serving import Served

_VERDICT_BUCKETS = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300)
"""Seconds. 30 is where the alert begins; two evaluations of an objective."""
_HEALED_BUCKETS = (60, 120, 300, 450, 600, 900, 1800, 3600)
"""Seconds. Five minutes are the objective's window, fifteen the goal for a total outage."""
_BUDGETS = (Reason.COMPONENT_BUDGET, Reason.ENVIRONMENT_BUDGET)


@dataclass(frozen=True, slots=True)
class _Rule:
    system: System
    rule: Remediation
    team: str

    @property
    def name(self) -> str:
        return f"{self.system.system}/{self.rule.name}"


class Metrics(Served):
    """Counters, gauges and histograms of one engine, in a registry of their own."""

    def __init__(self, catalog: Catalog, environment: Environment) -> None:
        super().__init__()
        self._environment = environment
        self._rules = [
            _Rule(system, rule, owner_of(system, part))
            for system in catalog.systems
            for part in (*system.components, *system.resources)
            for rule in system.remediation
            if rule.component == part.name
        ]
        self.verdicts = Counter(
            "belfry_remediation_verdicts",
            "Verdicts by rule and reason.",
            ["rule", "verdict", "reason"],
            registry=self.registry,
        )
        self.endings = Counter(
            "belfry_remediation_endings",
            "What became of actions and questions: healed, not-healed, failed, expired.",
            ["rule", "outcome"],
            registry=self.registry,
        )
        self.answers = Counter(
            "belfry_remediation_answers",
            "Answers of people, by what became of them.",
            ["answer"],
            registry=self.registry,
        )
        self.messages = Counter(
            "belfry_remediation_messages",
            "Notifications of Alertmanager: `new`, `known` (a repeat or the other one of a pair), `malformed`, `busy`.",
            ["outcome"],
            registry=self.registry,
        )
        self.decided_after = Histogram(
            "belfry_remediation_verdict_seconds",
            "From the start of the alert to its verdict.",
            ["rule"],
            buckets=_VERDICT_BUCKETS,
            registry=self.registry,
        )
        self.healed_after = Histogram(
            "belfry_remediation_healed_seconds",
            "From the start of the alert to the proof of its cure.",
            ["rule"],
            buckets=_HEALED_BUCKETS,
            registry=self.registry,
        )
        self.armed = Gauge(
            "belfry_remediation_armed",
            "1: the rule is armed for production. By its mode in this environment.",
            ["rule", "mode"],
            registry=self.registry,
        )
        self.escalated = Gauge(
            "belfry_remediation_escalated",
            "1: a person has to look at what the rule did or did not do.",
            ["rule", "target_system", "target_component", "target_team", "alert_severity", "outcome"],
            registry=self.registry,
        )
        self.unverified = Gauge(
            "belfry_remediation_unverified_seconds",
            "For how long the oldest action has had its time without a result; 0: none.",
            registry=self.registry,
        )
        self.waiting = Gauge("belfry_remediation_waiting_approvals", "Verdicts that ask.", registry=self.registry)
        self.queued = Gauge("belfry_remediation_queued_notifications", "In the queue.", registry=self.registry)
        self.last = Gauge(
            "belfry_remediation_last_step_timestamp_seconds",
            "When the engine last knew what fires and what it had decided.",
            registry=self.registry,
        )
        self._begin()

    def _begin(self) -> None:
        """A series that appears with its first event hides that event from `increase`."""
        for one in self._rules:
            for reason in _BUDGETS:
                self.verdicts.labels(one.name, "stand-down", str(reason))
            for outcome in (Outcome.HEALED, Outcome.NOT_HEALED, Outcome.FAILED, Outcome.EXPIRED):
                self.endings.labels(one.name, str(outcome))
            self.decided_after.labels(one.name)
            self.healed_after.labels(one.name)
        for answer in Answer:
            self.answers.labels(str(answer))

    def looked(self, now: float) -> None:
        """The engine knows what fires, and what it decided before."""
        self.alive = time.monotonic()
        self.last.set(now)

    def decided(self, entry: Entry) -> None:
        """A firing has its verdict."""
        rule = f"{entry.system}/{entry.rule}"
        self.verdicts.labels(rule, entry.verdict, entry.reason).inc()
        self.decided_after.labels(rule).observe(max(0.0, time.time() - entry.starts))

    def ended(self, entry: Entry) -> None:
        """It is known what became of an action or of a question."""
        rule = f"{entry.system}/{entry.rule}"
        self.endings.labels(rule, str(entry.outcome)).inc()
        if entry.outcome is Outcome.HEALED and entry.finished is not None:
            self.healed_after.labels(rule).observe(max(0.0, entry.finished - entry.starts))

    def show(self, entries: Iterable[Entry], armings: Iterable[Arming], now: float) -> None:
        """Set what the ledger says now."""
        by_rule = {(arming.system, arming.rule): arming for arming in armings}
        teams = {one.name: one.team for one in self._rules}
        for one in self._rules:
            arming = by_rule.get((one.system.system, one.rule.name))
            mode = str(one.rule.mode.of(self._environment))
            self.armed.labels(one.name, mode).set(is_armed(arming, one.rule))
        self.escalated.clear()
        waiting, unverified = 0, 0.0
        for entry in entries:
            waiting += entry.outcome is Outcome.WAITING
            if entry.outcome in (Outcome.ACTING, Outcome.ACTED):
                unverified = max(unverified, now - entry.settled_at)
            rule = f"{entry.system}/{entry.rule}"
            if escalated(entry, now) and rule in teams:
                outcome = "repeated" if entry.outcome is Outcome.RECORDED else str(entry.outcome)
                self.escalated.labels(
                    rule, entry.system, entry.component, teams[rule], entry.severity or "critical", outcome
                ).set(1)
        self.waiting.set(waiting)
        self.unverified.set(unverified)
