"""Each check against the ports: what it asks, and the verdict of the model."""

import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from model import labels
from model.quantities import Duration
from model.verification import aws, deliveries, servers, telemetry
from model.verification.configuration import configuration
from model.verification.deliveries import Held, Route
from model.verification.expected import Expected
from model.verification.telemetry import Mark
from model.verification.verdicts import Check, Outcome, Verdict, not_checked
from ops.http import Unreachable
from ops.verify.inputs import Inputs
from ops.verify.ports import Absent, Alertmanager, Ports
from ops.verify.servers import posted
from ops.verify.world import World

T = TypeVar("T")

_PAUSE_SECONDS = 1.0
DELIVERY_SECONDS = 45
"""A receiver that works takes a test alert within a second. Alertmanager tries again for as long as a group waits for
its next round, a minute at least; what is not delivered by now has failed several times."""
_EARLIER_SECONDS = 60


class Missing(Exception):
    """A check has no port to ask."""

    def __init__(self, absent: Absent) -> None:
        super().__init__(absent.reason)
        self.outcome = Outcome(absent.verdict, absent.reason)


def once(ask: Callable[[], T]) -> Callable[[], T]:
    """What several checks ask for at the same time, asked once."""
    lock, found = threading.Lock(), list[T]()

    def asked_once() -> T:
        with lock:
            if not found:
                found.append(ask())
            return found[0]

    return asked_once


