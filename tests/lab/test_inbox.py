"""The inbox answers as each receiver does, and shows what reached it."""

import json
import smtplib
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from lab import inbox
from lab.inbox import Inbox
from lab.layout import Layout
from lab.ports import Ports
from lab.process import request, start, stop, wait_ready
from lab.server import Command
from tests.lab.pretenders import ROOT


@dataclass(frozen=True)
class Running:
    """A running inbox."""

    url: str
    smtp: int

    def post(self, path: str, body: str) -> tuple[int, str]:
        return request("POST", f"{self.url}{path}", body=body)

    def notifications(self, query: str = "") -> list[dict[str, Any]]:
        status, text = request("GET", f"{self.url}/notifications{query}")
        assert status == 200, text
        found: list[dict[str, Any]] = json.loads(text)
        return found


@pytest.fixture
def running(layout: Layout) -> Running:
    ports = Ports(layout)
    http, smtp = ports.of("inbox", 1), ports.of("inbox", 2)
    url = f"http://127.0.0.1:{http}"
    command = (*(sys.executable, "-m", "lab.inbox", "--http", str(http)), "--smtp", str(smtp), "--file")
    run = Command(
        name="inbox",
        command=(*command, str(layout.inbox)),
        environment={"PYTHONPATH": str(ROOT)},
        ready=f"{url}/-/ready",
    )
    wait_ready(layout, start(layout, run, ""))
    return Running(url, smtp)


def test_pagerduty_slack_sns_and_webhook_are_answered_as_they_answer(running: Running) -> None:
    event = {"routing_key": "pagerduty-shop", "event_action": "trigger", "dedup_key": "k", "payload": {"summary": "s"}}

    status, said = running.post("/pagerduty/shop-page", json.dumps(event))
    assert (status, json.loads(said)["status"]) == (202, "success")
    assert running.post("/slack/shop-chat", '{"channel": "#shop"}') == (200, "ok")
    assert running.post("/webhook/dead-mans-switch", '{"alerts": []}')[0] == 200
    status, said = running.post("/sns/shop%20info/", "Action=Publish&Message=hello+there&TopicArn=arn")
    assert status == 200
    assert "<PublishResponse" in said

    first, *others = running.notifications()
    assert (first["id"], first["kind"], first["receiver"], first["payload"]) == (1, "pagerduty", "shop-page", event)
    assert first["at"].endswith("Z")
    assert [(one["kind"], one["receiver"]) for one in others] == [
        ("slack", "shop-chat"),
        ("webhook", "dead-mans-switch"),
        ("sns", "shop info"),
    ]
    assert others[-1]["payload"]["Message"] == "hello there"


def test_a_mail_is_shown_as_people_would_read_it(running: Running) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.com", "b@example.com", "[FIRING] Grüße"
    mail.set_content("text")
    mail.add_alternative("<b>html</b>", subtype="html")
    with smtplib.SMTP("127.0.0.1", running.smtp, local_hostname="shop-mail") as relay:
        relay.send_message(mail)

    (one,) = running.notifications("?kind=email")

    assert one["receiver"] == "shop-mail"
    assert one["payload"]["to"] == ["b@example.com"]
    assert one["payload"]["subject"] == "[FIRING] Grüße"
    assert (one["payload"]["text"].strip(), one["payload"]["html"].strip()) == ("text", "<b>html</b>")


def test_notifications_can_be_narrowed(running: Running) -> None:
    for number in range(4):
        running.post(f"/slack/{'odd' if number % 2 else 'even'}", json.dumps({"n": number}))

    assert [one["payload"]["n"] for one in running.notifications("?since=2")] == [2, 3]
    assert [one["payload"]["n"] for one in running.notifications("?receiver=odd")] == [1, 3]
    assert [one["payload"]["n"] for one in running.notifications("?limit=1")] == [3]
    assert running.notifications("?kind=pagerduty") == []
    assert json.loads(request("GET", running.url)[1]) == running.notifications()
    assert request("GET", f"{running.url}/notifications?since=x")[0] == 400


@pytest.mark.parametrize(("path", "body"), [("/fax/shop", "{}"), ("/slack", "{}"), ("/slack/shop", "no JSON")])
def test_what_no_receiver_would_take_is_refused_and_not_kept(running: Running, path: str, body: str) -> None:
    assert running.post(path, body)[0] == 400
    assert running.notifications() == []


def test_it_goes_on_after_a_restart_past_a_torn_line(tmp_path: Path) -> None:
    file = tmp_path / "inbox.jsonl"
    Inbox(file).take("slack", "a", {})
    with file.open("a") as stream:
        stream.write('{"id": 2, "torn\n')

    again = Inbox(file)

    assert again.take("slack", "b", {}) == 2
    assert [one["receiver"] for one in again.find()] == ["a", "b"]


def test_the_file_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "KEPT", 3)
    taking = Inbox(tmp_path / "inbox.jsonl")
    for number in range(8):
        taking.take("slack", str(number), {})

    assert len((tmp_path / "inbox.jsonl").read_text().splitlines()) == 2
    assert len((tmp_path / "inbox.old.jsonl").read_text().splitlines()) == 6
    assert taking.find()[-1]["id"] == 8


def test_a_taken_port_is_a_readable_message(running: Running, layout: Layout) -> None:
    port = running.url.rpartition(":")[2]
    command = (sys.executable, "-m", "lab.inbox", "--http", port, "--smtp", "1", "--file", str(layout.inbox))
    record = start(layout, Command(name="second", command=command, environment={"PYTHONPATH": str(ROOT)}), "")
    while record.process():
        pass

    assert "the inbox cannot listen" in layout.log("second").read_text()
    stop(layout, [record])
