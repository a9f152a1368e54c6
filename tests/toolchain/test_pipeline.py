"""CI runs the make targets that a person runs, with read permissions only."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.toolchain.test_makefile import targets
from tools.table import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# The one that comments: it runs the default branch's code, and takes what a fork's run left.
MORE_RIGHTS = {"comment": {"actions": "read", "pull-requests": "write"}}
every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
# Package registries: which one is used is the business of the machine, not of the project.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in (
        ("proxy", "golang", "org"),
        ("sum", "golang", "org"),
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("crates", "io"),
    )
]


def jobs(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())["jobs"]
    return found


@every_workflow
def test_a_workflow_runs_only_make_targets(path: Path) -> None:
    commands = [step["run"] for job in jobs(path).values() for step in job["steps"] if "run" in step]
    assert commands
    assert [command for command in commands if command.removeprefix("make ") not in targets()] == []


@every_workflow
def test_an_action_is_pinned_by_its_commit_and_says_its_version(path: Path) -> None:
    uses = re.findall(r"uses: (.*)", path.read_text())
    assert uses
    assert [use for use in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []


@every_workflow
def test_a_workflow_may_only_read_and_ends_by_itself(path: Path) -> None:
    assert yaml.safe_load(path.read_text())["permissions"] == {"contents": "read", **MORE_RIGHTS.get(path.stem, {})}
    for job in jobs(path).values():
        assert "permissions" not in job
        assert job["timeout-minutes"] <= 90


@every_workflow
def test_no_workflow_with_rights_runs_the_code_of_a_pull_request(path: Path) -> None:
    started = yaml.safe_load(path.read_text())[True]  # YAML reads `on` as a truth value
    assert "pull_request_target" not in started
    if path.stem in MORE_RIGHTS:
        assert "pull_request" not in started
        assert "head_sha" not in str(jobs(path))
        assert "ref" not in str([step.get("with", {}) for job in jobs(path).values() for step in job["steps"]])


@every_workflow
def test_a_workflow_uses_no_secret(path: Path) -> None:
    assert "secrets." not in path.read_text()


def test_the_workflows_pin_one_commit_per_action() -> None:
    uses = {use for path in WORKFLOWS for use in re.findall(r"uses: (.*)", path.read_text())}
    assert len(uses) == len({use.partition("@")[0] for use in uses})


@pytest.mark.parametrize("code", [0, 2])
def test_the_ci_script_runs_make_test_without_input_and_passes_its_outcome_on(tmp_path: Path, code: int) -> None:
    fake = tmp_path / "make"
    fake.write_text(f'#!/bin/sh\necho "called: $* in $PWD, input: $(cat)"\nexit {code}\n')
    fake.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(
        [ROOT / ".ci" / "run"], env=environment, input="y", capture_output=True, text=True, check=False
    )
    assert f"called: test in {ROOT}, input: \n" in done.stdout
    assert done.returncode == code


def test_no_file_names_a_package_registry() -> None:
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    named = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file() and any(host.encode() in path.read_bytes() for host in REGISTRY_HOSTS):
            named.append(name)
    assert named == []
