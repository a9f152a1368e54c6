"""The engine as a service: notifications in, a page for approvals, verdicts and metrics out.

Whoever serves it adds the guards of its place: whom the server answers, how long it waits (`lab.web`). A GET never
changes anything: link previews of chats open every address that they see.
"""

import asyncio
import getpass
import hmac
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from prometheus_client import generate_latest

from model.remediation.decision import Alert
from model.remediation.ledger import APPROVAL_SECONDS, Answer, Entry, Outcome
from ops.http import Unreachable
from ops.log import log
from ops.remediation import intake
from ops.remediation.engine import Engine, Unanswered
from ops.remediation.metrics import Metrics

INTERVAL = 15.0
"""Seconds between two looks without news: objectives are evaluated as often."""
SHOWN = 50
"""Verdicts of the page and of its JSON, the newest first."""
SIGN_ON_HEADER = "X-Auth-Request-Email"
"""As oauth2-proxy and the sign-on of most ingresses name the person; what a client sends by that name, they drop."""
_FOLDER = Path(__file__).parent / "templates"
_PAGES = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
_STATUS = {Answer.FORGED: HTTPStatus.FORBIDDEN, Answer.UNKNOWN: HTTPStatus.NOT_FOUND}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
    # Without a referrer a browser sends the form's Origin as null, which no guard can tell from a foreign page.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Nobody(Exception):
    """The request does not say who sent it."""


def person_of(header: str | None) -> Callable[[web.Request], str]:
    """Who sent a request: as the sign-on's ``header`` says, or without one the user of this machine, who alone may
    reach the server. Raises Nobody."""

    def signed_on(request: web.Request) -> str:
        # Two of them: one is not of the sign-on.
        found = request.headers.getall(header or "", [])
        if len(found) != 1 or not found[0].strip():
            raise Nobody(f"the request has no header {header}: the sign-on in front of this page is missing")
        return found[0].strip()[:200]

    return (lambda _: f"{getpass.getuser()} (user of this machine)") if header is None else signed_on


