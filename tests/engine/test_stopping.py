"""Signals that ask a command to end: the first one counts."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from engine.stopping import ENDING, held_back, stoppable


@pytest.fixture(autouse=True)
def nothing_is_ignored() -> Iterator[None]:
    """Tests that run in the background or under `nohup` inherit ignored signals, and so would their children."""
    before = {number: signal.getsignal(number) for number in ENDING}
    for number in ENDING:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("first", ENDING)
def test_the_first_signal_ends_the_command_and_no_later_one_cuts_short_what_it_undoes(first: signal.Signals) -> None:
    before, undone = signal.getsignal(first), list[str]()

    def work() -> None:
        try:
            signal.raise_signal(first)
        finally:
            for number in ENDING:
                signal.raise_signal(number)
            undone.append("all of it")

    with pytest.raises(KeyboardInterrupt), stoppable():
        work()

    assert undone == ["all of it"]
    assert signal.getsignal(first) is before


def test_a_child_is_interrupted_too_whoever_sends_the_signal() -> None:
    def work() -> None:
        with subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(60)"], stderr=subprocess.DEVNULL
        ) as child:
            children.append(child)
            signal.raise_signal(signal.SIGTERM)

    children: list[subprocess.Popen[bytes]] = []
    with pytest.raises(KeyboardInterrupt), stoppable(children=True):
        work()

    # A signal that interrupts the waiting leaves the child to be waited for.
    assert children[0].wait(timeout=30)


def test_what_was_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            os.kill(os.getpid(), signal.SIGHUP)  # as after `nohup`
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_signal_waits_for_the_end_of_a_step() -> None:
    done = list[str]()

    def step() -> None:
        signal.raise_signal(signal.SIGTERM)
        done.append("all of it")

    with pytest.raises(KeyboardInterrupt), stoppable(), held_back():
        step()

    assert done == ["all of it"]
