"""What the web servers of the local environment share: whom they answer, how much they take, how long they wait.

They listen on 127.0.0.1, which keeps other machines out but no browser: a page of the internet can have its own name
point here (its Host is not ours) and can post to our address (its Origin is not ours).
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic_core import from_json

from lab.ports import HOST

# A notification of Alertmanager takes some kilobytes; PagerDuty refuses more than 512.
MOST_BYTES = 4 * 1024**2
# For the headers of a connection's first request, and for each request as a whole. On one machine a request takes
# milliseconds, and the console gives up after three seconds on each server that it asks.
SECONDS = 30.0
# Alertmanager's payloads are six deep. What is deeper than some hundreds ends programs that walk through it.
DEEPEST = 50
JSON = "application/json"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_LOG = logging.getLogger(__name__)
# What is no HTTP is answered; a traceback for each would fill the log.
_LOG.addFilter(lambda record: not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError)))
_UNUSED = web.AppKey("unused", set[asyncio.BaseProtocol])


def application() -> web.Application:
    """An application without routes, which answers its own pages alone."""
    made = web.Application(middlewares=[_guard], client_max_size=MOST_BYTES)
    made[_UNUSED] = set()
    made.on_response_prepare.append(_protect)
    return made


@asynccontextmanager
async def listening(made: web.Application, port: int) -> AsyncIterator[str]:
    """host:port at which it answers; port 0 takes a free one. Raises OSError."""
    settings: dict[str, Any] = {"access_log": None, "keepalive_timeout": SECONDS, "auto_decompress": False}
    runner = web.AppRunner(made, logger=_LOG, **settings)
    await runner.setup()
    loop, unused = asyncio.get_running_loop(), made[_UNUSED]

    def accept() -> asyncio.BaseProtocol:
        # aiohttp waits forever for the first request of a connection.
        assert runner.server
        protocol = runner.server()
        unused.add(protocol)
        loop.call_later(SECONDS, hang_up, protocol)
        return protocol

    def hang_up(protocol: web.RequestHandler) -> None:
        if protocol in unused:
            unused.discard(protocol)
            protocol.force_close()

    try:
        server = await loop.create_server(accept, HOST, port)
        try:
            yield "{}:{}".format(*server.sockets[0].getsockname())
        finally:
            server.close()
    finally:
        await runner.cleanup()


async def body(request: web.Request, content_type: str) -> bytes:
    """The body. Refuses one of another type: a form of a foreign page cannot send JSON."""
    if request.content_type != content_type:
        text = f"found Content-Type {request.content_type[:100]}; allowed: {content_type}\n"
        raise web.HTTPUnsupportedMediaType(text=text)
    return await request.read()


async def json_body(request: web.Request) -> Any:
    """The body's JSON, which is fit to be written, shown and read again."""
    given = await body(request, JSON)
    try:
        found = from_json(given, allow_inf_nan=False)
        json.dumps(found, allow_nan=False)  # 1e999 is JSON, and becomes an infinity that is none
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"found no JSON: {str(error)[:200]}\n") from None
    if _depth(found) > DEEPEST:
        raise web.HTTPBadRequest(text=f"found JSON more than {DEEPEST} deep; allowed: up to {DEEPEST}\n")
    return found


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level := [each for each in level if isinstance(each, dict | list)]:
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
        depth += 1
    return depth


@web.middleware
async def _guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
    request.app[_UNUSED].discard(request.protocol)
    assert request.transport
    port = request.transport.get_extra_info("sockname")[1]
    own = [f"{HOST}:{port}", f"localhost:{port}"]
    if request.headers.getall(hdrs.HOST, []) not in ([host] for host in own):
        text = f"This address is not the server's; allowed: {' and '.join(own)}\n"
        raise web.HTTPMisdirectedRequest(text=text)
    if not {f"http://{host}" for host in own}.issuperset(request.headers.getall(hdrs.ORIGIN, [])):
        raise web.HTTPForbidden(text="Requests from other origins are not allowed.\n")
    try:
        async with asyncio.timeout(SECONDS):
            return await handler(request)
    except TimeoutError:
        raise web.HTTPRequestTimeout(text=f"The request took longer than {SECONDS:.0f} s.\n") from None


async def _protect(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers[hdrs.SERVER] = "belfry"  # without versions
