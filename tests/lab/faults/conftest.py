"""Fixtures of the tests of faults."""

import time

import pytest

from lab.workload import control
from tests.lab.faults.fakes import NOW, FakeServers, Workload


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which only waiting moves."""
    now = [NOW + 59]
    monkeypatch.setattr(time, "time", lambda: now[0])
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(time, "sleep", sleep)
    return now


@pytest.fixture
def workload(now: list[float], monkeypatch: pytest.MonkeyPatch) -> Workload:
    made = Workload(FakeServers(), now)
    monkeypatch.setattr(control, "apply", made.apply)
    monkeypatch.setattr(control, "clear", made.clear)
    return made
