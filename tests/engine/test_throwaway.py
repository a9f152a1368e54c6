"""The folder of a run is gone when the run ends, however it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.throwaway import remove_left_behind, throwaway
from tests.tools import PROJECT

PROGRAM = """
import sys, time
from engine.throwaway import throwaway
with throwaway("dev") as folder:
    (folder / "Pulumi.dev.yaml").write_text("config: {}")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def run(place: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "TMPDIR": str(place)}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def folder_of(process: subprocess.Popen[str]) -> Path:
    assert process.stdout
    return Path(process.stdout.readline().strip())


def test_a_terminated_run_leaves_no_folder(run: subprocess.Popen[str]) -> None:
    folder = folder_of(run)
    assert folder.name.startswith(f"belfry-dev-{run.pid}-")
    run.send_signal(signal.SIGTERM)
    assert run.wait() == 128 + signal.SIGTERM
    assert not folder.exists()


def test_a_killed_runs_folder_is_removed_by_the_next_one_and_a_live_one_is_left(
    place: Path, run: subprocess.Popen[str]
) -> None:
    folder = folder_of(run)
    with throwaway("prod") as ours:
        assert folder.exists(), "its run is alive"
    assert not ours.exists()
    run.kill()
    run.wait()
    assert folder.exists()
    with throwaway("prod") as ours:
        assert not folder.exists()
        with throwaway("prod"):
            assert ours.exists(), "a run does not remove its own"
    assert list(place.iterdir()) == []


def test_what_is_no_folder_of_a_run_is_left(place: Path) -> None:
    other = place / "elsewhere"
    other.mkdir()
    (place / "belfry-dev-999999999-link").symlink_to(other)
    (place / "belfry-dev-1-init").mkdir()
    (place / "belfry-dev-notes-of-mine").mkdir()
    (place / "belfry-dev-99999999999999999999-huge").mkdir()
    before = sorted(place.iterdir())
    remove_left_behind(place)
    assert sorted(place.iterdir()) == before


def test_a_held_folder_of_another_container_is_left(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process has no number here."""
    with throwaway("dev") as folder:
        monkeypatch.setattr("engine.throwaway._is_alive", lambda process: False)
        remove_left_behind(place)
        assert folder.exists()
