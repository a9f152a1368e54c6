"""The inbox answers as each receiver does, and shows what reached it."""

import errno
import http.client
import json
import smtplib
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from lab.layout import Layout
from lab.ports import Ports
from lab.process import request, start, stop, wait_ready
from lab.servers import inbox
from lab.servers.inbox import Inbox
from lab.servers.server import Command
from tests.lab.pretenders import ROOT

SAVED = '{"id": %s, "at": "%s", "kind": "%s", "receiver": "a", "payload": 1}\n'
NOW = "2026-01-01T00:00:00Z"


@dataclass(frozen=True)
class Running:
    """A running inbox."""

    url: str
    smtp: int

    def post(self, path: str, body: str, content_type: str = "application/json") -> tuple[int, str]:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=20)
        try:
            connection.request("POST", path, body, {"Content-Type": content_type})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def mail(self, content: bytes) -> dict[str, Any]:
        """The payload of a mail that was sent as these bytes."""
        with smtplib.SMTP("127.0.0.1", self.smtp, local_hostname="shop-mail") as relay:
            relay.sendmail("a@example.com", ["b@example.com"], content)
        found: dict[str, Any] = self.notifications("?kind=email")[-1]["payload"]
        return found

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
    command = (*(sys.executable, "-m", "lab.servers.inbox", "--http", str(http)), "--smtp", str(smtp), "--file")
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
    form = "application/x-www-form-urlencoded; charset=utf-8"
    status, said = running.post("/sns/shop%20info/", "Action=Publish&Message=hello+there&TopicArn=arn", form)
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


def test_a_mail_in_an_unknown_charset_is_taken_as_bytes(running: Running) -> None:
    sent = b"Subject: s\r\nContent-Type: text/plain; charset=x-martian\r\n\r\nGr\xc3\xbc\xc3\x9fe \xff\r\n"

    assert running.mail(sent)["text"].strip() == "Grüße \N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"Subject: \xff\xfe\r\n\r\ntext", id="a subject of bytes"),
        pytest.param(b"Subject: s\r\nContent-Type: ;;;=\r\n\r\ntext", id="a broken type"),
        pytest.param(b"Content-Transfer-Encoding: base64\r\n\r\ntext!", id="a broken encoding"),
        pytest.param(
            b"".join(
                b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth)
                for depth in range(3000)
            )
            + b"\r\ntext",
            id="three thousand parts in each other",
        ),
    ],
)
def test_a_broken_mail_is_taken_all_the_same(running: Running, sent: bytes) -> None:
    assert "text" in running.mail(sent)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("/fax/shop", "{}", 404, id="an unknown kind"),
        pytest.param("/email/shop", "{}", 404, id="mail comes by SMTP"),
        pytest.param("/slack", "{}", 404, id="no receiver"),
        pytest.param(f"/slack/{'x' * 20_000}", "{}", 400, id="a long path"),
        pytest.param("/slack/shop", "no JSON", 400, id="no JSON"),
        pytest.param("/slack/shop", "", 400, id="nothing"),
        pytest.param("/slack/shop", "[" * 100_000, 400, id="deep and broken"),
        pytest.param("/slack/shop", "[" * 51 + "]" * 51, 400, id="deep"),
        pytest.param("/slack/shop", '{"a":' * 60 + "1" + "}" * 60, 400, id="deep objects"),
        pytest.param("/slack/shop", r'"\ud800"', 400, id="half a letter"),
        pytest.param("/slack/shop", "NaN", 400, id="no number"),
        pytest.param("/slack/shop", "1e999", 400, id="a number that is infinite"),
        pytest.param("/slack/shop", "1" * 5000, 400, id="a number of 5,000 digits"),
        pytest.param("/slack/shop", f'"{"x" * 4 * 1024**2}"', 413, id="more than 4 MiB"),
    ],
)
def test_what_no_receiver_would_take_is_refused_and_not_kept(
    running: Running, path: str, body: str, status: int
) -> None:
    assert running.post(path, body)[0] == status
    assert running.notifications() == []


