"""What the running servers say: alerts that fire, notifications that were sent, rules and routes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import yaml

from lab.endpoints import Endpoints
from lab.errors import LabError
from lab.faults.fault import Expected
from lab.faults.knowledge import Knowledge, of_servers
from lab.faults.messages import Message, message
from lab.process import request
from model import labels
from model.metrics.metric_names import OBJECTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """An alert in Alertmanager. ``since``: when it began to fire, seconds since 1970. ``muted`` by what, if at all."""

    since: float
    muted: str = ""


@dataclass(frozen=True, slots=True)
class Servers:
    """The servers at ``at``."""

    at: Endpoints

    def firing(self, expected: Expected) -> Firing | None:
        """The alert, if it fires; None too while Alertmanager does not answer."""
        wanted = {
            "alertname": expected.alert,
            labels.SEVERITY: str(expected.severity),
            labels.SYSTEM: expected.system,
            labels.COMPONENT: expected.component,
            labels.LEVEL: "",  # not an escalated copy
        }
        if expected.objective:
            wanted[OBJECTIVE] = expected.objective
        filters = [("filter", f'{key}="{value}"') for key, value in wanted.items()]
        found = self._ask(f"{self.at.alertmanager}/api/v2/alerts?{urlencode(filters)}") or []
        for alert in found:
            status = alert["status"]
            muted = [f"{how} by {', '.join(status[how])}" for how in ("inhibitedBy", "silencedBy") if status[how]]
            return Firing(since=datetime.fromisoformat(alert["startsAt"]).timestamp(), muted="; ".join(muted))
        return None

    def newest_notification(self) -> int:
        """The number of the inbox's newest notification."""
        found = self._must(f"{self.at.inbox}/notifications?limit=1")
        return int(found[-1]["id"]) if found else 0

    def messages(self, since: int) -> list[Message]:
        """What was sent after notification ``since``, the oldest first."""
        found = self._ask(f"{self.at.inbox}/notifications?since={since}") or []
        return [read for item in found if (read := message(item))]

    def value(self, query: str) -> float | None:
        """The first value that Prometheus has for a query; None when it has none or does not answer."""
        found = self._ask(f"{self.at.prometheus}/api/v1/query?{urlencode({'query': query})}")
        results = found["data"]["result"] if found else []
        return float(results[0]["value"][1]) if results else None

    def knowledge(self) -> Knowledge:
        """The rules and routes that are at work. Raises LabError."""
        groups: list[Any] = []
        for url in (f"{self.at.prometheus}/api/v1/rules", f"{self.at.loki}/prometheus/api/v1/rules"):
            groups += self._must(url)["data"]["groups"]
        config = yaml.safe_load(self._must(f"{self.at.alertmanager}/api/v2/status")["config"]["original"])
        return Knowledge(rules=tuple(of_servers(groups)), alertmanager=config, environment=self.at.environment)

    def _ask(self, url: str) -> Any:
        status, text = request("GET", url)
        try:
            return json.loads(text) if status == HTTPStatus.OK else None
        except (ValueError, RecursionError):  # another program on its port
            return None

    def _must(self, url: str) -> Any:
        found = self._ask(url)
        if found is None:
            raise LabError(f"{url.partition('?')[0]} does not answer; `python -m lab status` shows why")
        return found


def notification(messages: Sequence[Message], expected: Expected, receiver: str, *, firing: bool) -> Message | None:
    """The first message that tells ``receiver`` of the alert, or of its end."""
    for each in messages:
        if each.receiver == receiver and each.firing is firing and each.is_about(expected):
            return each
    return None
