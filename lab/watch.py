"""Sees when a server ends that nobody stopped, and says so: ``python -m lab.watch``.

It starts nothing again: a crash that repairs itself is a crash that nobody looks into.
"""

import time
from pathlib import Path
from typing import Annotated

import typer

from lab.events import Events, report
from lab.layout import Layout
from lab.process import records, tail

PERIOD_SECONDS = 1.0
CRASHED, BACK = "crashed", "back"


def look(events: Events, gone: frozenset[str]) -> frozenset[str]:
    """Compare with the last look, whose crashed servers were ``gone``; says what is new."""
    layout = events.layout
    known = records(layout)
    now = frozenset(name for name, record in known.items() if record.process() is None and not record.stopping)
    for name in sorted(now - gone):
        events.say(name, CRASHED, f"{name} exited unexpectedly; {tail(layout.log(name))}")
    for name in sorted((gone - now) & set(known)):
        events.say(name, BACK, f"{name} runs again")
    return now


def watch(root: Annotated[Path, typer.Option()]) -> None:
    """Look until the process is ended."""
    events, gone = Events(Layout(root)), frozenset[str]()
    while True:
        try:
            gone = look(events, gone)
        except (ValueError, OSError) as error:
            # A record that is being written or removed; a damaged one is named by the next `up`.
            report(str(error))
        time.sleep(PERIOD_SECONDS)


if __name__ == "__main__":
    typer.run(watch)
