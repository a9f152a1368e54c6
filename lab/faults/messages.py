"""What the inbox took, as the alert that it tells of."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lab.faults.fault import Expected
from model import labels

# The title that every receiver shows: `belfry.title` in rules/alertmanager/email.tmpl.
_TITLE = re.compile(
    r"\[(?P<status>FIRING|RESOLVED)[ \d]*\](?: Level \d:)? (?P<alert>\w+)"
    r"(?: of (?P<system>[\w-]+)(?:/(?P<component>[\w-]+))?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A notification of one alert. ``at``: seconds since 1970."""

    at: float
    kind: str
    receiver: str
    alert: str
    system: str
    component: str
    firing: bool

    def is_about(self, expected: Expected) -> bool:
        """Whether it is about that alert."""
        mine = (self.alert, self.system, self.component)
        return mine == (expected.alert, expected.system, expected.component)


def message(item: Mapping[str, Any]) -> Message | None:
    """The inbox's item; None when it does not say which alert it is about. Anybody may have sent it."""
    try:
        return _message(item)
    except (LookupError, TypeError, AttributeError, ValueError):
        return None


def _message(item: Mapping[str, Any]) -> Message | None:
    payload, kind = item["payload"], item["kind"]
    match kind:
        case "pagerduty":
            details = payload.get("payload") or {}
            found = {
                "alert": details.get("class"),
                "system": details.get("group"),
                "component": details.get("component"),
            }
            firing = payload["event_action"] == "trigger"
        case "webhook":
            first = payload["alerts"][0]["labels"]
            found = {"alert": first.get("alertname"), "system": first.get(labels.SYSTEM)}
            found["component"] = first.get(labels.COMPONENT)
            firing = payload["status"] == "firing"
        case _:
            title = _TITLE.search(_title(kind, payload))
            if title is None:
                return None
            found = {key: title[key] for key in ("alert", "system", "component")}
            firing = title["status"] == "FIRING"
    return Message(
        at=datetime.fromisoformat(item["at"]).astimezone(UTC).timestamp(),
        kind=kind,
        receiver=item["receiver"],
        alert=found["alert"] or "",
        system=found["system"] or "",
        component=found["component"] or "",
        firing=firing,
    )


def _title(kind: str, payload: Mapping[str, Any]) -> str:
    if kind == "slack":
        return " ".join(str(each.get("title", "")) for each in payload.get("attachments", ()))
    return str(payload.get("subject") or payload.get("Subject") or "")
