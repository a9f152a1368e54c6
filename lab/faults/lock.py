"""Only one fault at a time: two would blur what came of which. The lock's file says which one."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from lab.layout import Layout
from model.problems import BadInput, Problem

# Whoever asks for the name holds the lock for an instant.
_TRIES, _PAUSE_SECONDS = 3, 0.05


@contextmanager
def alone(layout: Layout, what: str) -> Iterator[Callable[[str], None]]:
    """Hold the lock in the name of ``what``; what it gives takes another name. Raises BadInput when it is held."""
    layout.fault.parent.mkdir(parents=True, exist_ok=True)
    with layout.fault.open("a+", encoding="utf-8") as handle:
        if not any(_taken(handle) for _ in range(_TRIES)):
            handle.seek(0)
            found = f"{handle.read().strip() or 'another fault'} is running"
            raise BadInput([Problem("fault", found, "one at a time: wait for it, or end it with Ctrl-C")])

        def name(text: str) -> None:
            handle.truncate(0)
            handle.write(text)
            handle.flush()

        name(what)
        try:
            yield name
        finally:
            name("")


def held(layout: Layout) -> str:
    """The name of the fault that runs; empty without one, also when one was killed and has left its name."""
    try:
        with layout.fault.open(encoding="utf-8") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return ""
    except BlockingIOError:
        return layout.fault.read_text(encoding="utf-8")
    return ""


def _taken(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(_PAUSE_SECONDS)
        return False
    return True