@dataclass(frozen=True, kw_only=True)
class Checks:
    """The checks of one round. ``pages``: routes that page are tried too. ``now``: gives Unix time.

    ``stopped`` ends all waiting.
    """

    world: World
    expected: Expected
    inputs: Inputs
    pages: bool
    now: Callable[[], float] = time.time
    stopped: threading.Event = field(default_factory=threading.Event)
    _delivering: threading.Lock = field(default_factory=threading.Lock)

    def all(self) -> Mapping[Check, Callable[[], Outcome]]:
        """In the order of the table."""
        alarms = once(lambda: _port(self._ports.cloudwatch).alarms())
        topics = once(lambda: _port(self._ports.sns).topics({topic.name for topic in self.expected.topics}))
        expected = self.expected
        return {
            Check.ALARMS: lambda: aws.alarms(expected.alarms, alarms()[0]),
            Check.COMPOSITE_ALARMS: lambda: self._composites(alarms),
            Check.ALARM_DATA: lambda: aws.alarm_data(expected.alarms, alarms()[0], self.now()),
            Check.ALARM_METRICS: self._alarm_metrics,
            Check.TOPICS: lambda: aws.topics(expected.topics, topics()),
            Check.SUBSCRIPTIONS: lambda: aws.subscriptions(expected.topics, topics()),
            Check.CLOCK: lambda: servers.clock(self.now(), _port(self._ports.prometheus).now()),
            Check.TARGETS: lambda: servers.targets(
                expected.pools, _port(self._ports.prometheus).targets(), self.world.absent
            ),
            Check.RULES: self._rules,
            Check.LOG_RULES: self._log_rules,
            Check.CONFIGURATION: lambda: configuration(
                self.inputs.configuration, _port(self._ports.alertmanager).configuration(), local=self.world.local
            ),
            Check.HEARTBEAT: lambda: servers.heartbeat(
                _port(self._ports.prometheus).alertmanagers(),
                _port(self._ports.alertmanager).receivers(deliveries.watchdog()),
            ),
            Check.LOGS: self._logs,
            Check.TRACES: self._traces,
            Check.METRICS: self._metrics,
            Check.BOARDS: lambda: servers.boards(expected.boards, _port(self._ports.grafana).boards(expected.boards)),
            Check.ROUTES: partial(self._deliver, paging=False),
            Check.PAGING_ROUTES: partial(self._deliver, paging=True),
        }

    @property
    def _ports(self) -> Ports:
        return self.world.ports

    def _composites(self, alarms: Callable[[], tuple[Sequence[aws.Alarm], Sequence[aws.Alarm]]]) -> Outcome:
        found = alarms()[1]
        if self.world.local:
            return not_checked("the simulated AWS has no composite alarms")
        return aws.composites(self.expected.composites, found)

    def _alarm_metrics(self) -> Outcome:
        cloudwatch = _port(self._ports.cloudwatch)
        if self.world.local:
            return not_checked("nothing reports metrics to the simulated AWS")
        asked = aws.resources(self.expected.alarms)
        return aws.alarm_metrics(self.expected.alarms, {one: cloudwatch.has_metric(*one) for one in asked})

    def _rules(self) -> Outcome:
        prometheus = _port(self._ports.prometheus)
        return servers.rules(self.expected.rules, prometheus.rules(), prometheus.now())

    def _log_rules(self) -> Outcome:
        # Loki does not tell its time; the check of the clock says whether ours is right.
        return servers.rules(self.expected.log_rules, _port(self._ports.loki).rules(), self.now())

    def _logs(self) -> Outcome:
        loki, mark = _port(self._ports.loki), self._mark()
        return self._travels(
            Check.LOGS, telemetry.log_body(mark), lambda: loki.has_line(telemetry.line_query(mark), mark)
        )

    def _traces(self) -> Outcome:
        jaeger, mark = _port(self._ports.jaeger), self._mark()
        return self._travels(Check.TRACES, telemetry.span_body(mark), lambda: jaeger.has_trace(mark.trace))

    def _metrics(self) -> Outcome:
        prometheus, mark = _port(self._ports.prometheus), self._mark()
        return self._travels(
            Check.METRICS,
            telemetry.metric_body(mark),
            lambda: mark.value in prometheus.points(telemetry.point_query()),
        )

    def _mark(self) -> Mark:
        return Mark(run=secrets.token_hex(8), sent=int(self.now() * 1000))

    def _travels(self, check: Check, body: Mapping[str, object], seen: Callable[[], bool]) -> Outcome:
        collector = _port(self._ports.collector)
        began = self.now()
        collector.send(str(check), body)
        while True:
            found, waited = seen(), self.now() - began
            if found or waited >= telemetry.WAIT_SECONDS:
                return telemetry.arrived(check, found, waited, None if found else self._skew())
            self._pause()

    def _skew(self) -> float | None:
        """Seconds that our clock is ahead of Prometheus's; None where it cannot be asked."""
        try:
            return self.now() - _port(self._ports.prometheus).now()
        except (Unreachable, Missing):
            return None

    def _deliver(self, *, paging: bool) -> Outcome:
        alertmanager = _port(self._ports.alertmanager)
        routes = deliveries.routes(self.inputs.configuration, self.world.alerts)
        chosen = [route for route in routes if route.pages is paging]
        if paging and not self.pages:
            return deliveries.withheld(chosen)
        # One after the other: both count the same notifications.
        with self._delivering:
            return self._delivered(alertmanager, chosen)

    def _delivered(self, alertmanager: Alertmanager, chosen: Sequence[Route]) -> Outcome:
        run = secrets.token_hex(4)
        sent_before, failed_before = alertmanager.counts()
        alertmanager.post(self._alerts(run, chosen))
        began = self.now()
        while True:
            known = alertmanager.held(deliveries.TEST_LABEL, run)
            held = [known.get(deliveries.component(run, number)) for number in range(len(chosen))]
            free = [route for route, one in zip(chosen, held, strict=True) if one and not one.why]
            sent, failed = alertmanager.counts()
            lacking = deliveries.grown(free, sent_before, sent)
            failures = {key: count - failed_before.get(key, 0) for key, count in failed.items()}
            if self._over(held, lacking, began):
                return deliveries.delivered(chosen, held, lacking, failures)
            self._pause()

    def _over(self, held: Sequence[Held | None], lacking: Mapping[tuple[str, str], int], began: float) -> bool:
        return (all(held) and not lacking) or self.now() - began >= DELIVERY_SECONDS

    def _pause(self) -> None:
        if self.stopped.wait(_PAUSE_SECONDS):
            raise Unreachable("stopped before there was an answer")

    def _alerts(self, run: str, routes: Sequence[Route]) -> list[Mapping[str, object]]:
        """Each began long ago: Alertmanager waits for more alerts of a group only if the first one is new."""
        waits = [float(Duration(text).seconds) for text in deliveries.longest_wait(self.inputs.configuration)]
        now = self.now()
        began = now - max(waits, default=0) - _EARLIER_SECONDS
        texts = deliveries.annotations(self.inputs.runbook)
        return [
            posted(
                {
                    **route.alert,
                    labels.SYSTEM: labels.OWN_SYSTEM,
                    labels.COMPONENT: deliveries.component(run, number),
                    deliveries.TEST_LABEL: run,
                },
                texts,
                now,
                began,
            )
            for number, route in enumerate(routes)
        ]


def _port(port: T | Absent) -> T:
    """Raises Missing where there is none."""
    if isinstance(port, Absent):
        raise Missing(port)
    return port


def asked(check: Callable[[], Outcome]) -> Outcome:
    """The outcome; no answer is unknown."""
    try:
        return check()
    except Missing as missing:
        return missing.outcome
    except Unreachable as error:
        return Outcome(Verdict.UNKNOWN, str(error))
