"""What a fault or a game day leaves when it is killed, and who takes it back."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lab.cli import app
from lab.faults import leftovers as module
from lab.faults.leftovers import leftovers, take_back
from lab.faults.lock import alone, held
from lab.layout import Layout
from lab.manager import Manager
from lab.remedy import Acts, Remedy
from lab.workload import control
from lab.workload.effects import Effect
from tests.lab import resources as given
from tests.lab.faults.places import endpoints
from tests.tools import PROJECT

HARM = Effect(system="shop", component="api", errors=1)


@pytest.fixture
def harmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Effect]:
    """The effects of the workload of the layout in ``tmp_path``."""
    endpoints(Layout(tmp_path)).write(Layout(tmp_path))
    effects = [HARM]
    monkeypatch.setattr(control, "present", lambda endpoint: tuple(effects))
    monkeypatch.setattr(control, "clear", lambda endpoint: effects.clear())
    return effects


def killed(layout: Layout) -> None:
    """A process that holds the lock of faults, and is killed."""
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from lab.faults.lock import alone; from lab.layout import Layout\n"
        "with alone(Layout(Path(sys.argv[1])), 'outage'): os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(layout.root)], cwd=PROJECT, check=False)
    assert done.returncode == -signal.SIGKILL


def test_the_lock_of_a_killed_fault_is_free_and_status_reports_its_effects(
    tmp_path: Path, harmed: list[Effect]
) -> None:
    layout = Layout(tmp_path)
    killed(layout)

    assert held(layout) == ""
    assert leftovers(layout) == ["A fault that was killed still affects shop/api."]
    done = CliRunner().invoke(app, ["status", "--root", str(tmp_path)])
    assert done.exit_code == 1
    assert "A fault that was killed still affects shop/api. `make up`" in " ".join(done.stderr.split())


def test_effects_of_a_fault_that_runs_are_none_of_a_killed_one(tmp_path: Path, harmed: list[Effect]) -> None:
    with alone(Layout(tmp_path), "outage"):
        assert leftovers(Layout(tmp_path)) == []


def test_the_next_fault_takes_them_back(tmp_path: Path, harmed: list[Effect]) -> None:
    shown: list[str] = []

    take_back(Layout(tmp_path), shown.append)

    assert harmed == []
    assert shown == ["taking back the effects of a fault that was killed"]


@pytest.mark.parametrize(
    ("mark", "before"),
    [
        pytest.param('{"acts": "act"}', Remedy(acts=Acts.ACT), id="remediation acted before the game day"),
        pytest.param("{", Remedy(), id="the mark is damaged: nothing acts that nobody asked for"),
    ],
)
def test_waits_that_a_killed_game_day_shortened_are_restored(
    mark: str, before: Remedy, tmp_path: Path, harmed: list[Effect], monkeypatch: pytest.MonkeyPatch
) -> None:
    layout, restored = Layout(tmp_path), list[tuple[str, Remedy]]()
    harmed.clear()
    layout.write(layout.hurried, mark)
    assert leftovers(layout) == ["A game day that was killed left waits shortened."]

    monkeypatch.setattr(module, "deployed", lambda root, environ: given.resources())
    monkeypatch.setattr(
        Manager, "up", lambda self, read, environment, _, remedy: restored.append((environment, remedy))
    )
    take_back(layout, lambda text: None)

    assert restored == [("prod", before)]
    assert leftovers(layout) == []


def test_nothing_is_left_of_an_environment_that_is_down(tmp_path: Path) -> None:
    assert leftovers(Layout(tmp_path)) == []
