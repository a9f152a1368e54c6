"""The forwarder's work, one step after the other."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from model.alarms.forwarding import HOLD_SECONDS, Alarms, Alert
from ops.forwarder.events import Malformed, state_change
from ops.forwarder.metrics import Metrics
from ops.forwarder.ports import Alertmanager, CloudWatch, Message, Queue
from ops.http import Unreachable
from ops.log import log

# Every alert is posted this often: Alertmanager forgets alerts when it restarts.
POST_SECONDS = 60.0
# CloudWatch is asked this often for all states: an event that was lost is corrected after it.
RECONCILE_SECONDS = 300.0
# Without an answer of CloudWatch or the queue for this long, nobody can say that alarms are forwarded.
STALE_SECONDS = 3 * RECONCILE_SECONDS
RETRY_SECONDS = 5.0


@dataclass(kw_only=True)
class Forwarder:
    """One forwarder; two would tell Alertmanager different things, since each hears a part of the events.

    ``marker`` is an alert of severity none that is read back after each post: it proves that Alertmanager has what
    was posted. The heartbeat is written only then, and only while queue and CloudWatch answer.
    """

    queue: Queue
    cloudwatch: CloudWatch
    alertmanagers: Sequence[Alertmanager]
    alarms: Alarms
    marker: Alert
    metrics: Metrics = field(default_factory=Metrics)
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    _delivered: bool = False
    _posted: float = 0.0
    _described: float = 0.0
    _received: float = 0.0

    def run(self) -> None:
        """Work until the process is ended."""
        while True:
            self.step()

    def step(self) -> None:
        """Ask CloudWatch and post where it is time to, then take what is in the queue."""
        self.metrics.alive = time.monotonic()
        now = self.now()
        if now - self._described >= RECONCILE_SECONDS:
            self._reconcile(now)
        if not self._delivered or now - self._posted >= POST_SECONDS:
            self._deliver()
            self._beat()
        if self._delivered:
            self._take()
        else:
            # Messages stay in the queue meanwhile: each receipt brings them nearer to the dead-letter queue.
            self.sleep(RETRY_SECONDS)

    def _reconcile(self, now: float) -> None:
        try:
            described = self.cloudwatch.describe()
        except Unreachable as error:
            self._failed("DescribeAlarms", error)
            return
        news = self.alarms.reconcile(described, now)
        if news:
            log("corrected states from CloudWatch", alarms=news)
        if news and self._described:  # after a start everything is news
            self.metrics.corrected.inc(news)
        self._described = now
        self._delivered &= not news

    def _deliver(self) -> bool:
        """Post everything to every Alertmanager. One that has it is enough: the other is posted to each minute."""
        now = self.now()
        marker = Alert(
            labels=self.marker.labels,
            annotations=self.marker.annotations,
            starts=self.marker.starts,
            ends=now + HOLD_SECONDS,
            url=self.marker.url,
        )
        alerts = [*self.alarms.alerts(now), marker]
        self._posted, self._delivered = now, False
        for alertmanager in self.alertmanagers:
            try:
                alertmanager.post(alerts)
                if not alertmanager.has(marker):
                    raise Unreachable(f"{alertmanager.name} does not have the alerts that it was sent")
                self._delivered = True
            except Unreachable as error:
                self._failed("Alertmanager", error)
        self.metrics.firing.set(self.alarms.firing(now))
        if self._delivered:
            self.metrics.delivered.set(now)
        return self._delivered

    def _beat(self) -> None:
        now = self.now()
        if self._delivered and now - self._described < STALE_SECONDS and now - self._received < STALE_SECONDS:
            try:
                self.cloudwatch.beat()
            except Unreachable as error:
                self._failed("PutMetricData", error)

    def _take(self) -> None:
        try:
            messages = self.queue.receive()
        except Unreachable as error:
            self._failed("ReceiveMessage", error)
            self.sleep(RETRY_SECONDS)
            return
        self._received = self.now()
        self.metrics.age.set(max((self._received - message.sent for message in messages), default=0.0))
        outcomes = {message.id: self._read(message) for message in messages}
        for outcome in outcomes.values():
            self.metrics.messages.labels(outcome).inc()
        wrong = [message for message in messages if outcomes[message.id] == "malformed"]
        done = [message for message in messages if outcomes[message.id] != "malformed"]
        if "told" in outcomes.values() and not self._deliver():
            done = []  # they become visible again, and CloudWatch is asked besides
        try:
            self.queue.give_back(wrong)
            self.queue.delete(done)
        except Unreachable as error:
            self._failed("DeleteMessage", error)

    def _read(self, message: Message) -> str:
        try:
            state = state_change(message.body)
        except Malformed as error:
            if message.received == 1:
                log("malformed message", id=message.id, error=str(error))
            return "malformed"
        if self.alarms.learn(state):
            log("alarm changed", alarm=state.name, state=state.value)
            return "told"
        return "old" if state.name in self.alarms.texts else "unknown"

    def _failed(self, call: str, error: Unreachable) -> None:
        self.metrics.failures.labels(call).inc()
        log("call failed", call=call, error=str(error))
