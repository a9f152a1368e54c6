"""The command line: one clean message, and an exit code that distinguishes bad input from failure."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from lab import cli, screen
from lab.cli import app
from lab.endpoints import read_endpoints
from lab.layout import ROOT, Layout
from lab.process import records, start, wait_ready, write_files
from lab.status import State, Status
from model.problems import BadInput
from tests.lab import resources as given
from tests.lab.pretenders import pretender
from tests.model.catalogs import good_organization, good_system, write_catalog


def run(*arguments: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    return done.exit_code, done.stdout, done.stderr


def begun(layout: Layout, name: str = "a") -> int:
    server = pretender(layout, name, "one")
    write_files(layout, server)
    record = start(layout, server.run, server.fingerprint)
    wait_ready(layout, record)
    return record.pid


def test_down_and_status_of_nothing_are_no_error(tmp_path: Path) -> None:
    assert run("down", "--root", tmp_path) == (0, "No servers were running.\n", "")
    code, said, _ = run("status", "--root", tmp_path)
    assert code == 0
    assert "make up" in said


def test_status_shows_memory_and_address_and_fails_after_a_crash(layout: Layout) -> None:
    pid = begun(layout)
    code, said, _ = run("status", "--json", "--root", layout.root)
    (shown,) = json.loads(said)
    assert (code, shown["state"], shown["name"]) == (0, "running", "a")
    assert shown["url"].startswith("http://127.0.0.1:")

    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)

    code, said, _ = run("status", "--root", layout.root)
    assert code == 1
    assert "python -m lab restart a" in said


@pytest.mark.parametrize(("seconds", "up"), [(59, "59 s"), (3540, "59 min"), (356_400, "99.0 h")])
def test_a_server_takes_one_line_of_a_narrow_terminal_with_its_whole_address(seconds: float, up: str) -> None:
    url = "http://127.0.0.1:27792"
    one = Status(
        name="alertmanager",
        state=State.RUNNING,
        pid=1,
        memory_mib=1023,
        cpu_seconds=9999,
        up_seconds=seconds,
        url=url,
        log="",
        said="",
    )
    console = Console(width=80, record=True, file=io.StringIO())

    screen.show_status(console, [one])

    (line,) = [line for line in console.export_text().splitlines() if "alertmanager" in line]
    assert [cell.strip() for cell in line.strip("│").split("│")] == [
        "alertmanager",
        "running",
        "1023 MiB",
        "9999 s",
        up,
        url,
    ]


def test_down_names_what_it_stopped(layout: Layout) -> None:
    begun(layout)

    assert run("down", "--json", "--root", layout.root)[:2] == (0, json.dumps({"stopped": ["a"]}, indent=2) + "\n")


def test_restart_says_the_new_process(layout: Layout) -> None:
    begun(layout)

    code, said, _ = run("restart", "a", "--root", layout.root)

    assert code == 0
    assert "a runs again" in said


def test_an_unknown_server_is_bad_input(layout: Layout) -> None:
    begun(layout)

    code, _, said = run("restart", "z", "--root", layout.root)

    assert code == 2
    assert "allowed: a" in said


def test_an_unknown_environment_is_bad_input(tmp_path: Path) -> None:
    code, said, _ = run("up", "--as", "moon", "--json", "--root", tmp_path)

    assert code == 2
    assert "local, dev, staging, prod" in json.loads(said)["error"]


def test_a_state_that_holds_no_deployment_is_bad_input(tmp_path: Path) -> None:
    given.context(tmp_path)  # tools
    (tmp_path / ".tools" / "bin" / "pulumi").touch()
    (tmp_path / "Pulumi.yaml").write_text("name: belfry\nruntime: python\n")

    code, _, said = run("up", "--root", tmp_path)

    assert code == 2
    assert "make up" in said


def test_a_failing_server_is_a_failure_and_not_bad_input(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    given.context(layout.root)  # tools that do nothing: empty files cannot be run
    write_catalog(layout.root / "catalog", [good_system()], good_organization())
    monkeypatch.setattr(cli, "deployed", lambda root, environ: given.resources())

    code, _, said = run("up", "--load", "0", "--root", layout.root)

    assert code == 1
    assert "alertmanager cannot be started" in said
    assert not layout.record("inbox").exists(), "the inbox was left behind"


def test_an_unknown_system_is_bad_input_that_names_the_systems_and_starts_nothing(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    given.context(layout.root)
    shutil.copytree(ROOT / "catalog", layout.root / "catalog")
    monkeypatch.setattr(cli, "deployed", lambda root, environ: given.resources())

    code, _, said = run("up", "--system", "cloudmort", "--system", "generic", "--root", layout.root)

    assert code == 2
    assert "'cloudmort'; allowed: alchemorsel, bakhmach, cloudmart, generic, order-processor" in said
    assert records(layout) == {}


@pytest.mark.parametrize("found", ["-1", "nan", "inf", "1e9", "1000", "10.5"])
def test_a_load_that_no_machine_carries_is_bad_input_with_the_reason(tmp_path: Path, found: str) -> None:
    code, _, said = run("up", f"--load={found}", "--root", tmp_path)

    assert code == 2
    assert f"--load: found {float(found):g}; allowed: 0 to 10: one process generates the load" in said


@pytest.mark.parametrize(
    "words",
    [
        *([f"up --day={found}" for found in ("0", "-5", "nan", "inf", "1e9", "59")]),
        *([f"restart a --pause={found}" for found in ("-1", "nan", "inf", "1e9")]),
        *([f"gameday --hurry={found}" for found in ("0", "-1", "nan", "inf", "1e9", "0.5")]),
        *([f"fault outage --for={found}" for found in ("0s", "1ms", "14s", "2d", "999999d", "inf", "1e9", "-5m")]),
    ],
)
def test_a_number_out_of_bounds_is_bad_input_with_found_and_allowed(tmp_path: Path, words: str) -> None:
    code, _, said = run(*words.split(), "--root", tmp_path)

    assert code == 2
    assert "1 error in the input" in said
    assert "found " in said
    assert "; allowed: " in said


def test_a_server_that_hangs_is_shown_and_makes_status_fail(layout: Layout) -> None:
    pid = begun(layout)
    os.kill(pid, signal.SIGSTOP)
    try:
        code, said, _ = run("status", "--root", layout.root)
    finally:
        os.kill(pid, signal.SIGCONT)

    assert (code, "not ready" in said) == (1, True)


@pytest.mark.parametrize("width", [32, 40, 60])
def test_a_narrow_terminal_shows_each_name_and_state_whole(width: int) -> None:
    numbers: dict[str, Any] = {
        "pid": 1,
        "memory_mib": 1023,
        "cpu_seconds": 9999,
        "up_seconds": 59,
        "log": "",
        "said": "",
    }
    names = ("prometheus", "alarm-forwarder", "otel-gateway")
    servers = [Status(name=name, state=State.NOT_READY, url="http://127.0.0.1:27792", **numbers) for name in names]
    console = Console(width=width, record=True, file=io.StringIO())

    screen.show_status(console, servers)

    shown = console.export_text()
    assert all(any(name in line and "not ready" in line for line in shown.splitlines()) for name in names)
    assert ("http://127.0.0.1:27792" in shown) is (width == 60)


@pytest.mark.parametrize("command", [["down"], ["restart", "a"], ["status"]])
def test_a_folder_that_takes_nothing_is_one_line(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / ".local").write_text("no folder")

    code, _, reported = run(*command, "--root", tmp_path)

    assert code == 2
    assert len(reported.splitlines()) == 1
    assert "cannot read or write" in reported


@pytest.mark.parametrize("module", ["lab", "engine"])
def test_an_output_that_is_full_is_one_line(module: str) -> None:
    words = {"lab": ["faults", "--json"], "engine": ["archive"]}[module]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", module, *words],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode == 2
    assert done.stderr.splitlines() == ["cannot read or write: [Errno 28] No space left on device"]


def test_a_checkout_that_was_moved_while_its_servers_run_is_reported(layout: Layout) -> None:
    begun(layout)
    record = records(layout)["a"]
    layout.write(layout.record("a"), record.model_copy(update={"folder": "/old/.local/lab"}).model_dump_json())

    code, _, said = run("status", "--root", layout.root)

    assert (code, "The checkout was moved: its servers write to /old/.local/lab." in " ".join(said.split())) == (
        1,
        True,
    )


def test_a_damaged_record_is_bad_input_that_names_the_way_out(layout: Layout) -> None:
    layout.write(layout.record("a"), "{")

    code, _, said = run("status", "--root", layout.root)

    assert code == 2
    assert "sets it aside" in said
    layout.record("a").unlink()


def test_addresses_of_a_lab_that_is_down_are_refused_readably(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="make up"):
        read_endpoints(tmp_path)
