"""CI runs the make targets that a person runs, with read permissions only."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.toolchain.test_makefile import GIVEN, make, targets
from tests.tools import find
from tools.table import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# The one that comments: it runs the default branch's code, and takes what a fork's run left.
# The one that deploys: it signs in to AWS with a token, after the reviewers of its environment agreed.
# The one that looks for drift: it signs in too, on a schedule, with a role that deploys nothing.
MORE_RIGHTS = {
    "comment": {"actions": "read", "pull-requests": "write"},
    "deploy": {"id-token": "write"},
    "drift": {"id-token": "write"},
}
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
    called = [re.fullmatch(r"make ([a-z-]+)((?: [A-Z_]+=[a-z0-9/.]+)*)", command) for command in commands]
    assert [command for command, call in zip(commands, called, strict=True) if not call] == []
    assert {call[1] for call in called if call} <= targets()
    for _, values in (call.groups() for call in called if call):
        assert set(re.findall(r"([A-Z_]+)=", values)) <= set(GIVEN)


@every_workflow
def test_no_value_of_an_event_stands_in_a_script(path: Path) -> None:
    """Someone else chose it: in a script it would be code. A variable of the environment stays text."""
    for job in jobs(path).values():
        assert not [step["run"] for step in job["steps"] if "${{" in step.get("run", "")]


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
    if path.stem == "comment":
        assert "head_sha" not in str(jobs(path))
        assert "ref" not in str([step.get("with", {}) for job in jobs(path).values() for step in job["steps"]])


def deploy() -> dict[str, Any]:
    (job,) = jobs(ROOT / ".github" / "workflows" / "deploy.yml").values()
    found: dict[str, Any] = job
    return found


def commands_of(job: dict[str, Any]) -> list[str]:
    return [step.get("run") or step["uses"].partition("@")[0] for step in job["steps"]]


def test_a_deployment_asks_for_the_evidence_by_the_code_of_the_default_branch() -> None:
    trusted, released = (step for step in deploy()["steps"] if "checkout" in step.get("uses", ""))
    assert "ref" not in trusted["with"]
    assert (released["with"]["ref"], released["with"]["path"]) == ("${{ env.COMMIT }}", "build/release")
    (asked,) = (step for step in deploy()["steps"] if step.get("run") == "make promote")
    assert "working-directory" not in asked
    (reviewed,) = (step for step in deploy()["steps"] if step.get("run") == "make reviewed")
    assert deploy()["steps"].index(reviewed) < deploy()["steps"].index(released)
    rest = [step for step in deploy()["steps"] if "run" in step and step not in (asked, reviewed)]
    assert {step["working-directory"] for step in rest} == {"build/release"}


def test_only_a_commit_of_the_branch_counts_as_reviewed() -> None:
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert make("reviewed", f"COMMIT={head.strip()}").returncode == 0
    for other in ("HEAD", "main", head[:12], "f" * 40, "--all", "$(id)"):
        refused = make("reviewed", f"COMMIT={other}")
        assert refused.returncode == 2
        assert "all 40 digits of a commit of this branch" in refused.stderr


def test_a_deployment_comes_after_gate_and_evidence_and_its_evidence_after_it() -> None:
    order = commands_of(deploy())
    wanted = ["make gate REPORT=build/gate.json", "make promote", "make evidence KIND=deployment", "make deploy"]
    wanted += ["make verify IN_CLUSTER=1 WATCH=1 REPORT=build/verify.json", "make evidence KIND=verification"]
    assert [command for command in order if command in wanted] == wanted


def test_nothing_that_fails_lets_a_deployment_go_on() -> None:
    assert "continue-on-error" not in str(deploy())
    always = [step["run"] for step in deploy()["steps"] if "cancelled()" in step.get("if", "")]
    assert always == ["make evidence KIND=gate", "make evidence KIND=verification"]


def test_a_deployment_needs_a_tested_main_or_a_person_and_the_reviewers_of_its_environment() -> None:
    started = yaml.safe_load((ROOT / ".github" / "workflows" / "deploy.yml").read_text())[True]
    assert started["workflow_run"] == {"workflows": ["ci"], "types": ["completed"], "branches": ["main"]}
    inputs = started["workflow_dispatch"]["inputs"]
    assert inputs["environment"]["options"] == ["staging", "prod"]
    assert deploy()["environment"] == "${{ inputs.environment || 'dev' }}"
    for condition in ("conclusion == 'success'", "event == 'push'", "head_branch == 'main'"):
        assert f"workflow_run.{condition}" in deploy()["if"]


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


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("      - run: echo ${{ github.event.pull_request.title }}\n", "potentially untrusted"),
        ("      - run: make check\n        wrong: 1\n", "unexpected key"),
        ("", ""),
    ],
)
def test_actionlint_finds_what_is_wrong_in_a_workflow_and_nothing_in_ours(
    tmp_path: Path, text: str, fault: str
) -> None:
    head = "on: pull_request\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make check\n"
    (tmp_path / "one.yml").write_text(head + text)
    options = ["-no-color", "-shellcheck=", "-pyflakes="]
    command = [str(find("actionlint")), *options, str(tmp_path / "one.yml"), *map(str, WORKFLOWS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == (1 if fault else 0), done.stdout
    assert fault in done.stdout


def test_the_pipelines_of_the_docs_are_yaml_and_call_what_there_is() -> None:
    page = (ROOT / "docs" / "delivery.md").read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    documents = [yaml.safe_load(block) for block in blocks]
    assert any("deploy-staging" in document for document in documents)
    called = re.findall(r"\bmake ([a-z-]+)((?: [A-Z_]+=\S+)*)", "".join(blocks))
    assert {target for target, _ in called} <= targets()
    assert {name for _, values in called for name in re.findall(r"([A-Z_]+)=", values)} <= set(GIVEN)
    verbs = set(re.findall(r"-m ops ([a-z-]+)", page))
    assert verbs <= {"promote", "evidence", "gate", "verify"}
