"""Stand-ins for queue, CloudWatch and Alertmanager, that can be away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from model.alarms.forwarding import Alarms, AlarmState, Alert, AlertText
from ops.forwarder.events import event
from ops.forwarder.loop import Forwarder
from ops.forwarder.ports import Message
from ops.http import Unreachable

MARKER = Alert(labels={"alertname": "AlarmForwarderAlive"}, annotations={}, starts=0, ends=0, url="")
NAMES = ("storage", "connections")


@dataclass
class FakeQueue:
    waiting: list[Message] = field(default_factory=list)
    held: list[Message] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    given_back: list[str] = field(default_factory=list)
    away: bool = False
    receipts: int = 0

    def put(self, id_: str, body: str, sent: float = 0, received: int = 1) -> None:
        self.waiting.append(Message(id=id_, body=body, handle=id_, sent=sent, received=received))

    def receive(self) -> Sequence[Message]:
        if self.away:
            raise Unreachable("ReceiveMessage: AccessDenied")
        self.receipts += 1
        taken, self.waiting = self.waiting, []
        self.held += taken
        return taken

    def delete(self, messages: Iterable[Message]) -> None:
        if self.away:
            raise Unreachable("DeleteMessage: AccessDenied")
        self.deleted += [message.id for message in messages]

    def give_back(self, messages: Iterable[Message]) -> None:
        self.given_back += [message.id for message in messages]


@dataclass
class FakeCloudWatch:
    states: list[AlarmState] = field(default_factory=list)
    away: bool = False
    heartless: bool = False
    asked: int = 0
    beats: int = 0

    def describe(self) -> Sequence[AlarmState]:
        self.asked += 1
        if self.away:
            raise Unreachable("DescribeAlarms: Throttling")
        return self.states

    def beat(self) -> None:
        if self.heartless:
            raise Unreachable("PutMetricData: AccessDenied")
        self.beats += 1


@dataclass
class FakeAlertmanager:
    name: str = "http://alertmanager-0"
    posts: list[list[Alert]] = field(default_factory=list)
    away: bool = False
    forgets: bool = False

    def post(self, alerts: Sequence[Alert]) -> None:
        if self.away:
            raise Unreachable(f"{self.name}: refused")
        self.posts.append(list(alerts))

    def has(self, alert: Alert) -> bool:
        return not self.forgets and alert in self.posts[-1]

    def firing(self, now: float) -> set[str]:
        """What it believes now, from the last post."""
        return {alert.labels["alarm"] for alert in self.posts[-1] if "alarm" in alert.labels and alert.ends > now}


@dataclass
class Harness:
    """A forwarder with these fakes, and a clock that moves only by ``step``."""

    queue: FakeQueue = field(default_factory=FakeQueue)
    cloudwatch: FakeCloudWatch = field(default_factory=FakeCloudWatch)
    alertmanagers: list[FakeAlertmanager] = field(
        default_factory=lambda: [FakeAlertmanager(), FakeAlertmanager("http://alertmanager-1")]
    )
    now: float = 10_000.0
    slept: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.forwarder = self.restarted()

    def restarted(self) -> Forwarder:
        """A new process, with nothing in memory."""
        texts = {
            name: AlertText(labels={"alarm": name}, annotations={"summary": name, "description": "It is full."}, url="")
            for name in NAMES
        }
        self.forwarder = Forwarder(
            queue=self.queue,
            cloudwatch=self.cloudwatch,
            alertmanagers=self.alertmanagers,
            alarms=Alarms(texts),
            marker=MARKER,
            now=lambda: self.now,
            sleep=self.slept.append,
        )
        return self.forwarder

    def step(self, seconds: float = 0.0) -> None:
        self.now += seconds
        self.forwarder.step()

    def value(self, metric: str, **labels: str) -> float:
        return self.forwarder.metrics.registry.get_sample_value(metric, labels) or 0.0


def body(name: str, value: str, at: float) -> str:
    changed = AlarmState(name=name, value=value, at=at, reason="Threshold Crossed")
    return event(changed, "OK", account="123456789012", region="eu-central-1")
