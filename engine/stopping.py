"""Signals that ask a command to end: the first one ends it, and no later one cuts short what must be done then."""

import os
import signal
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
    """These signals wait until the block is left. For steps of milliseconds, of which half would be lost."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