@dataclass(kw_only=True)
class Service:
    """``person``: who sent a request."""

    engine: Engine
    metrics: Metrics
    person: Callable[[web.Request], str]
    queue: intake.Intake = field(default_factory=intake.Intake)
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    def add_to(self, made: web.Application) -> None:
        """Answer its addresses in ``made``."""
        made.router.add_post("/alertmanager", self._notified)
        made.router.add_post("/answer", self._answered)
        made.router.add_get("/", self._page)
        made.router.add_get("/page.css", self._style)
        made.router.add_get("/verdicts", self._verdicts)
        made.router.add_get("/metrics", self._metrics)
        made.router.add_get("/-/healthy", self._healthy)

    async def work(self) -> None:
        """Decide, for ever: at once on news, otherwise every 15 s."""
        while True:
            await self.step(await self.queue.take(INTERVAL))

    async def step(self, news: Sequence[Alert] = ()) -> None:
        """Look once. An answer and a step never run at the same time."""
        async with self._one:
            await asyncio.to_thread(self._look, news)

    def _look(self, news: Sequence[Alert]) -> None:
        now = time.time()
        self.engine.step(now, news)
        try:
            self.metrics.show(self.engine.ledger.entries(), self.engine.ledger.armings(), now)
        except Unreachable as error:
            log("the ledger does not answer", level="warning", error=str(error))

    async def _notified(self, request: web.Request) -> web.Response:
        """503 is retried by Alertmanager; whatever begins with 4 it drops."""
        if request.content_type != "application/json":
            return self._refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "allowed: application/json")
        if (request.content_length or 0) > intake.MOST_BYTES or len(body := await request.read()) > intake.MOST_BYTES:
            return self._refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"allowed: {intake.MOST_BYTES} bytes")
        try:
            alerts = intake.read(body)
            new = self.queue.put(alerts)
        except intake.Malformed as error:
            return self._refused(HTTPStatus.BAD_REQUEST, str(error))
        except intake.Busy:
            self.metrics.messages.labels("busy").inc()
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text="busy: come again\n")
        self.metrics.messages.labels("new" if new else "known").inc()
        self.metrics.queued.set(len(self.queue))
        return web.Response(text="taken\n")

    def _refused(self, status: HTTPStatus, text: str) -> web.Response:
        self.metrics.messages.labels("malformed").inc()
        log("a notification was refused", level="warning", error=text)
        return web.Response(status=status, text=f"{text}\n")

    def token(self, entry: Entry, person: str) -> str:
        """What only the page that this person was shown has."""
        words = "\n".join((entry.key, person, f"{entry.at}"))
        return hmac.new(self._secret, words.encode(), "sha256").hexdigest()

    async def _answered(self, request: web.Request) -> web.Response:
        given = await request.post()
        words = {name: str(given.get(name, "")) for name in ("key", "answer", "token")}
        try:
            person = self.person(request)
            async with self._one:
                answer = await asyncio.to_thread(self._answer, words, person)
        except Nobody as error:
            return self._page_of(HTTPStatus.FORBIDDEN, self._count(Answer.FORGED, words, str(error)))
        except Unanswered as error:
            status = _STATUS.get(error.answer, HTTPStatus.CONFLICT)
            return self._page_of(status, self._count(error.answer, words, str(error)))
        except Unreachable as error:
            return self._page_of(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        self._count(answer, words, person)
        raise web.HTTPSeeOther("/")

    def _answer(self, words: dict[str, str], person: str) -> Answer:
        entry = next((one for one in self.engine.ledger.entries() if one.key == words["key"]), None)
        if entry is None:
            raise Unanswered(Answer.UNKNOWN)
        if not hmac.compare_digest(words["token"].encode(), self.token(entry, person).encode()):
            raise Unanswered(Answer.FORGED)
        now = time.time()
        if words["answer"] == "approve":
            self.engine.approve(entry.key, person, now)
            return Answer.APPROVED
        self.engine.decline(entry.key, person, now)
        return Answer.DECLINED

    def _count(self, answer: Answer, words: dict[str, str], text: str) -> str:
        self.metrics.answers.labels(str(answer)).inc()
        log("answer", answer=str(answer), key=words["key"][:100], said=text)
        return text

    async def _page(self, request: web.Request) -> web.Response:
        try:
            person = self.person(request)
            entries = await self._entries()
        except Nobody as error:
            return self._page_of(HTTPStatus.FORBIDDEN, str(error))
        except Unreachable as error:
            return self._page_of(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        now = time.time()
        waiting = [
            (entry, self.token(entry, person), f"{_clock(entry.at + APPROVAL_SECONDS)} UTC")
            for entry in entries
            if entry.outcome is Outcome.WAITING and now < entry.at + APPROVAL_SECONDS
        ]
        return self._page_of(HTTPStatus.OK, "", waiting=waiting, entries=entries[:SHOWN], person=person)

    def _page_of(self, status: HTTPStatus, error: str, **content: Any) -> web.Response:
        given = {"waiting": (), "entries": (), "person": "", **content}
        text = _PAGES.get_template("approvals.html").render(error=error, clock=_clock, **given)
        return web.Response(status=status, text=text, content_type="text/html", headers=_HEADERS)

    async def _entries(self) -> list[Entry]:
        """The newest first."""
        return (await asyncio.to_thread(self.engine.ledger.entries))[::-1]

    async def _style(self, _: web.Request) -> web.Response:
        return web.Response(text=(_FOLDER / "approvals.css").read_text(encoding="utf-8"), content_type="text/css")

    async def _verdicts(self, _: web.Request) -> web.Response:
        try:
            entries = await self._entries()
        except Unreachable as error:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text=f"{error}\n")
        return web.json_response([entry.model_dump(mode="json") for entry in entries[:SHOWN]])

    async def _metrics(self, _: web.Request) -> web.Response:
        self.metrics.queued.set(len(self.queue))
        body = generate_latest(self.metrics.registry)
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def _healthy(self, _: web.Request) -> web.Response:
        hung = time.monotonic() - self.metrics.alive > self.metrics.hung_seconds
        return web.Response(status=503 if hung else 200, text="hung\n" if hung else "ok\n")


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%H:%M:%S")
