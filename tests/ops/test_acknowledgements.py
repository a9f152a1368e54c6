"""Acknowledged incidents, from an answer of PagerDuty's API to a silence in a real Alertmanager."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ops.acknowledgements.__main__ import teams
from ops.acknowledgements.loop import Acknowledgements
from ops.acknowledgements.pagerduty import PagerDuty
from ops.acknowledgements.silences import Silences
from ops.http import Unreachable
from tests.rules.alertmanager import Alertmanager, alertmanager

LABELS = {"alertname": "SloOutage", "system": "cloudmart", "component": "backend", "team": "shop"}


@dataclass
class Account:
    """PagerDuty's REST API, one page an incident."""

    url: str = ""
    keys: tuple[str, ...] = ("key-of-shop",)
    incidents: dict[str, dict[str, Any]] = field(default_factory=dict)
    status: int = 200

    def acknowledge(self, id_: str, environment: str = "prod", **labels: str) -> None:
        details = {**LABELS, "environment": environment, **labels}
        self.incidents[id_] = {"body": {"cef_details": {"details": details}}, "status": "triggered"}

    def answer(self, path: str, query: dict[str, list[str]]) -> Any:
        if path == "/incidents":
            assert query["statuses[]"] == ["acknowledged"]
            offset = int(query["offset"][0]) // 100
            page = [{"id": id_, "acknowledgements": [{"acknowledger": {"summary": "Ada"}}]} for id_ in self.incidents]
            return {"incidents": page[offset : offset + 1], "more": offset + 1 < len(page)}
        return {"alerts": [self.incidents[path.split("/")[2]]], "more": False}


@pytest.fixture(name="account")
def answering() -> Iterator[Account]:
    account = Account()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            known = self.headers["Authorization"] in [f"Token token={key}" for key in account.keys]
            status = account.status if known else 401
            body = json.dumps(account.answer(parts.path, parse_qs(parts.query)) if status == 200 else {"error": "no"})
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    account.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield account
    server.shutdown()
    server.server_close()


@pytest.fixture(name="server", scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alertmanager]:
    with alertmanager(tmp_path_factory.mktemp("alertmanager")) as server:
        yield server


def program(account: Account, server: Alertmanager) -> Acknowledgements:
    return Acknowledgements(
        incidents=lambda: [PagerDuty(account.url, "shop", "key-of-shop")],
        silences=Silences(["http://127.0.0.1:1", server.url]),
        environment="prod",
    )


def silenced(server: Alertmanager) -> dict[str, bool]:
    """Level of each alert of the outage -> whether it is silenced."""
    return {
        alert["labels"].get("level", "1"): alert["status"]["state"] == "suppressed"
        for alert in server.alerts()
        if alert["labels"]["alertname"] == "SloOutage"
    }


def test_an_acknowledgement_stops_the_copies_and_nothing_else_until_it_is_over(
    account: Account, server: Alertmanager
) -> None:
    source = {**LABELS, "severity": "critical", "environment": "prod", "cluster": "eu"}
    server.tell([source, {**source, "level": "2"}, {**source, "level": "3"}])
    server.wait_for(3)
    account.acknowledge("Q0", component="frontend")  # of another component
    account.acknowledge("Q1")
    work = program(account, server)
    work.step()

    assert silenced(server) == {"1": False, "2": True, "3": True}
    work.step()
    assert len(Silences([server.url]).present()) == 2, "a second step makes no second silence"
    del account.incidents["Q1"]
    work.step()
    assert silenced(server) == {"1": False, "2": False, "3": False}
    assert work.metrics.registry.get_sample_value("acknowledgements_stopped_escalations") == 1


def test_incidents_of_other_teams_environments_and_programs_stop_nothing(account: Account) -> None:
    account.acknowledge("Q1", environment="staging")
    account.acknowledge("Q2", team="data")
    account.acknowledge("Q3", alertname="")
    account.acknowledge("Q4")
    account.incidents["Q4"]["status"] = "resolved"
    account.incidents["Q5"] = {"body": None}

    assert PagerDuty(account.url, "shop", "key-of-shop").acknowledged("prod") == []


def test_details_are_found_where_an_older_integration_puts_them(account: Account) -> None:
    account.acknowledge("Q1")
    details = account.incidents["Q1"]["body"]["cef_details"]["details"]
    account.incidents["Q1"]["body"] = {"details": {"custom_details": details}}
    (found,) = PagerDuty(account.url, "shop", "key-of-shop").acknowledged("prod")

    assert (found.alertname, found.by, found.incident) == ("SloOutage", "Ada", "Q1")


def test_a_pagerduty_that_refuses_is_counted_its_key_is_never_shown_and_silences_stay(
    account: Account, server: Alertmanager, capsys: pytest.CaptureFixture[str]
) -> None:
    account.acknowledge("Q1")
    work = program(account, server)
    work.step()
    before = len(Silences([server.url]).present())
    account.status = 500
    work.step()

    assert len(Silences([server.url]).present()) == before > 0
    assert work.metrics.registry.get_sample_value("acknowledgements_failures_total", {"call": "PagerDuty"}) == 1
    assert "key-of-shop" not in capsys.readouterr().out
    account.status = 200
    account.keys = ()
    with pytest.raises(Unreachable, match="answers 401"):
        PagerDuty(account.url, "shop", "key-of-shop").acknowledged("prod")


def test_an_answer_of_another_shape_and_no_alertmanager_at_all_are_failures_and_no_crash(account: Account) -> None:
    account.answer = lambda path, query: {}  # type: ignore[method-assign]
    with pytest.raises(Unreachable, match="answers without incidents"):
        PagerDuty(account.url, "shop", "key-of-shop").acknowledged("prod")
    work = Acknowledgements(incidents=list, silences=Silences(["http://127.0.0.1:1"]), environment="prod")
    work.step()
    assert work.metrics.registry.get_sample_value("acknowledgements_failures_total", {"call": "Alertmanager"}) == 1
    with pytest.raises(Unreachable, match="no Alertmanager"):
        Silences([]).present()


def test_each_team_has_a_file_and_hidden_folders_of_kubernetes_are_none(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("key\n")
    (tmp_path / "..data").mkdir()
    (tmp_path / "..2026").write_text("x")

    assert [one.team for one in teams(tmp_path, "https://api.pagerduty.com")] == ["shop"]


def test_it_works_each_minute() -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise KeyboardInterrupt

    began = time.monotonic()
    work = Acknowledgements(incidents=list, silences=Silences([]), environment="prod", sleep=sleep)
    with pytest.raises(KeyboardInterrupt):
        work.run()
    assert slept == [60.0] * 3
    assert work.metrics.alive >= began
