"""Processes are started, seen, and stopped; never those of others."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from lab.errors import LabError
from lab.layout import Layout
from lab.process import Record, read_record, reload, request, start, stop, wait_ready, write_files
from lab.server import Command
from lab.status import State, status
from lab.watch import look
from tests.lab.pretenders import pretender


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


def test_a_crash_is_seen_and_said_with_the_end_of_the_log(layout: Layout) -> None:
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


def test_a_crash_is_said_once_and_so_is_the_return(layout: Layout) -> None:
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


def test_a_server_that_somebody_stops_has_not_crashed_though_its_record_goes_last(
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

    with pytest.raises(LabError, match=r"(?s)a ended at once.*the file says die"):
        wait_ready(layout, record)


def test_a_server_that_never_answers_is_reported(layout: Layout) -> None:
    record = begun(layout)
    mute = record.model_copy(update={"run": record.run.model_copy(update={"ready": "http://127.0.0.1:9/"})})

    with pytest.raises(LabError, match="not ready after 0 s"):
        wait_ready(layout, mute, seconds=0.2)


def test_a_program_that_cannot_be_run_is_reported(layout: Layout) -> None:
    with pytest.raises(LabError, match="a cannot be started"):
        start(layout, Command(name="a", command=(str(layout.root / "nothing"),)), "")


def test_a_refused_configuration_is_told_in_the_servers_words(layout: Layout) -> None:
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


def test_a_log_does_not_grow_for_ever(layout: Layout) -> None:
    layout.write(layout.log("a"), "x" * (10 * 1024**2 + 1))

    stop(layout, [begun(layout)])

    assert layout.log("a").stat().st_size < 1024
    assert layout.log("a").with_suffix(".log.1").exists()


def test_a_damaged_record_is_told_apart_from_none(layout: Layout) -> None:
    assert read_record(layout, "a") is None
    layout.write(layout.record("a"), "{")

    with pytest.raises(ValueError, match="damaged"):
        read_record(layout, "a")
    layout.record("a").unlink()
