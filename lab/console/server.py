"""The console's web server: GET only, on loopback only, for pages of its own address only."""

import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lab.console import page
from lab.console.documents import document
from lab.console.snapshot import Snapshot, take
from lab.console.sources import notification
from lab.endpoints import read_endpoints
from lab.errors import LabError
from lab.layout import Layout
from lab.ports import HOST
from model.catalog.catalog import Catalog
from model.problems import BadInput

NAME = "console"
PORT = 8081  # nowhere in the cluster: a key of `lab.ports`
FRESH_SECONDS = 2.0

HTML, TEXT = "text/html; charset=utf-8", "text/plain; charset=utf-8"
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
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


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
            files = tuple(sorted((path.name, path.stat().st_mtime_ns) for path in folder.glob("*.yaml")))
            if self._catalog is None or files != self._catalog_files:
                try:
                    self._catalog, self._catalog_files = Catalog.load(folder), files
                except BadInput:
                    if self._catalog is None:
                        raise
            return self._catalog


def listen(layout: Layout, port: int, fresh_seconds: float = FRESH_SECONDS) -> ThreadingHTTPServer:
    """A server that listens already; port 0 takes a free one. Raises OSError."""
    handler = type("BoundHandler", (Handler,), {"console": Console(layout, fresh_seconds)})
    server = ThreadingHTTPServer((HOST, port), handler)
    server.daemon_threads = True
    return server


class Handler(BaseHTTPRequestHandler):
    """One request."""

    console: Console
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        """A page, a file, or what is wrong."""
        if not self._is_ours():
            # A page of the internet may have its own name point at 127.0.0.1: such a name is not ours.
            text = "This address is not the console's: use 127.0.0.1 or localhost.\n"
            self._answer(HTTPStatus.MISDIRECTED_REQUEST, TEXT, text.encode())
            return
        path = unquote(urlsplit(self.path).path)
        try:
            self._route(path)
        except (BadInput, LabError) as error:
            self._fail(HTTPStatus.SERVICE_UNAVAILABLE, str(error))

    def do_HEAD(self) -> None:
        """The same without its body."""
        self.do_GET()

    def _route(self, path: str) -> None:
        if path == "/":
            text = page.page(self.console.layout, self.console.catalog(), self.console.snapshot())
            self._answer(HTTPStatus.OK, HTML, text.encode())
        elif path == "/-/ready":
            self._answer(HTTPStatus.OK, TEXT, b"ready\n")
        elif path in _STATIC:
            file, kind = _STATIC[path]
            self._answer(HTTPStatus.OK, kind, (page.FOLDER / "static" / file).read_bytes())
        elif path.startswith("/docs/"):
            self._document(path.removeprefix("/docs/"))
        elif path.startswith("/mail/") and path.removeprefix("/mail/").isdecimal():
            self._mail(int(path.removeprefix("/mail/")))
        else:
            self._fail(HTTPStatus.NOT_FOUND, f"There is no page {path}.")

    def _document(self, relative: str) -> None:
        layout = self.console.layout
        if found := document(layout, relative, ".png"):
            self._answer(HTTPStatus.OK, "image/png", found.read_bytes())
        elif found := document(layout, relative, ".md"):
            back = "/#runbooks" if Path(relative).parts[0] == "runbooks" else "/"
            self._answer(HTTPStatus.OK, HTML, page.runbook(found, back).encode())
        else:
            self._fail(HTTPStatus.NOT_FOUND, f"There is no page docs/{relative}.")

    def _mail(self, number: int) -> None:
        found = notification(read_endpoints(self.console.layout.root).inbox, number)
        html = found["payload"].get("html") if found and found["kind"] == "email" else None
        if html:
            self._answer(HTTPStatus.OK, HTML, str(html).encode(), MAIL_POLICY)
        else:
            self._fail(HTTPStatus.NOT_FOUND, f"The inbox has no mail {number}.")

    def _is_ours(self) -> bool:
        assert isinstance(self.server, ThreadingHTTPServer)
        port = self.server.server_port
        return self.headers.get_all("Host") in ([f"{HOST}:{port}"], [f"localhost:{port}"])

    def _fail(self, status: HTTPStatus, text: str) -> None:
        self._answer(status, HTML, page.failure(status, text).encode())

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Other methods and broken requests; the base's own page would have none of our headers."""
        self.close_connection = True
        if code == HTTPStatus.NOT_IMPLEMENTED:
            self._answer(HTTPStatus.METHOD_NOT_ALLOWED, TEXT, b"allowed: GET\n")
        else:
            self._answer(HTTPStatus(code), TEXT, b"no request that the console knows\n")

    def _answer(self, status: HTTPStatus, kind: str, body: bytes, policy: str = POLICY) -> None:
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def version_string(self) -> str:
        """The name of the server, without its version."""
        return "belfry"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        """Say nothing: each look at the page would."""
