"""What Prometheus can see of a program, and whether Kubernetes should restart it."""

import socket
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CollectorRegistry, disable_created_metrics, generate_latest

# A step takes 20 s of waiting for messages, and each call to AWS or Alertmanager 30 s at worst.
HUNG_SECONDS = 300.0
EVERY_ADDRESS = ""
"""All addresses of the pod, IPv4 and IPv6; network policies restrict clients."""
# Otherwise each counter has a second series, of when it was made.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Served:
    """A registry of metrics, and when the program last began a step: ``alive``, seconds of a monotonic clock.

    A step that takes longer than ``hung_seconds`` never ends.
    """

    def __init__(self, hung_seconds: float = HUNG_SECONDS) -> None:
        self.registry = CollectorRegistry()
        self.hung_seconds = hung_seconds
        self.alive = time.monotonic()


class _Server(ThreadingHTTPServer):
    """By itself it would listen on IPv4 alone."""

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._every = address[0] == EVERY_ADDRESS and socket.has_dualstack_ipv6()
        if self._every or ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, handler)

    def server_bind(self) -> None:
        if self._every:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


def serve(served: Served, host: str, port: int) -> ThreadingHTTPServer:
    """Answer ``/metrics`` and ``/-/healthy`` in a thread of its own. Raises OSError when the port is taken.

    ``host``: one address, or EVERY_ADDRESS.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(HTTPStatus.OK, generate_latest(served.registry))
            elif self.path == "/-/healthy":
                hung = time.monotonic() - served.alive > served.hung_seconds
                self._answer(HTTPStatus.SERVICE_UNAVAILABLE if hung else HTTPStatus.OK, b"hung\n" if hung else b"ok\n")
            else:
                self._answer(HTTPStatus.NOT_FOUND, b"allowed: /metrics, /-/healthy\n")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            """Say nothing: probes would fill the log."""

        def _answer(self, status: HTTPStatus, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = _Server((host, port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
