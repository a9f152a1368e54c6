"""What people did in PagerDuty, and when it took a page: the log entries of its REST API, with a team's read-only key.

A log entry names an incident of PagerDuty; what that is about stands in the details that Alertmanager sent, which are
asked for once an incident.
"""

import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from model.incidents.entry import Entry, Kind, State
from ops.acknowledgements.pagerduty import PagerDuty, details, team_keys
from ops.http import Unreachable

URL: Final = "https://api.pagerduty.com"
# Types of log entries (REST API reference, "Log Entries") -> what a line says. Those that a person did name who.
_TOOK: Final = {
    "trigger_log_entry": "PagerDuty took the page",
    "notify_log_entry": "PagerDuty notified somebody",
}
_DID: Final = {
    "acknowledge_log_entry": "acknowledged the page",
    "annotate_log_entry": "noted",
    "escalate_log_entry": "escalated the page",
    "reassign_log_entry": "reassigned the page",
    "resolve_log_entry": "resolved the page",
    "snooze_log_entry": "snoozed the page",
    "unacknowledge_log_entry": "took the acknowledgement back",
}
_BROKEN: Final = (KeyError, IndexError, TypeError, ValueError, AttributeError)
_PERSON: Final = "user"


@dataclass(slots=True)
class LogEntries:
    """``keys``: folder with a file for each team, which holds its key; a changed key is in its file by the next round.

    ``environment``: other environments' pages may be in the same account.
    """

    keys: Path
    environment: str
    url: str = URL
    name: str = "PagerDuty"
    _about: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def read(self, start: float, end: float) -> list[Entry]:
        """Lines of all teams. Raises Unreachable where one of them cannot be read: half a timeline looks whole."""
        found = []
        for team, key in team_keys(self.keys).items():
            try:
                found += list(self._of(PagerDuty(self.url, team, key), start, end))
            except _BROKEN as error:
                raise Unreachable(f"{self.url} answers with something else: {type(error).__name__}") from None
        return found

    def _of(self, account: PagerDuty, start: float, end: float) -> Iterator[Entry]:
        query = [(name, datetime.fromtimestamp(at, UTC).isoformat()) for name, at in (("since", start), ("until", end))]
        for entry in account.pages("log_entries", "log_entries", query):
            about = self._subject(account, entry["incident"]["id"])
            if (about.get("team"), about.get("environment")) == (account.team, self.environment):
                line = _line(entry, about, self.name)
                if line is not None:
                    yield line

    def _subject(self, account: PagerDuty, incident: str) -> Mapping[str, str]:
        """The labels of its first alert; empty for an incident that Alertmanager did not make."""
        if incident not in self._about:
            alerts = account.pages(f"incidents/{urllib.parse.quote(incident, safe='')}/alerts", "alerts", [])
            self._about[incident] = next((about for one in alerts if (about := details(one))), {})
        return self._about[incident]


def _line(entry: Mapping[str, Any], about: Mapping[str, str], source: str) -> Entry | None:
    """None for what is no news, such as an assignment by the escalation policy."""
    kind, agent = entry["type"], entry.get("agent") or {}
    if kind in _TOOK:
        said, what, state = _TOOK[kind], Kind.NOTIFICATION, State.FIRING
    elif kind in _DID and str(agent.get("type", "")).startswith(_PERSON):
        said, what, state = f"{agent.get('summary') or 'somebody'} {_DID[kind]}", Kind.HUMAN, State.NONE
    else:
        return None
    note = (entry.get("channel") or {}).get("content") or (entry.get("channel") or {}).get("summary")
    if kind == "annotate_log_entry" and note:
        said = f"{said}: {note}"
    return Entry(
        at=datetime.fromisoformat(entry["created_at"]).timestamp(),
        kind=what,
        source=source,
        text=f"{said} ({about['alertname']}, incident {entry['incident']['id']})",
        system=about["system"],
        component=about["component"],
        name=about["alertname"],
        state=state,
        ref=str(entry["id"]),
        raw={"type": kind, "agent": agent.get("summary"), "summary": entry.get("summary")},
    )
