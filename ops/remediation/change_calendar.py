"""The state of calendars of AWS Systems Manager (Change Calendar)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ops.http import Unreachable

# A verdict that is late is worse than none: two tries within ten seconds.
_SETTINGS = Config(connect_timeout=2, read_timeout=3, retries={"mode": "standard", "max_attempts": 2})
_OPEN, _CLOSED = "OPEN", "CLOSED"


class Calendars(Protocol):
    """Of Systems Manager's client. It needs ``ssm:GetCalendarState`` on the calendars' documents."""

    def get_calendar_state(self, **values: Any) -> Any:
        """As AWS answers."""


@dataclass(frozen=True, slots=True)
class SystemsManager:
    """``ops.remediation.facts.ChangeCalendars`` by AWS."""

    client: Calendars

    @classmethod
    def of(cls, region: str) -> "SystemsManager":
        """With a client of ``region``."""
        return cls(boto3.client("ssm", region_name=region, config=_SETTINGS))

    def closed(self, names: Sequence[str]) -> bool:
        """Whether one of them is, now. Raises Unreachable, also for an answer that is neither."""
        try:
            state = self.client.get_calendar_state(CalendarNames=list(names))["State"]
        except (BotoCoreError, ClientError, KeyError) as error:
            raise Unreachable(f"GetCalendarState: {error}") from None
        if state not in (_OPEN, _CLOSED):
            raise Unreachable(f"GetCalendarState: found {state!r}")
        return bool(state == _CLOSED)
