"""Processes are started, seen, and stopped; never those of others."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from engine.stopping import stoppable
from lab import process as module
from lab.errors import LabError
from lab.events import Events
from lab.layout import Layout
from lab.process import Record, end, read_record, reload, request, start, stop, strays, wait_ready, write_files
from lab.servers.server import Command
from lab.status import State, status
from lab.watch import look as watched
from tests.lab.pretenders import pretender


def look(layout: Layout, gone: frozenset[str]) -> frozenset[str]:
    return watched(Events(layout), gone)


def begun(layout: Layout, name: str = "a", text: str = "one") -> Record:
    server = pretender(layout, name, text)
    write_files(layout, server)
    return start(layout, server.run, server.fingerprint)


def test_a_server_is_ready_when_it_answers_and_gone_when_stopped(layout: Layout) -> None:
    record = begun(layout)
    wait_ready(layout, record)
    assert request("GET", record.run.url + "/") == (200, "one")
    (shown,) = status(layout)
    assert (shown.state, shown.pid) == (State.RUNNING, record.pid)
    assert shown.memory_mib > 1

    stop(layout, [record])

    assert record.process() is None
    assert not layout.record("a").exists()
    assert status(layout) == []


def test_a_pid_that_belongs_to_another_process_by_now_is_left_alone(layout: Layout) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        try:
            stale = Record(
                pid=other.pid, created=time.time() - 3600, fingerprint="", run=Command(name="a", command=("x",))
            )
            layout.write(layout.record("a"), stale.model_dump_json())
            (shown,) = status(layout)
            assert shown.state is State.CRASHED

            stop(layout, [stale])

            assert other.poll() is None, "a stranger was killed"
            assert not layout.record("a").exists()
        finally:
            other.kill()


def test_a_crash_is_reported_with_the_end_of_the_log(layout: Layout) -> None:
    record = begun(layout)
    wait_ready(layout, record)
    seen = look(layout, frozenset())
    assert seen == frozenset()
    layout.log("a").write_text("something went wrong\n")

    os.kill(record.pid, signal.SIGKILL)
    os.waitpid(record.pid, 0)

    assert look(layout, seen) == {"a"}
    (event,) = layout.events.read_text().splitlines()
    assert '"crashed"' in event
    assert "something went wrong" in event
    (shown,) = status(layout)
    assert shown.state is State.CRASHED
    assert "something went wrong" in shown.said


def test_a_crash_is_reported_once_and_so_is_the_return(layout: Layout) -> None:
    record = begun(layout)
    os.kill(record.pid, signal.SIGKILL)
    os.waitpid(record.pid, 0)
    gone = look(layout, look(layout, frozenset()))
    wait_ready(layout, begun(layout))

    assert look(layout, gone) == frozenset()
    assert [line.split('"event": ')[1].split(",")[0] for line in layout.events.read_text().splitlines()] == [
        '"crashed"',
        '"back"',
    ]


def test_a_stopped_server_has_not_crashed_though_its_record_goes_last(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = begun(layout)
    wait_ready(layout, record)
    wait, seen = psutil.wait_procs, list[frozenset[str]]()

    def waited(processes: list[psutil.Process], timeout: float) -> object:
        done = wait(processes, timeout=timeout)
        # All have ended, and the records are still there.
        seen.append(look(layout, frozenset()))
        return done

    monkeypatch.setattr(psutil, "wait_procs", waited)

    stop(layout, [record])

    assert seen == [frozenset(), frozenset()]
    assert not layout.events.exists()


def test_a_server_that_ends_at_once_is_reported_with_its_own_words(layout: Layout) -> None:
    record = begun(layout, text="die")

    with pytest.raises(LabError, match=r"(?s)a exited immediately.*the file says die"):
        wait_ready(layout, record)


def test_a_server_that_never_answers_is_reported(layout: Layout) -> None:
    record = begun(layout)
    mute = record.model_copy(update={"run": record.run.model_copy(update={"ready": "http://127.0.0.1:9/"})})

    with pytest.raises(LabError, match="not ready after 0 s"):
        wait_ready(layout, mute, seconds=0.2)


def test_a_program_that_cannot_be_run_is_reported(layout: Layout) -> None:
    with pytest.raises(LabError, match="a cannot be started"):
        start(layout, Command(name="a", command=(str(layout.root / "nothing"),)), "")


def test_a_refused_configuration_is_reported_in_the_servers_words(layout: Layout) -> None:
    record = begun(layout)
    wait_ready(layout, record)
    (layout.config("a") / "text").write_text("refuse")

    with pytest.raises(LabError, match="keeps the old one: the file says no"):
        reload(record)


def test_files_of_an_earlier_configuration_go(layout: Layout) -> None:
    layout.write(layout.config("a") / "rules" / "old.yaml", "x")

    write_files(layout, pretender(layout, "a", "one"))

    assert [file.name for file in layout.config("a").rglob("*") if file.is_file()] == ["text"]


def test_a_process_gets_nothing_of_the_users_environment_and_a_limit_of_memory(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example.com")
    program = (
        "import os, resource, json; print(json.dumps([dict(os.environ), resource.getrlimit(resource.RLIMIT_DATA)]))"
    )
    run = Command(name="a", command=(sys.executable, "-c", f"import time; time.sleep(0.2); {program}"))
    record = start(layout, run, "")
    os.waitpid(record.pid, 0)

    said = layout.log("a").read_text()

    assert "proxy.example.com" not in said
    assert "GOMEMLIMIT" in said
    assert f"[{1024**3}, {1024**3}]" in said


def test_a_log_does_not_grow_forever(layout: Layout) -> None:
    layout.write(layout.log("a"), "x" * (10 * 1024**2 + 1))

    stop(layout, [begun(layout)])

    assert layout.log("a").stat().st_size < 1024
    assert layout.log("a").with_suffix(".log.1").exists()


def test_a_damaged_record_is_distinguished_from_none(layout: Layout) -> None:
    assert read_record(layout, "a") is None
    layout.write(layout.record("a"), "{")

    with pytest.raises(ValueError, match="damaged"):
        read_record(layout, "a")
    layout.record("a").unlink()


def test_a_server_stays_ours_when_the_systems_clock_is_set(layout: Layout) -> None:
    record = begun(layout)
    wait_ready(layout, record)

    assert record.model_copy(update={"created": record.created - 3600}).process() is not None
    assert record.model_copy(update={"mark": "another"}).process() is None


def test_a_server_whose_starter_was_killed_before_it_wrote_the_record_is_found(layout: Layout) -> None:
    record = begun(layout)
    assert strays(layout) == {}
    layout.record("a").unlink()

    found = strays(layout)
    assert {name: process.pid for name, process in found.items()} == {"a": record.pid}

    end(list(found.values()))
    assert strays(layout) == {}


def test_a_server_whose_record_cannot_be_written_does_not_run_on(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(layout: Layout, record: Record) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    server = pretender(layout, "a", "one")
    write_files(layout, server)
    monkeypatch.setattr(module, "_write", full)

    with pytest.raises(OSError, match="No space left"):
        start(layout, server.run, server.fingerprint)

    assert strays(layout) == {}


def test_a_server_is_stopped_though_the_disk_is_full(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    record = begun(layout)

    def full(layout: Layout, record: Record) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "_write", full)
    stop(layout, [record])

    assert record.process() is None


def test_a_server_is_not_ready_because_another_answers_on_its_port(layout: Layout) -> None:
    old = begun(layout)
    wait_ready(layout, old)
    layout.record("a").unlink()
    new = start(layout, old.run, old.fingerprint)

    with pytest.raises(LabError, match="a exited immediately"):
        wait_ready(layout, new)

    stop(layout, [new])
    end(list(strays(layout).values()))
    assert old.process() is None


def test_a_signal_between_start_and_record_waits(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    write = module._write

    def interrupted(layout: Layout, record: Record) -> None:
        signal.raise_signal(signal.SIGTERM)
        write(layout, record)

    server = pretender(layout, "a", "one")
    write_files(layout, server)
    monkeypatch.setattr(module, "_write", interrupted)

    with pytest.raises(KeyboardInterrupt), stoppable():
        start(layout, server.run, server.fingerprint)

    monkeypatch.undo()
    record = read_record(layout, "a")
    assert record is not None
    assert record.process() is not None


def test_nothing_is_written_where_the_checkout_is_gone(tmp_path: Path) -> None:
    moved = Layout(tmp_path / "old")

    with pytest.raises(FileNotFoundError, match="is missing"):
        moved.write(moved.ports, "{}")

    assert not moved.root.exists()
