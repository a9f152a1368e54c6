"""What contributors are shown is true: hooks that run, patterns that match, pages that exist."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tools.table import ROOT

HOOKS = [
    hook for repo in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"] for hook in repo["hooks"]
]
GUIDES = [
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/adr/*.md"), *ROOT.glob(".github/*.md"))
    if path.name != "CHANGELOG.md"
]


MOST_LINES = 400


def tracked() -> list[str]:
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    return list(filter(None, subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")))


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_runs_a_program_of_the_pinned_environment_on_files_that_exist(hook: dict[str, str]) -> None:
    program, module = re.match(r"(\S+) -m (\S+)", hook["entry"]).groups()  # type: ignore[union-attr]
    assert program == ".venv/bin/python"
    assert hook["language"] == "system", "a language of its own would bring a second pin"
    assert module == "ruff" or (ROOT / module / "__main__.py").is_file()
    assert "types_or" in hook or any(re.search(hook["files"], file) for file in tracked())


def test_the_hooks_check_lint_format_words_and_locks() -> None:
    assert {"ruff", "ruff-format", "prose", "assets", "lock"} == {hook["id"] for hook in HOOKS}


def test_every_pattern_of_the_example_of_owners_matches_a_file() -> None:
    patterns = [
        line.split()[0]
        for line in (ROOT / ".github" / "CODEOWNERS.example").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert patterns[0] == "*"
    files = tracked()
    unmatched = []
    for pattern in patterns[1:]:
        expression = re.escape(pattern.lstrip("/")).replace(r"\*", "[^/]*")
        if not any(re.match(expression + ("" if pattern.endswith("/") else "$"), file) for file in files):
            unmatched.append(pattern)
    assert unmatched == []


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_link_of_a_guide_leads_to_a_file(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []


def test_the_licences_name_every_chart() -> None:
    page = re.sub(r"[\s-]+", " ", (ROOT / "docs" / "licences.md").read_text().lower())
    # Charts that are named after something else than the program.
    called = {
        "kube-prometheus-stack": "prometheus operator",
        "prometheus-operator-crds": "prometheus operator",
        "prometheus-blackbox-exporter": "blackbox",
        "prometheus-yet-another-cloudwatch-exporter": "yace",
        "prometheus-elasticsearch-exporter": "elasticsearch and postgresql exporters",
        "eck-operator": "elastic cloud on kubernetes",
        "eck-stack": "kibana",
        "karpenter-crd": "karpenter",
    }
    charts = yaml.safe_load((ROOT / "components" / "charts.yaml").read_text())["charts"]
    assert [chart for chart in charts if called.get(chart, chart.replace("-", " ")) not in page] == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_has_its_number_context_decision_and_consequences(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {int(path.name[:4])}. ")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings[:3] == ["Context", "Decision", "Consequences"]
    assert len(text.splitlines()) <= 60


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")), ids=lambda path: path.stem
)
def test_a_form_for_issues_has_what_github_asks(path: Path) -> None:
    form = yaml.safe_load(path.read_text())
    if path.stem == "config":
        assert form == {"blank_issues_enabled": True}
        return
    assert {"name", "description", "body"} <= set(form)
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert len({field["id"] for field in fields}) == len(fields) > 0
    assert all(field["attributes"]["label"] for field in fields)


def test_no_python_file_is_longer_than_the_limit() -> None:
    """Beyond it a file has more than one idea; tests and helpers too."""
    lengths = {
        file: len((ROOT / file).read_text(encoding="utf-8").splitlines())
        for file in tracked()
        if file.endswith(".py") and (ROOT / file).is_file()
    }
    assert {file: length for file, length in lengths.items() if length > MOST_LINES} == {}
