"""Notifications on their way to the engine: read from Alertmanager's webhook, and kept in one bounded queue.

Alarms of CloudWatch come the same way: their forwarder posts them to Alertmanager as alerts. A second way would only
bring each of them twice.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

import pydantic
from pydantic import AwareDatetime, Field

from model import labels
from model.remediation.decision import Alert

MOST_BYTES = 256 * 1024
"""A message has one alert, by its route; labels and annotations of one are a few kilobytes."""
MOST_WAITING = 500
"""More alerts than an environment has rules. Whoever comes then has to come again."""


class _Alert(pydantic.BaseModel):
    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    starts: Annotated[AwareDatetime, Field(alias="startsAt")]
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{1,16}$")]


class _Message(pydantic.BaseModel):
    """Version 4 of the body. What newer Alertmanagers add is passed over."""

    version: Literal["4"]
    truncated: Annotated[int, Field(ge=0, alias="truncatedAlerts")] = 0
    alerts: tuple[_Alert, ...]


class Malformed(Exception):
    """The message was cut, or is none of Alertmanager's."""


class Busy(Exception):
    """The queue is full; nothing of the message was taken."""


def read(body: bytes) -> list[Alert]:
    """The alerts of a webhook's body. Raises Malformed, which shows nothing of the body."""
    try:
        message = _Message.model_validate_json(body)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Malformed(f"found {where or 'a body'}: {first['msg']}; allowed: version 4 of a webhook's body") from None
    return [
        Alert(
            name=one.labels.get("alertname", ""),
            system=one.labels.get(labels.SYSTEM, ""),
            component=one.labels.get(labels.COMPONENT, ""),
            environment=one.labels.get(labels.ENVIRONMENT, ""),
            fingerprint=one.fingerprint,
            starts=one.starts.timestamp(),
            firing=one.status == "firing",
            truncated=message.truncated,
        )
        for one in message.alerts
    ]


@dataclass
class Intake:
    """The queue. Repeats, and the other Alertmanager of a pair, find their alert waiting already."""

    most: int = MOST_WAITING
    _waiting: dict[tuple[str, bool], Alert] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, alerts: Sequence[Alert]) -> int:
        """How many of them are new here: all are taken, or none. Raises Busy."""
        new = {(alert.key, alert.firing): alert for alert in alerts}
        added = len(new.keys() - self._waiting.keys())
        if len(self._waiting) + added > self.most:
            raise Busy
        for key, alert in new.items():
            known = self._waiting.get(key)
            # Of two copies the one that was cut counts: it is the one that says so.
            if known is None or alert.truncated > known.truncated:
                self._waiting[key] = alert
        self._news.set()
        return added

    async def take(self, seconds: float) -> list[Alert]:
        """All that wait, as soon as there is one; none after ``seconds``."""
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return []
        self._news.clear()
        found = list(self._waiting.values())
        self._waiting.clear()
        return found

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)