def test_json_of_fifty_levels_is_taken_and_read_again_after_a_restart(running: Running, layout: Layout) -> None:
    deep = "[" * 50 + "]" * 50

    assert running.post("/webhook/shop", deep)[0] == 200

    assert json.dumps(Inbox(layout.inbox).find()[0]["payload"]) == deep


def test_a_form_of_too_many_fields_is_refused(running: Running) -> None:
    assert running.post("/sns/shop", "&".join(["a=1"] * 1001), "application/x-www-form-urlencoded")[0] == 400


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('{"id": 2, "torn\n', id="torn"),
        pytest.param('{"id": 2, "torn', id="torn and not ended"),
        pytest.param("null\n", id="null"),
        pytest.param("5\n", id="a number"),
        pytest.param('{"a": 1}\n', id="another object"),
        pytest.param("[" * 100_000 + "\n", id="deep"),
        pytest.param(
            '{"id": "x", "at": "2026-01-01T00:00:00Z", "kind": "slack", "receiver": "a", "payload": 1}\n', id="id"
        ),
        pytest.param(SAVED % (2, "yesterday", "slack"), id="time"),
        pytest.param(
            '{"id": 2, "at": "2026-01-01T00:00:00Z", "kind": "fax", "receiver": "a", "payload": 1}\n', id="kind"
        ),
        pytest.param(
            '{"id": 1, "at": "2026-01-01T00:00:00Z", "kind": "slack", "receiver": "a", "payload": 1}\n', id="again"
        ),
    ],
)
def test_it_goes_on_after_a_restart_past_a_line_that_is_no_notification(tmp_path: Path, line: str) -> None:
    file = tmp_path / "inbox.jsonl"
    Inbox(file).take("slack", "a", {})
    with file.open("a") as stream:
        stream.write(line)

    again = Inbox(file)

    assert again.take("slack", "b", {}) == 2
    assert [one["receiver"] for one in again.find()] == ["a", "b"]
    assert [one["receiver"] for one in Inbox(file).find()] == ["a", "b"]


def test_what_memory_holds_is_bounded_by_bytes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "KEPT_BYTES", 1000)
    taking = Inbox(tmp_path / "inbox.jsonl")
    for number in range(8):
        taking.take("slack", str(number), "x" * 300)

    assert [one["receiver"] for one in taking.find()] == ["6", "7"]
    assert (tmp_path / "inbox.old.jsonl").exists()


def test_on_a_full_disk_notifications_wait_in_memory_and_are_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking = Inbox(tmp_path / "inbox.jsonl")

    def full(file: Path, lines: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(inbox, "append", full)
        assert taking.take("slack", "a", {}) == 1
    assert taking.take("slack", "b", {}) == 2

    assert [one["receiver"] for one in Inbox(tmp_path / "inbox.jsonl").find()] == ["a", "b"]


def test_the_file_does_not_grow_forever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "KEPT", 3)
    taking = Inbox(tmp_path / "inbox.jsonl")
    for number in range(8):
        taking.take("slack", str(number), {})

    assert len((tmp_path / "inbox.jsonl").read_text().splitlines()) == 2
    assert len((tmp_path / "inbox.old.jsonl").read_text().splitlines()) == 6
    assert taking.find()[-1]["id"] == 8


def test_a_taken_port_is_a_readable_message(running: Running, layout: Layout) -> None:
    port = running.url.rpartition(":")[2]
    command = (sys.executable, "-m", "lab.servers.inbox", "--http", port, "--smtp", "1", "--file", str(layout.inbox))
    record = start(layout, Command(name="second", command=command, environment={"PYTHONPATH": str(ROOT)}), "")
    while record.process():
        pass

    assert "the inbox cannot listen" in layout.log("second").read_text()
    stop(layout, [record])
