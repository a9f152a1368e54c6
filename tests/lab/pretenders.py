"""Servers that pretend, for tests of how servers are run."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.layout import Layout
from lab.ports import Ports
from lab.process import Record, end, records, stop, strays
from lab.servers.server import Command, Server

ROOT = Path(__file__).resolve().parents[2]


def pretender(layout: Layout, name: str, text: str, *, reloads: bool = True, ports: Ports | None = None) -> Server:
    """A server whose whole configuration is ``text``."""
    ports = ports or Ports.read(layout, {each for each, record in records(layout).items() if record.process()})
    port = ports.of(name, 80)
    ports.write()
    url = f"http://127.0.0.1:{port}"
    run = Command(
        name=name,
        command=(sys.executable, "-m", "tests.lab.pretender", str(port), str(layout.config(name) / "text")),
        environment={"PYTHONPATH": str(ROOT)},
        ready=f"{url}/",
        reload=f"{url}/reload" if reloads else None,
        url=url,
    )
    return Server(run=run, files={"text": text})


def alive(layout: Layout) -> dict[str, Record]:
    """Servers that run."""
    return {name: record for name, record in records(layout).items() if record.process()}


@contextmanager
def cleaned(layout: Layout) -> Iterator[None]:
    """Stops what the test left running."""
    try:
        yield
    finally:
        stop(layout, records(layout).values())
        end(list(strays(layout).values()))
