"""What the local environment wrote down: notifications that its inbox took, and events of its servers and faults."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from model import labels
from model.incidents.entry import Entry, Kind, State
from ops.incidents.sources import get, unreadable

# What every receiver shows as title: `belfry.title` in rules/alertmanager/email.tmpl.
_TITLE = re.compile(
    r"\[(?P<status>FIRING|RESOLVED)[ \d]*\](?: Level \d:)? (?P<alert>\w+)"
    r"(?: of (?P<system>[\w-]+)(?:/(?P<component>[\w-]+))?)?"
)
# What happened to the environment itself; how the machine carries the load is no change.
_CHANGES = ("fault-began", "fault-ended", "crashed", "back")


@dataclass(frozen=True, slots=True)
class Inbox:
    """The receivers' log; ``url`` has no slash at its end."""

    url: str
    name: str = "Inbox"

    def read(self, start: float, end: float) -> list[Entry]:
        """Notifications that were delivered in the time."""
        try:
            found = [line for item in get(self.url, "/notifications") if (line := _notification(item))]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise unreadable(self.url, error) from None
        return [line for line in found if start <= line.at <= end]


@dataclass(frozen=True, slots=True)
class LocalEvents:
    """``file``: lines of JSON with at, server, event and text."""

    file: Path
    name: str = "Local environment"

    def read(self, start: float, end: float) -> list[Entry]:
        """Faults that began and ended, servers that were restarted. A line that is cut is passed over."""
        return [line for line in self._lines() if start <= line.at <= end]

    def _lines(self) -> Iterator[Entry]:
        text = self.file.read_text(encoding="utf-8", errors="replace") if self.file.is_file() else ""
        for line in text.splitlines():
            try:
                one: Mapping[str, Any] = json.loads(line)
                at, event = datetime.fromisoformat(one["at"]).timestamp(), str(one["event"])
                said = f"{one['server']}: {event.replace('-', ' ')}: {one['text']}"
            except (KeyError, TypeError, ValueError):
                continue
            if event in _CHANGES:
                yield Entry(at=at, kind=Kind.CHANGE, source=self.name, text=said, name=event)


def _notification(item: Mapping[str, Any]) -> Entry | None:
    """None for what does not say which alert it is about: anybody may have sent it."""
    try:
        found = _about(item["kind"], item["payload"])
        if found is None or not found["alert"]:
            return None
        state = State.FIRING if found["firing"] else State.RESOLVED
        return Entry(
            at=datetime.fromisoformat(item["at"]).timestamp(),
            kind=Kind.NOTIFICATION,
            source=f"Inbox: {item['kind']}",
            text=f"{item['receiver']} was notified by {item['kind']}: {found['alert']} {state}",
            system=found["system"] or "",
            component=found["component"] or "",
            name=found["alert"],
            state=state,
            ref=str(item["id"]),
        )
    except (LookupError, TypeError, AttributeError, ValueError):
        return None


def _about(kind: str, payload: Mapping[str, Any]) -> dict[str, Any] | None:
    if kind == "pagerduty":
        of = payload.get("payload") or {}
        firing = payload["event_action"] == "trigger"
        return {"alert": of.get("class"), "system": of.get("group"), "component": of.get("component"), "firing": firing}
    if kind == "webhook":
        first = payload["alerts"][0]["labels"]
        # The dead man's switch hears the Watchdog each minute.
        if first.get(labels.SEVERITY) == "none":
            return None
        return {
            "alert": first["alertname"],
            "system": first.get(labels.SYSTEM),
            "component": first.get(labels.COMPONENT),
            "firing": payload["status"] == "firing",
        }
    title = _TITLE.search(_title(kind, payload))
    return title and {**title.groupdict(), "firing": title["status"] == "FIRING"}


def _title(kind: str, payload: Mapping[str, Any]) -> str:
    attachments: Sequence[Mapping[str, Any]] = payload.get("attachments") or ()
    if kind == "slack":
        return " ".join(str(each.get("title", "")) for each in attachments)
    return str(payload.get("subject") or payload.get("Subject") or "")
