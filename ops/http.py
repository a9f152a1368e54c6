"""JSON over HTTP, by the standard library."""

import http.client
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

TIMEOUT_SECONDS = 10.0
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Unreachable(Exception):
    """The other side did not answer, or refused. The text holds no secret. ``status``: of HTTP, 0 without an answer."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


def ask(
    method: str,
    url: str,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    *,
    proxy: bool = False,
    context: ssl.SSLContext | None = None,
) -> Any:
    """The answer, or None where it is empty. ``proxy``: by the environment's, for what is outside. ``context``: whose
    certificates are believed; None: those that the machine believes.

    Raises Unreachable, with the answer's text and without the headers.
    """
    content = _exchange(method, url, body, headers, proxy=proxy, context=context)
    try:
        return json.loads(content) if content else None
    except ValueError as error:
        raise Unreachable(f"{url}: {error}") from None


def outside(url: str) -> bool:
    """Whether the environment's proxy leads there: to every host but this one."""
    return urllib.parse.urlsplit(url).hostname not in _LOOPBACK


def inside(url: str) -> Any:
    """The answer to a GET, without any proxy. Raises Unreachable."""
    return ask("GET", url)


def get(url: str, headers: Mapping[str, str] | None = None, *, shown: str) -> Any:
    """The answer to a GET, by the environment's proxy if ``url`` is outside. Raises Unreachable, which names ``shown``
    in place of ``url``: a query is long."""
    try:
        return ask("GET", url, headers=headers, proxy=outside(url))
    except Unreachable as error:
        raise Unreachable(str(error).replace(url, shown), error.status) from None


def read_text(url: str, *, proxy: bool = False) -> str:
    """What is no JSON, such as a page of metrics. Raises Unreachable."""
    return _exchange("GET", url, proxy=proxy).decode(errors="replace")


def _exchange(
    method: str,
    url: str,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    *,
    proxy: bool = False,
    context: ssl.SSLContext | None = None,
) -> bytes:
    handler = urllib.request.ProxyHandler(None if proxy else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}, method=method)  # noqa: S310 (it is given, not asked)
    try:
        secure = urllib.request.HTTPSHandler(context=context)
        with urllib.request.build_opener(handler, secure).open(request, timeout=TIMEOUT_SECONDS) as answer:
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as error:
        with error:
            said = error.read(300).decode(errors="replace").strip()
        raise Unreachable(f"{url} answers {error.code}: {said}", error.code) from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Unreachable(f"{url}: {error}") from None
