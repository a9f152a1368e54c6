"""What people did in PagerDuty and what auto-remediation did become lines of the timeline."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from model.incidents.entry import Kind, State
from model.incidents.grouping import groups
from model.incidents.record import record
from model.vocabulary import Environment
from ops.http import Unreachable
from ops.incidents.pagerduty import LogEntries
from ops.incidents.remediation import Ledger
from ops.remediation.ports import Change
from ops.remediation.stores import FileStore, MemoryStore
from tests.model.incidents.examples import PARTS, T0, outage
from tests.ops.incidents.world import stamp

LABELS = {"alertname": "SloOutage", "system": "shop", "component": "api", "team": "shop", "environment": "prod"}
PERSON = {"type": "user_reference", "summary": "Ada"}
PROGRAM = {"type": "service_reference", "summary": "Belfry"}


def entry(at: float, kind: str, agent: dict[str, str], incident: str = "Q1", **more: Any) -> dict[str, Any]:
    """As in the REST API's reference, "List log entries"."""
    return {
        "id": f"R{at:.0f}{kind}",
        "type": f"{kind}_log_entry",
        "created_at": stamp(T0 + at),
        "agent": agent,
        "channel": {"type": "website"},
        "incident": {"id": incident, "type": "incident_reference"},
        **more,
    }


@dataclass
class Account:
    """PagerDuty's REST API, two entries a page. ``asked``: paths in order."""

    url: str = ""
    entries: list[dict[str, Any]] = field(default_factory=list)
    labels: dict[str, dict[str, str]] = field(default_factory=lambda: {"Q1": LABELS})
    asked: list[str] = field(default_factory=list)
    broken: bool = False

    def answer(self, path: str, query: dict[str, list[str]]) -> Any:
        self.asked.append(path)
        if self.broken:
            return {"log_entries": [{"type": 1}]}
        if path == "/log_entries":
            assert query["since"] == ["2027-01-15T07:00:00+00:00"]
            start = int(query["offset"][0]) // 100 * 2
            return {"log_entries": self.entries[start : start + 2], "more": start + 2 < len(self.entries)}
        details = self.labels.get(path.split("/")[2], {"other": "tool"})
        return {"alerts": [{"status": "triggered", "body": {"cef_details": {"details": details}}}], "more": False}


@pytest.fixture
def account() -> Iterator[Account]:
    account = Account()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            known = self.headers["Authorization"] == "Token token=key-of-shop"
            body = json.dumps(account.answer(parts.path, parse_qs(parts.query)) if known else {"error": "no"}).encode()
            self.send_response(200 if known else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    account.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield account
    server.shutdown()
    server.server_close()


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    (tmp_path / "shop").write_text("key-of-shop\n")
    (tmp_path / "..data").mkdir()
    return tmp_path


def test_pages_acknowledgements_and_notes_of_people_are_lines(account: Account, keys: Path) -> None:
    account.entries = [
        entry(40, "trigger", PROGRAM),
        entry(42, "notify", PROGRAM),
        entry(43, "assign", PROGRAM),
        entry(50, "acknowledge", {"type": "integration_reference", "summary": "a rule"}),
        entry(160, "acknowledge", PERSON),
        entry(200, "annotate", PERSON, channel={"type": "note", "summary": "Rolled back"}),
        entry(700, "resolve", PROGRAM),
    ]
    lines = LogEntries(keys, "prod", account.url).read(T0 - 3600, T0 + 3600)
    assert [(line.at - T0, line.kind, line.text) for line in lines] == [
        (40, Kind.NOTIFICATION, "PagerDuty took the page (SloOutage, incident Q1)"),
        (42, Kind.NOTIFICATION, "PagerDuty notified somebody (SloOutage, incident Q1)"),
        (160, Kind.HUMAN, "Ada acknowledged the page (SloOutage, incident Q1)"),
        (200, Kind.HUMAN, "Ada noted: Rolled back (SloOutage, incident Q1)"),
    ]
    assert lines[0].state is State.FIRING
    assert account.asked.count("/incidents/Q1/alerts") == 1
    every = [*(line for line in outage() if line.kind not in (Kind.NOTIFICATION, Kind.HUMAN)), *lines]
    (group,) = groups(every, PARTS, T0 + 4000)
    times = record("x", Environment.PROD, group, every).times
    assert (times.to_detect, times.to_acknowledge) == (40, 120)


def test_incidents_of_other_teams_environments_and_tools_are_nobodys_lines(account: Account, keys: Path) -> None:
    account.labels = {"Q1": {**LABELS, "team": "pay"}, "Q2": {**LABELS, "environment": "dev"}}
    account.entries = [entry(40, "trigger", PROGRAM, incident) for incident in ("Q1", "Q2", "Q3")]
    assert LogEntries(keys, "prod", account.url).read(T0 - 3600, T0) == []


def test_a_refused_key_and_a_strange_answer_are_a_source_that_is_away(account: Account, keys: Path) -> None:
    source = LogEntries(keys, "prod", account.url)
    account.broken = True
    with pytest.raises(Unreachable, match="answers with something else"):
        source.read(T0 - 3600, T0)
    (keys / "shop").write_text("old-key")
    with pytest.raises(Unreachable, match="answers 401") as refused:
        source.read(T0 - 3600, T0)
    assert "old-key" not in str(refused.value)


def attempt(**changes: Any) -> dict[str, Any]:
    given = {
        "key": "f1#1",
        "system": "shop",
        "component": "api",
        "rule": "restart",
        "alert": "SloOutage",
        "at": T0 + 60,
        "verdict": "act",
        "reason": "allowed",
        "text": "restart one pod",
        "action": "restart-pod",
        "outcome": "acting",
        "approved_by": "",
        "finished": None,
    }
    return {**given, **changes}


def test_verdicts_and_what_became_of_them_are_lines() -> None:
    store = MemoryStore()
    ledger = Ledger(store)
    store.write([Change(("attempt", "f1#1"), attempt(), 0)])
    (first,) = ledger.read(T0, T0 + 600)
    store.write([Change(("attempt", "f1#1"), attempt(outcome="healed", finished=T0 + 200, approved_by="Ada"), 1)])
    again, last = ledger.read(T0, T0 + 600)
    assert again.identity == first.identity
    assert (first.kind, first.system, first.at) == (Kind.ACTION, "shop", T0 + 60)
    assert first.text == "auto-remediation, rule restart on SloOutage: act (allowed): restart one pod"
    assert (last.at, last.text) == (
        T0 + 200,
        "auto-remediation, rule restart on SloOutage: restart-pod healed, approved by Ada",
    )
    assert ledger.read(T0 + 300, T0 + 600) == []


def test_no_ledger_says_nothing_and_a_broken_one_is_away(tmp_path: Path) -> None:
    assert Ledger.at(tmp_path / "none.sqlite").read(0, T0) == []
    assert not (tmp_path / "none.sqlite").exists()
    store = FileStore(tmp_path / "ledger.sqlite")
    store.write([Change(("attempt", "x"), {"rule": "r"}, 0)])
    with pytest.raises(Unreachable, match="something else: KeyError"):
        Ledger(store).read(0, T0)
