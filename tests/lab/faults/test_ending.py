"""How a fault ends when its environment, its workload or the clock goes another way."""

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.endpoints import Endpoints
from lab.errors import LabError
from lab.faults import trial as trials
from lab.faults.gameday import GameDay
from lab.faults.runner import Gone, Runner
from lab.faults.table import find
from lab.faults.trial import Plan
from lab.layout import Layout
from lab.workload import control
from lab.workload.effects import Effect
from tests.lab.faults.fakes import NOW, FakeServers, Workload, begun, made_runner, plan
from tests.lab.faults.places import endpoints


def test_a_fault_that_cannot_be_taken_back_is_reported(
    workload: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(endpoint: str) -> None:
        raise LabError("the workload does not answer")

    monkeypatch.setattr(control, "clear", refuse)
    layout = Layout(tmp_path)
    layout.write(layout.endpoints, "{}")
    said = "the workload does not answer; outage of shop/api may continue"

    with pytest.raises(LabError, match=said), trials.broken(layout, "", plan()):
        raise KeyboardInterrupt

    # Of a workload that was stopped nothing is left.
    layout.endpoints.unlink()
    with pytest.raises(KeyboardInterrupt), trials.broken(layout, "", plan()):
        raise KeyboardInterrupt


def test_a_trial_during_which_the_clock_was_set_judges_nothing(
    now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = begun(FakeServers())
    monkeypatch.setattr(time, "time", lambda: now[0] - 3600)

    assert trial.now() == NOW + 59
    trial.judge()

    assert trial.why.startswith("the system's clock was set by -3600 s")


def test_a_fault_lasts_as_long_as_it_should_when_the_clock_is_set_back(
    workload: Workload, tmp_path: Path, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    runner, began = made_runner(workload.servers, tmp_path), now[0]
    monkeypatch.setattr(time, "time", lambda: now[0] - (86_400 if now[0] > began + 10 else 0))

    runner.hold(plan(), 60)

    assert 60 <= now[0] - began < 65


@dataclass
class _At:
    """Servers that run where the endpoints say."""

    at: Endpoints


def test_an_environment_that_is_stopped_during_a_fault_ends_it_without_a_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = Layout(tmp_path)
    known = endpoints(layout)
    known.write(layout)
    runner = made_runner(FakeServers(), tmp_path)
    del runner.require
    runner.servers = _At(known)  # type: ignore[assignment]
    effects = (Effect(system="shop", component="api", errors=1),)
    faulty = dataclasses.replace(plan(), target=dataclasses.replace(plan().target, effects=effects))
    monkeypatch.setattr(control, "present", lambda endpoint: effects)
    runner.require(faulty)

    monkeypatch.setattr(control, "present", lambda endpoint: ())
    with pytest.raises(Gone, match="was started again, without the fault; no verdict"):
        runner.require(faulty)
    runner.require()

    layout.endpoints.unlink()
    waits: list[Callable[[], None]] = [runner.require, lambda: runner.wait_until_ready(plan())]
    for wait in waits:
        with pytest.raises(Gone, match="was stopped, and the fault ended with it; no verdict"):
            wait()


def test_a_game_day_whose_environment_is_stopped_ends(
    workload: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = made_runner(workload.servers, tmp_path)

    def gone(plan: Plan | None = None) -> None:
        raise Gone("the local environment was stopped")

    runner.require = gone  # type: ignore[method-assign]
    monkeypatch.setattr(Runner, "running", {"cloudmart"})
    monkeypatch.setattr(Runner, "plan", lambda self, fault, target, systems: plan(fault.name))
    day = GameDay(runner=runner)

    with pytest.raises(Gone):
        day.run([find("outage")])

    assert day.trials == []
