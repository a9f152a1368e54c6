"""A Prometheus that answers queries from a table; as Amazon's, only to who signs them."""

import datetime
import hashlib
import hmac
import json
import re
import threading
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

Samples = Mapping[str, list[tuple[dict[str, str], float]]]


@contextmanager
def fake_prometheus(samples: Samples, now: float, secret: str = "", region: str = "") -> Iterator[str]:
    """Its URL. ``samples``: how a query begins -> its series. With ``secret``: of the access key it believes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if secret and not _is_signed(self, secret, region):
                self._answer(HTTPStatus.FORBIDDEN, {"message": "The request signature we calculated does not match"})
                return
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)["query"][0]
            if query == "time()":
                self._answer(HTTPStatus.OK, {"data": {"result": [now, str(now)]}})
                return
            series = next((found for start, found in samples.items() if query.startswith(start)), [])
            result = [{"metric": labels, "value": [now, str(value)]} for labels, value in series]
            self._answer(HTTPStatus.OK, {"data": {"result": result}})

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            """Say nothing."""

        def _answer(self, status: HTTPStatus, content: Any) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def _is_signed(request: BaseHTTPRequestHandler, secret: str, region: str) -> bool:
    """AWS Signature Version 4, computed again from what arrived, as the service does."""
    given = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=[^/]+/(\d+)/([^/]+)/aps/aws4_request, SignedHeaders=(\S+), Signature=(\w+)",
        request.headers.get("Authorization") or "",
    )
    stamp = request.headers.get("X-Amz-Date") or ""
    if given is None or given[2] != region or not stamp.startswith(f"{datetime.datetime.now(datetime.UTC):%Y%m%d}"):
        return False
    parts = urllib.parse.urlsplit(request.path)
    # Decoded and encoded again: a sender that writes + for a blank has signed something else.
    pairs = sorted((pair.partition("=")[0], pair.partition("=")[2]) for pair in parts.query.split("&"))
    encoded = "&".join(f"{key}={urllib.parse.quote(urllib.parse.unquote(value), safe='')}" for key, value in pairs)
    headers = "".join(f"{name}:{request.headers[name]}\n" for name in given[3].split(";"))
    empty = hashlib.sha256(b"").hexdigest()
    canonical = "\n".join(["GET", parts.path, encoded, headers, given[3], empty])
    scope = f"{given[1]}/{region}/aps/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.compare_digest(given[4], hmac.digest(key, text.encode(), "sha256").hex())
