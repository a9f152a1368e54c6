"""The local inbox: takes every notification as its receiver would, and shows it.

A process of its own: ``python -m lab.servers.inbox``. It answers as PagerDuty (Events API v2), Slack (incoming
webhook), Amazon SNS, a webhook and a mail relay do. Each notification becomes one line of JSON:

``id`` (1, 2, ...), ``at`` (UTC), ``kind`` (pagerduty, slack, sns, webhook, email), ``receiver`` (Alertmanager's name of
it) and ``payload``: the body as it was sent; of a mail from, to, subject, text and html.

``GET /notifications`` gives them, newest last; ``since=<id>``, ``receiver=``, ``kind=`` and ``limit=`` narrow.
"""

import asyncio
import json
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import parse_qsl

import typer
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import AfterValidator, PositiveInt, TypeAdapter
from typing_extensions import TypedDict

from lab.events import append
from lab.ports import HOST
from lab.web import MOST_BYTES, application, body, json_body, listening

NAME = "inbox"
HTTP_PORT, SMTP_PORT = 8080, 2525  # nowhere in the cluster: keys of `lab.ports`
# In memory; the file is replaced at twice as much of either. Bytes: a tenth of what a process may have.
KEPT, KEPT_BYTES = 5000, 64 * 1024**2
# Of the sender's form. SNS has a dozen.
MOST_FIELDS = 1000

Kind = Literal["pagerduty", "slack", "sns", "webhook", "email"]
KINDS = get_args(Kind)
_POSTED = "|".join(kind for kind in KINDS if kind != "email")
_SNS_ANSWER = (
    '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>{id}</MessageId>'
    "</PublishResult><ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></PublishResponse>"
)


def _moment(text: str) -> str:
    datetime.fromisoformat(text)
    return text


class Notification(TypedDict):
    """One of them, as it is written and given."""

    id: PositiveInt
    at: Annotated[str, AfterValidator(_moment)]
    kind: Kind
    receiver: str
    payload: Any


_NOTIFICATION = TypeAdapter(Notification)


