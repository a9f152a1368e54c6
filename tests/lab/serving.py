"""Web applications of the local environment, served in a thread of the test."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue

from aiohttp import web

from lab.web import listening


@contextmanager
def served(application: web.Application) -> Iterator[str]:
    """Its address while it serves."""
    found = SimpleQueue[tuple[str, Callable[[], object]]]()

    async def serve() -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        async with listening(application, 0) as address:
            found.put((address, lambda: loop.call_soon_threadsafe(ended.set)))
            await ended.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    address, end = found.get(timeout=20)
    try:
        yield f"http://{address}"
    finally:
        end()
        thread.join()
