"""The local inbox: takes every notification as its receiver would, and shows it.

A process of its own: ``python -m lab.inbox``. It answers as PagerDuty (Events API v2), Slack (incoming webhook), Amazon
SNS, a webhook and a mail relay do. Each notification becomes one line of JSON:

``id`` (1, 2, ...), ``at`` (UTC), ``kind`` (pagerduty, slack, sns, webhook, email), ``receiver`` (Alertmanager's name of
it) and ``payload``: the body as it was sent; of a mail from, to, subject, text and html.

``GET /notifications`` gives them, newest last; ``since=<id>``, ``receiver=``, ``kind=`` and ``limit=`` narrow.
"""

import json
import sys
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import typer
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from lab.ports import HOST

NAME = "inbox"
HTTP_PORT, SMTP_PORT = 8080, 2525  # nowhere in the cluster: keys of `lab.ports`
KEPT = 5000  # in memory; the file is turned over at twice as many
MOST_BYTES = 4 * 1024**2
KINDS = ("pagerduty", "slack", "sns", "webhook", "email")

_SNS_ANSWER = (
    '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>{id}</MessageId>'
    "</PublishResult><ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></PublishResponse>"
)


@dataclass
class Inbox:
    """What was received: the newest in memory, all of it in ``file``."""

    file: Path
    kept: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _written: int = 0

    def __post_init__(self) -> None:
        """Go on where an earlier run ended; a torn last line is passed over."""
        if self.file.exists():
            for line in self.file.read_text(encoding="utf-8", errors="replace").splitlines():
                try:
                    self.kept.append(json.loads(line))
                except ValueError:
                    continue
                self._written += 1

    def take(self, kind: str, receiver: str, payload: Any) -> int:
        """Keep a notification; returns its number."""
        with self._lock:
            number = int(self.kept[-1]["id"]) + 1 if self.kept else 1
            at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            item = {"id": number, "at": at, "kind": kind, "receiver": receiver, "payload": payload}
            if self._written >= 2 * KEPT:
                self.file.replace(self.file.with_suffix(".old.jsonl"))
                self._written = 0
            with self.file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(item, ensure_ascii=False) + "\n")
            self._written += 1
            self.kept.append(item)
            return number

    def find(self, since: int = 0, receiver: str = "", kind: str = "", limit: int = KEPT) -> list[dict[str, Any]]:
        """Those after number ``since``, the newest ``limit`` of them."""
        with self._lock:
            found = [
                item
                for item in self.kept
                if item["id"] > since and receiver in ("", item["receiver"]) and kind in ("", item["kind"])
            ]
        return found[-limit:] if limit > 0 else []


class Handler(BaseHTTPRequestHandler):
    """HTTP, by the kind and the receiver in the path."""

    inbox: Inbox
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """The notifications."""
        parts = urlsplit(self.path)
        if parts.path == "/-/ready":
            self._answer(HTTPStatus.OK, "ready\n", "text/plain")
        elif parts.path in ("/", "/notifications"):
            asked = {key: values[-1] for key, values in parse_qs(parts.query).items()}
            try:
                numbers = {key: int(asked[key]) for key in ("since", "limit") if key in asked}
            except ValueError:
                self._answer(HTTPStatus.BAD_REQUEST, '{"error": "since and limit are whole numbers"}')
                return
            words = {key: asked[key] for key in ("receiver", "kind") if key in asked}
            self._answer(HTTPStatus.OK, json.dumps(self.inbox.find(**numbers, **words)))  # type: ignore[arg-type]
        else:
            self._answer(HTTPStatus.NOT_FOUND, '{"error": "allowed: /, /notifications, /-/ready"}')

    def do_POST(self) -> None:
        """A notification."""
        length = int(self.headers.get("Content-Length") or 0)
        kind, _, receiver = urlsplit(self.path).path.strip("/").partition("/")
        if length > MOST_BYTES or kind not in KINDS or not receiver:
            self.close_connection = True
            self._answer(HTTPStatus.BAD_REQUEST, '{"error": "allowed: POST /<kind>/<receiver>, up to 4 MiB"}')
            return
        body = self.rfile.read(length).decode(errors="replace")
        try:
            payload = dict(parse_qsl(body)) if kind == "sns" else json.loads(body)
        except ValueError:
            self._answer(HTTPStatus.BAD_REQUEST, '{"error": "no JSON"}')
            return
        number = self.inbox.take(kind, unquote(receiver).strip("/"), payload)
        if kind == "pagerduty":
            key = payload.get("dedup_key", "") if isinstance(payload, dict) else ""
            said = {"status": "success", "message": "Event processed", "dedup_key": key}
            self._answer(HTTPStatus.ACCEPTED, json.dumps(said))
        elif kind == "sns":
            self._answer(HTTPStatus.OK, _SNS_ANSWER.format(id=number), "text/xml")
        else:
            self._answer(HTTPStatus.OK, "ok", "text/plain")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base's name)
        """Say nothing: the file has it."""

    def _answer(self, status: HTTPStatus, text: str, kind: str = "application/json") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@dataclass
class Mail:
    """SMTP: mail arrives with the receiver's name as the sender's greeting, see `lab.alertmanager`."""

    inbox: Inbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's)
        """One mail."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        message = message_from_bytes(content, policy=policy.default)
        bodies = {kind: part.get_content() if (part := message.get_body((kind,))) else "" for kind in ("plain", "html")}
        payload = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "subject": str(message["subject"] or ""),
            "text": bodies["plain"],
            "html": bodies["html"],
        }
        self.inbox.take("email", session.host_name or "", payload)
        return "250 taken"


def serve(
    http_port: Annotated[int, typer.Option("--http")],
    smtp_port: Annotated[int, typer.Option("--smtp")],
    file: Annotated[Path, typer.Option()],
) -> None:
    """Take notifications until the process is ended."""
    inbox = Inbox(file)
    handler = type("BoundHandler", (Handler,), {"inbox": inbox})
    mail = Controller(Mail(inbox), hostname=HOST, port=smtp_port, data_size_limit=MOST_BYTES)
    try:
        server = ThreadingHTTPServer((HOST, http_port), handler)
        mail.start()
    except OSError as error:
        sys.exit(f"the inbox cannot listen: {error}")
    server.serve_forever()


if __name__ == "__main__":
    typer.run(serve)
