"""Signals that ask a command to end: the first one ends it, and no later one cuts short what must be done then."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

# SIGHUP: the terminal was closed.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stoppable(*, children: bool = False) -> Iterator[None]:
    """The first of these signals raises KeyboardInterrupt; later ones are ignored until the block is left.

    With ``children`` they are interrupted too: a terminal interrupts all of them, other senders this process alone.

    Trap avoided: a second Ctrl-C, or the SIGTERM of a supervisor right after it, hits the code that undoes the first.
    """
    heard = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal heard
        if not heard:
            heard = True
            for child in _children() if children and number != signal.SIGINT else ():
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGINT)
            raise KeyboardInterrupt

    # What is ignored stays so: `nohup`, and commands that a shell starts in the background.
    found = {number: signal.getsignal(number) for number in ENDING}
    caught = {number: before for number, before in found.items() if before is not signal.SIG_IGN}
    for number in caught:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, before in caught.items():
            signal.signal(number, before)


def _children() -> list[int]:
    """Numbers of the child processes; none where the system does not list them."""
    found: list[int] = []
    for file in Path("/proc/self/task").glob("*/children"):
        found += map(int, file.read_text().split())
    return found


@contextmanager
def held_back() -> Iterator[None]:
    """These signals wait until the block is left. For steps of milliseconds, of which half would be lost.

    Trap avoided: a mask of this thread does not hold them back where the process has others, which take the signal and
    hand it to the main thread all the same. Handlers run there alone, so any other thread needs nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    before = {number: signal.getsignal(number) for number in ENDING}
    caught = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    for number in caught:
        signal.signal(number, lambda number, frame: heard.append(number))
    try:
        yield
    finally:
        for number, handler in caught.items():
            signal.signal(number, handler)
        if heard:
            signal.raise_signal(heard[0])
