"""The console's web server: GET only, on loopback only, for pages of its own address only."""

import asyncio
import re
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from aiohttp import web

from lab.console import incidents, page, reports
from lab.console.cutting import NAME_LETTERS, cut
from lab.console.documents import document
from lab.console.snapshot import Snapshot, take
from lab.console.sources import notification
from lab.endpoints import read_endpoints
from lab.errors import LabError
from lab.layout import Layout
from lab.web import application
from model.catalog.catalog import Catalog
from model.catalog.files import files as catalog_files
from model.problems import BadInput

NAME = "console"
PORT = 8081  # nowhere in the cluster: a key of `lab.ports`
FRESH_SECONDS = 2.0

HTML = "text/html; charset=utf-8"
# The inbox's numbers: ids of more digits exist nowhere.
_MAIL = re.compile(r"/mail/([0-9]{1,15})")
_STATIC = {
    "/console.css": ("console.css", "text/css; charset=utf-8"),
    "/console.js": ("console.js", "text/javascript; charset=utf-8"),
    "/favicon.ico": ("favicon.svg", "image/svg+xml"),
}
# Nothing from elsewhere, nothing inline, in nobody's frame.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A mail brings its styles along; it may do nothing, and stands only in the console's own frame.
MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'"


@dataclass
class Console:
    """What the pages are made from. However many look, the servers are asked once in ``fresh_seconds``."""

    layout: Layout
    fresh_seconds: float
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _snapshot: Snapshot | None = None
    _taken: float = 0.0
    _catalog: Catalog | None = None
    _catalog_files: tuple[tuple[str, int], ...] = ()

    def snapshot(self) -> Snapshot:
        """How everything is, at most so long ago."""
        with self._lock:
            if self._snapshot is None or time.monotonic() - self._taken > self.fresh_seconds:
                self._snapshot, self._taken = take(self.layout), time.monotonic()
            return self._snapshot

    def catalog(self) -> Catalog:
        """The catalog, read again when a file changed; the last good one while it has mistakes. Raises BadInput."""
        folder = self.layout.root / "catalog"
        with self._lock:
            files = tuple((str(path), path.stat().st_mtime_ns) for path in catalog_files(folder))
            if self._catalog is None or files != self._catalog_files:
                try:
                    self._catalog, self._catalog_files = Catalog.load(folder), files
                except BadInput:
                    if self._catalog is None:
                        raise
            return self._catalog


def pages(layout: Layout, fresh_seconds: float = FRESH_SECONDS) -> web.Application:
    """The console of ``layout``."""
    console = Console(layout, fresh_seconds)

    async def get(request: web.Request) -> web.Response:
        # In a thread: it waits for servers.
        return await asyncio.to_thread(_answer, console, request.path)

    made = application()
    made.router.add_get("/{path:.*}", get)
    return made


def _answer(console: Console, path: str) -> web.Response:
    try:
        return _route(console, path)
    except (BadInput, LabError, OSError) as error:
        return _fail(HTTPStatus.SERVICE_UNAVAILABLE, str(error))


def _route(console: Console, path: str) -> web.Response:
    layout = console.layout
    if path == "/":
        return _html(page.page(layout, console.catalog(), console.snapshot()))
    if path == "/-/ready":
        return web.Response(text="ready\n")
    if path in _STATIC:
        file, kind = _STATIC[path]
        return web.Response(body=(page.FOLDER / "static" / file).read_bytes(), headers={"Content-Type": kind})
    return _stored(layout, path)


def _stored(layout: Layout, path: str) -> web.Response:
    """What lies in files and in the inbox."""
    if found := incidents.PATH.fullmatch(path):
        return _incident(layout, found["id"] or "", found["picture"] or "")
    if found := reports.PATH.fullmatch(path):
        return _report(layout, found["name"] or "")
    if path.startswith("/docs/"):
        return _document(layout, path.removeprefix("/docs/"))
    if found := _MAIL.fullmatch(path):
        return _mail(layout, int(found[1]))
    return _fail(HTTPStatus.NOT_FOUND, f"There is no page {cut(path, NAME_LETTERS)}.")


def _document(layout: Layout, relative: str) -> web.Response:
    if found := document(layout, relative, ".png"):
        return web.Response(body=found.read_bytes(), headers={"Content-Type": "image/png"})
    if found := document(layout, relative, ".md"):
        return _html(page.runbook(found, "/#runbooks" if Path(relative).parts[0] == "runbooks" else "/"))
    return _fail(HTTPStatus.NOT_FOUND, f"There is no page docs/{cut(relative, NAME_LETTERS)}.")


def _incident(layout: Layout, identity: str, picture: str) -> web.Response:
    if picture:
        drawn = incidents.picture(layout, identity, picture)
        kind = {"Content-Type": "image/svg+xml", "Content-Security-Policy": POLICY}
        return web.Response(body=drawn, headers=kind) if drawn else _fail(HTTPStatus.NOT_FOUND, "There is no picture.")
    if not identity:
        return _html(page.markdown("Incidents", incidents.listed(layout), "/"))
    text = incidents.one(layout, identity)
    if text is None:
        return _fail(HTTPStatus.NOT_FOUND, f"There is no incident {cut(identity, NAME_LETTERS)}.")
    return _html(page.markdown(identity, text, "/incidents/"))


def _report(layout: Layout, name: str) -> web.Response:
    if not name:
        return _html(page.markdown("SLO reports", reports.listed(layout), "/"))
    found = reports.content(layout, name)
    if found is None:
        return _fail(HTTPStatus.NOT_FOUND, f"There is no report {cut(name, NAME_LETTERS)}.")
    body, kind = found
    return web.Response(body=body, headers={"Content-Type": kind, "Content-Security-Policy": reports.POLICY})


def _mail(layout: Layout, number: int) -> web.Response:
    found = notification(read_endpoints(layout.root).inbox, number)
    html = found["payload"].get("html") if found and found["kind"] == "email" else None
    if html:
        return _html(str(html), policy=MAIL_POLICY)
    return _fail(HTTPStatus.NOT_FOUND, f"The inbox has no mail {number}.")


def _fail(status: HTTPStatus, text: str) -> web.Response:
    return _html(page.failure(status, text), status)


def _html(text: str, status: int = HTTPStatus.OK, *, policy: str = POLICY) -> web.Response:
    headers = {"Content-Type": HTML, "Content-Security-Policy": policy}
    return web.Response(body=text.encode(), status=status, headers=headers)
