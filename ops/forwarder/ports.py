"""What the forwarder needs of the world."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from model.alarms.forwarding import AlarmState, Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of the queue. ``sent``: seconds since 1970; ``received``: how often it was, this time included."""

    id: str
    body: str
    handle: str
    sent: float
    received: int


class Queue(Protocol):
    """State changes of alarms. Each method raises Unreachable."""

    def receive(self) -> Sequence[Message]:
        """Up to ten messages; waits for the first one for some seconds."""

    def delete(self, messages: Iterable[Message]) -> None:
        """They were delivered."""

    def give_back(self, messages: Iterable[Message]) -> None:
        """Let them be received again at once; SQS moves those that come too often to the dead-letter queue."""


class CloudWatch(Protocol):
    """CloudWatch's own word on alarms. Each method raises Unreachable."""

    def describe(self) -> Sequence[AlarmState]:
        """The state of every metric alarm of the environment."""

    def beat(self) -> None:
        """Write the heartbeat metric."""


class Alertmanager(Protocol):
    """One Alertmanager."""

    @property
    def name(self) -> str:
        """What metrics and logs call it."""

    def post(self, alerts: Sequence[Alert]) -> None:
        """Post alerts. Raises Unreachable."""

    def has(self, alert: Alert) -> bool:
        """Whether it has this very alert, with this end. Raises Unreachable."""