@dataclass
class Inbox:
    """What was received: the newest in memory, all of it in ``file``. On a full disk lines wait for room."""

    file: Path
    kept: deque[Notification] = field(default_factory=deque)
    _sizes: deque[int] = field(default_factory=deque)
    _bytes: int = 0
    _last: int = 0
    _written: int = 0
    _waiting: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT))

    def __post_init__(self) -> None:
        """Go on where an earlier run ended; what is no notification is skipped."""
        if not self.file.exists():
            return
        with self.file.open("rb") as lines:
            for line in lines:
                self._written += 1
                try:
                    item = _NOTIFICATION.validate_json(line)
                except ValueError:
                    continue
                if item["id"] > self._last:
                    self._keep(item, len(line))

    def take(self, kind: Kind, receiver: str, payload: Any) -> int:
        """Keep a notification; returns its number."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        item = Notification(id=self._last + 1, at=at, kind=kind, receiver=receiver, payload=payload)
        line = json.dumps(item, ensure_ascii=False) + "\n"
        self._keep(item, len(line))
        self._waiting.append(line)
        # An error would have the sender repeat it, and the disk is as full then.
        with suppress(OSError):
            if self._written >= 2 * KEPT or (self.file.exists() and self.file.stat().st_size > 2 * KEPT_BYTES):
                self.file.replace(self.file.with_suffix(".old.jsonl"))
                self._written = 0
            append(self.file, "".join(self._waiting))
            self._written += len(self._waiting)
            self._waiting.clear()
        return self._last

    def _keep(self, item: Notification, size: int) -> None:
        self._last = item["id"]
        self.kept.append(item)
        self._sizes.append(size)
        self._bytes += size
        while len(self.kept) > KEPT or self._bytes > KEPT_BYTES:
            self.kept.popleft()
            self._bytes -= self._sizes.popleft()

    def find(self, since: int = 0, receiver: str = "", kind: str = "", limit: int = KEPT) -> list[Notification]:
        """Those after number ``since``, the newest ``limit`` of them."""
        found = [
            item
            for item in self.kept
            if item["id"] > since and receiver in ("", item["receiver"]) and kind in ("", item["kind"])
        ]
        return found[-limit:] if limit > 0 else []


def pages(inbox: Inbox) -> web.Application:
    """HTTP, by the kind and the receiver in the path."""

    async def ready(_: web.Request) -> web.Response:
        return web.Response(text="ready\n")

    async def find(request: web.Request) -> web.Response:
        asked = request.query
        try:
            since, limit = int(asked.get("since", "0")), int(asked.get("limit", str(KEPT)))
        except ValueError:
            raise web.HTTPBadRequest(text="since and limit are whole numbers\n") from None
        return web.json_response(inbox.find(since, asked.get("receiver", ""), asked.get("kind", ""), limit))

    async def take(request: web.Request) -> web.Response:
        kind, receiver = request.match_info["kind"], request.match_info["receiver"].strip("/")
        payload = await (_form(request) if kind == "sns" else json_body(request))
        number = inbox.take(kind, receiver, payload)  # type: ignore[arg-type]
        if kind == "pagerduty":
            key = payload.get("dedup_key", "") if isinstance(payload, dict) else ""
            said = {"status": "success", "message": "Event processed", "dedup_key": key}
            return web.json_response(said, status=HTTPStatus.ACCEPTED)
        if kind == "sns":
            return web.Response(text=_SNS_ANSWER.format(id=number), content_type="text/xml")
        return web.Response(text="ok")

    made = application()
    made.router.add_get("/-/ready", ready)
    made.router.add_get("/", find)
    made.router.add_get("/notifications", find)
    made.router.add_post(f"/{{kind:{_POSTED}}}/{{receiver:.+}}", take)
    return made


async def _form(request: web.Request) -> dict[str, str]:
    given = await body(request, "application/x-www-form-urlencoded")
    try:
        return dict(parse_qsl(given.decode(errors="replace"), max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"{error}; allowed: {MOST_FIELDS}\n") from None


@dataclass
class Mail:
    """SMTP: mail arrives with the receiver's name as the sender's greeting, see `lab.servers.alertmanager`."""

    inbox: Inbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's)
        """One mail."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        try:
            message = message_from_bytes(content, policy=policy.default)
            subject, text, html = str(message["subject"] or ""), _part(message, "plain"), _part(message, "html")
        except (LookupError, ValueError, TypeError, AttributeError, RecursionError):
            # The parser of the standard library fails on some broken headers. Better read raw than lost.
            subject, text, html = "", content.decode(errors="replace"), ""
        payload = {
            "from": _clean(envelope.mail_from or ""),
            "to": [_clean(each) for each in envelope.rcpt_tos],
            "subject": _clean(subject),
            "text": _clean(text),
            "html": _clean(html),
        }
        self.inbox.take("email", _clean(session.host_name or ""), payload)
        return "250 taken"


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except LookupError:  # a charset that nobody knows
        sent = part.get_payload(decode=True)
        return sent.decode(errors="replace") if isinstance(sent, bytes) else str(sent)


def _clean(text: str) -> str:
    """The mail library keeps bytes that are no text as lone surrogates, which no file can hold."""
    return text.encode(errors="replace").decode()


async def listen(file: Path, http_port: int, smtp_port: int) -> None:
    """Take notifications; forever. Raises OSError when a port is taken."""
    inbox = Inbox(file)
    loop = asyncio.get_running_loop()
    mail = await loop.create_server(
        lambda: SMTP(Mail(inbox), hostname=HOST, data_size_limit=MOST_BYTES, enable_SMTPUTF8=True, loop=loop),
        HOST,
        smtp_port,
    )
    async with mail, listening(pages(inbox), http_port):
        await asyncio.Event().wait()


def serve(
    http_port: Annotated[int, typer.Option("--http")],
    smtp_port: Annotated[int, typer.Option("--smtp")],
    file: Annotated[Path, typer.Option()],
) -> None:
    """Take notifications until the process is ended."""
    try:
        asyncio.run(listen(file, http_port, smtp_port))
    except OSError as error:
        sys.exit(f"the inbox cannot listen: {error}")


if __name__ == "__main__":
    typer.run(serve)
