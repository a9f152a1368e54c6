"""Sees when a server ends that nobody stopped, and says so: ``python -m lab.watch``.

Each event is a line of JSON in ``events.jsonl``: ``at`` (UTC), ``server``, ``event`` and ``text``. It starts nothing
again: a crash that repairs itself is a crash that nobody looks into.
"""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from lab.layout import Layout
from lab.process import records, tail

PERIOD_SECONDS = 1.0
CRASHED, BACK = "crashed", "back"


def say(layout: Layout, server: str, event: str, text: str) -> None:
    """Write an event."""
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    line = json.dumps({"at": at, "server": server, "event": event, "text": text}, ensure_ascii=False)
    layout.folder.mkdir(parents=True, exist_ok=True)
    with layout.events.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")


def look(layout: Layout, gone: frozenset[str]) -> frozenset[str]:
    """Compare with the last look, whose crashed servers were ``gone``; says what is new."""
    known = records(layout)
    now = frozenset(name for name, record in known.items() if record.process() is None and not record.stopping)
    for name in sorted(now - gone):
        say(layout, name, CRASHED, f"{name} ended, and nobody stopped it; {tail(layout.log(name))}")
    for name in sorted((gone - now) & set(known)):
        say(layout, name, BACK, f"{name} runs again")
    return now


def watch(root: Annotated[Path, typer.Option()]) -> None:
    """Look until the process is ended."""
    layout, gone = Layout(root), frozenset[str]()
    while True:
        try:
            gone = look(layout, gone)
        except (ValueError, FileNotFoundError) as error:
            # A record that is being written or removed; a damaged one is named by the next `up`.
            print(error, flush=True)
        time.sleep(PERIOD_SECONDS)


if __name__ == "__main__":
    typer.run(watch)
