"""The groups of tests together are all tests, and each has its make target and its job in the pipeline."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.groups import FAST, GROUPS, group_of
from tools.table import ROOT

TESTS = ROOT / "tests"
FILES = sorted(path.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py"))
MAKEFILE = (ROOT / "Makefile").read_text()


def test_every_group_has_files_and_every_entry_of_the_table_exists() -> None:
    assert {group_of(file) for file in FILES} == set(GROUPS)
    assert [entry for entries in GROUPS.values() for entry in entries if not (TESTS / entry).exists()] == []


@pytest.mark.parametrize(
    ("file", "group"),
    [("engine/test_cli.py", "engine"), ("lab/console/test_page.py", "servers"), ("engineering/test_x.py", FAST)],
)
def test_a_file_is_in_the_group_of_its_folder(file: str, group: str) -> None:
    assert group_of(file) == group


def test_a_run_of_a_group_collects_its_files_and_no_others(tmp_path: Path) -> None:
    """The real options, on a tree of empty tests with one file of each group."""
    tests = tmp_path / "tests"
    for name in ("test_x.py", "engine/test_x.py", "lab/test_x.py"):
        (tests / name).parent.mkdir(parents=True, exist_ok=True)
        (tests / name).write_text("def test_it() -> None: ...\n")
        (tests / name).with_name("__init__.py").touch()
    for name in ("conftest.py", "groups.py"):
        (tests / name).write_text((TESTS / name).read_text())
    collected = {}
    # A run that measures coverage would take the inner one for a worker of its own.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SLIPCOVER")}
    for group in GROUPS:
        command = [sys.executable, "-m", "pytest", "--collect-only", "-q", f"--group={group}", "-p", "no:cacheprovider"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, env=environment)
        collected[group] = re.findall(r"^(tests/\S+)::test_it$", done.stdout, re.MULTILINE)
    assert collected == {
        "fast": ["tests/test_x.py"],
        "engine": ["tests/engine/test_x.py"],
        "servers": ["tests/lab/test_x.py"],
    }


def test_each_group_has_a_target_and_a_job_and_make_test_runs_all_of_them() -> None:
    targets = dict(re.findall(r"^test-(\w+):.*\n\t.*--group=(\w+)", MAKEFILE, re.MULTILINE))
    assert targets == {group: group for group in GROUPS}
    assert "--group" not in MAKEFILE.partition("\ntest: ")[2].partition("\n\n")[0]
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]
    steps = [step for step in jobs["part"]["steps"] if "run" in step]
    # Each command is for one part, and each part has its command.
    parts = {step["if"].split("'")[1]: step["run"] for step in steps}
    assert parts == {part: f"make {part}" for part in ("check", *(f"test-{group}" for group in GROUPS))}
    assert list(parts) == jobs["part"]["strategy"]["matrix"]["part"]
