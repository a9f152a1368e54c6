"""Locks and states that a killed run left behind."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pulumi.automation as auto
import pytest

from engine.errors import EngineError, from_command
from engine.locks import holders, remove_dead
from engine.modes import choose
from engine.stack_config import StackConfig
from engine.state import deployed
from engine.workspace import OfflineWorkspace
from model.vocabulary import Environment
from tests.engine.sample import driver, write_project

HOST = socket.gethostname()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[int]:
    """The number of a process that is called as the engine is."""
    program = tmp_path / "pulumi"
    shutil.copy(str(shutil.which("sleep")), program)
    with subprocess.Popen([program, "60"]) as running:
        yield running.pid
        running.kill()


def lock(folder: Path, pid: int, host: str = HOST) -> Path:
    """A lock as the engine writes it."""
    file = folder / "organization" / "belfry" / "local" / f"{pid}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.with_name(f"{file.name}.attrs").write_text("{}")
    file.write_text(json.dumps({"pid": pid, "username": "u", "hostname": host, "timestamp": "2026-01-01T00:00:00Z"}))
    return file


def ended() -> int:
    """The number of a process that ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as done:
        done.wait()
    return done.pid


def test_a_lock_of_a_process_that_ended_is_removed_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    dead = lock(tmp_path / "locks", ended())

    remove_dead(tmp_path / "locks")

    assert list(dead.parent.iterdir()) == []


def test_a_lock_whose_number_another_program_has_by_now_is_removed(tmp_path: Path) -> None:
    mine = lock(tmp_path / "locks", os.getpid())

    remove_dead(tmp_path / "locks")

    assert not mine.exists()


def test_locks_of_engines_that_run_and_of_other_hosts_stay(tmp_path: Path, engine: int) -> None:
    alive, elsewhere = lock(tmp_path / "locks", engine), lock(tmp_path / "locks", ended(), "elsewhere")

    remove_dead(tmp_path / "locks")

    assert alive.exists()
    assert elsewhere.exists()
    assert f"process {engine} on {HOST}" in holders(tmp_path / "locks")
    assert "on elsewhere" in holders(tmp_path / "locks")


@pytest.mark.parametrize("text", ["", '{"pid": 1', "[]", '{"pid": "x"}', "\xff"])
def test_a_torn_lock_is_removed_when_its_writer_had_time_to_end(tmp_path: Path, text: str) -> None:
    file = lock(tmp_path / "locks", 1)
    file.write_bytes(text.encode("latin-1"))

    remove_dead(tmp_path / "locks")
    assert file.exists()

    os.utime(file, (0, 0))
    remove_dead(tmp_path / "locks")
    assert not file.exists()


def test_a_lock_that_is_held_is_reported_with_its_holder() -> None:
    error = auto.errors.ConcurrentUpdateError(auto.CommandResult(stdout="", stderr="locked", code=1))

    said = str(from_command(error, [], "process 7 on here"))

    assert said == "another run holds the lock of this stack: process 7 on here; wait for it"


@pytest.fixture
def workspace(tmp_path: Path) -> OfflineWorkspace:
    """One whose state is whole."""
    (tmp_path / "Pulumi.yaml").write_text("name: belfry\nruntime: python\n")
    program = tmp_path / ".tools" / "bin" / "pulumi"
    program.parent.mkdir(parents=True)
    program.touch()
    made = OfflineWorkspace(tmp_path / ".local" / "state", tmp_path, "local", program)
    made.state_file.parent.mkdir(parents=True)
    made.project.mkdir()
    made.state_file.write_text('{"version": 3, "checkpoint": {}}')
    made.stack_file.write_text("encryptionsalt: v1:x\n")
    return made


@pytest.mark.parametrize("text", ["", '{"version": 3, "checkpoi', "[" * 100_000, "null", "{}", "\xff"])
def test_a_state_that_was_cut_short_says_how_to_go_on(workspace: OfflineWorkspace, text: str) -> None:
    workspace.require_whole_state()
    workspace.state_file.write_bytes(text.encode("latin-1"))

    for read in (workspace.require_whole_state, lambda: deployed(workspace.root, {})):
        with pytest.raises(EngineError, match=r"the state of 'local' cannot be read .*; `make clean up`"):
            read()


@pytest.mark.parametrize("text", ["", "[", "- 1", "a: b"])
def test_a_state_whose_salt_is_lost_says_how_to_go_on(workspace: OfflineWorkspace, text: str) -> None:
    workspace.stack_file.write_text(text)

    with pytest.raises(EngineError, match=r"has no salt of its passphrase.*`make clean up`"):
        workspace.require_whole_state()


def test_a_checkout_that_is_moved_while_the_engine_runs_is_one_error_and_its_old_path_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_project(tmp_path / "old")
    ours = driver(root)

    def moved(self: OfflineWorkspace, *given: object) -> None:
        root.rename(tmp_path / "new")
        (self.folder / "home").mkdir(parents=True)
        raise auto.CommandError(auto.CommandResult(stdout="", stderr="unable to open bucket", code=255))

    monkeypatch.setattr(OfflineWorkspace, "open", moved)

    with pytest.raises(EngineError, match="old is missing; if it was moved, run this in its new place"):
        ours.up(Environment.LOCAL, choose(Environment.LOCAL, None, {}, ours.tools))

    assert not root.exists()
    assert (tmp_path / "new" / "Pulumi.yaml").exists()


def test_a_checkout_that_is_gone_is_one_error_and_its_path_is_not_made_again(tmp_path: Path) -> None:
    root = tmp_path / "moved"
    made = OfflineWorkspace(root / ".local" / "state", root, Environment.LOCAL, tmp_path / "pulumi")

    with pytest.raises(EngineError, match="is missing; if it was moved, run this in its new place"):
        made.open(lambda: None, StackConfig(), {})

    assert not root.exists()
