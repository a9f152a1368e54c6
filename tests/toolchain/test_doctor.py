"""What the doctor says of a machine, run as the user runs it, with a PATH of fake programs."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.toolchain.test_build import GO, TABLE, write_program
from tools.table import ROOT

NAMES = ("pulumi", "otelcol")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A project with two tools, and a PATH with Go and a browser."""
    (tmp_path / "tools").mkdir()
    for module in ROOT.glob("tools/*.py"):
        shutil.copy(module, tmp_path / "tools")
    rows = [TABLE.replace("hammer", name) for name in NAMES]
    rows[1] = rows[1].replace('["start", "test"]', '["test"]')
    (tmp_path / "tools" / "tools.toml").write_text("".join(rows) + 'path_name = "otelcol-contrib"\n')
    for name in NAMES:
        (tmp_path / "tools" / name).mkdir()
        (tmp_path / "tools" / name / "go.mod").write_text(f"module {name}\n\ngo 1.26.0\n")
        (tmp_path / "tools" / name / "go.sum").touch()
    (tmp_path / "path").mkdir()
    write_program(tmp_path / "path" / "go", GO)
    write_program(tmp_path / "path" / "chromium", "#!/bin/sh\n")
    return tmp_path


def doctor(machine: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{machine}/path:/usr/bin:/bin", **settings}
    command = [sys.executable, "-m", "tools.doctor", *words]
    return subprocess.run(command, cwd=machine, env=environment, capture_output=True, text=True, check=False)


def found(machine: Path, **settings: str) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(doctor(machine, "--json", **settings).stdout)}


def test_a_tool_that_is_not_there_is_built_or_taken_from_path_in_a_fitting_version(machine: Path) -> None:
    row = found(machine)["pulumi"]
    assert (row["state"], row["needed_for"], row["cpu_seconds"]) == ("to build", "up", 60)
    assert row["found"].endswith("or on PATH: pulumi >=1.2.3,<1.3")
    assert "otelcol-contrib >=1.2.3,<1.3" in found(machine)["otelcol"]["found"]


def test_who_has_fitting_programs_builds_nothing_and_needs_no_go(machine: Path) -> None:
    for name in ("pulumi", "otelcol-contrib"):
        write_program(machine / "path" / name, "#!/bin/sh\necho version 1.2.9\n")
    (machine / "path" / "go").unlink()
    rows = found(machine, PATH=f"{machine}/path:/bin")
    assert rows["otelcol"]["found"] == f"1.2.9, {machine}/path/otelcol-contrib"
    assert rows["go"]["state"] == "optional"
    done = doctor(machine, PATH=f"{machine}/path:/bin")
    assert done.returncode == 0
    assert "Nothing is missing." in done.stdout
    assert "builds for about" not in done.stdout


def test_what_is_missing_is_named_and_is_a_failure(machine: Path) -> None:
    done = doctor(machine, GO_VERSION="go1.25.9")
    assert done.returncode == 1
    assert "Missing: go." in " ".join(done.stdout.split())
    assert "Go 1.26 or newer is needed; `go env GOVERSION` says: go1.25.9" in " ".join(done.stdout.split())


def test_a_built_tool_is_found_and_no_longer_counted(machine: Path) -> None:
    settings = {"PATH": f"{machine}/path:/usr/bin:/bin", "CALLS": str(machine / "calls")}
    command = [sys.executable, "-m", "tools.build", "pulumi"]
    write_program(machine / "path" / "go", GO.replace("hammer, version", "pulumi"))
    subprocess.run(command, cwd=machine, env=settings, check=True, capture_output=True)
    assert found(machine)["pulumi"]["found"] == "1.2.3, built"
    said = " ".join(doctor(machine).stdout.split())
    assert "`make test` builds for about 1 min more." in said
    assert "`make up` builds" not in said


def test_a_browser_is_named_or_how_to_get_one(machine: Path) -> None:
    assert found(machine)["browser"]["found"] == f"{machine}/path/chromium"
    (machine / "path" / "chromium").unlink()
    assert "make browser" in found(machine, PATH=f"{machine}/path")["browser"]["advice"]


def test_lines_fit_a_terminal_and_no_word_is_cut(machine: Path) -> None:
    text = doctor(machine).stdout
    # Of a path that is longer than a line, only the line it stands in is longer, too.
    assert [line for line in text.splitlines() if len(line.replace(str(machine), "")) > 80] == []
    words = set(text.split())
    for row in found(machine).values():
        assert set(f"{row['found']} {row['advice']}".split()) <= words


def test_an_unknown_option_is_bad_input(machine: Path) -> None:
    done = doctor(machine, "--xml")
    assert done.returncode == 2
    assert done.stderr == "unknown: --xml; allowed: --json\n"
