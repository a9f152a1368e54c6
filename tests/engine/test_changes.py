"""The command `changes`: commits of a small repository, each planned by its own code."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import engine.changes
from engine.changes import CACHE, changes
from engine.cli import app
from engine.errors import EngineError
from engine.plan import written
from model.changes.report import Report, Topic
from model.plan import FORMAT
from model.problems import BadInput
from model.vocabulary import Environment
from tests.plans import plan_document, planned_resource
from tests.tools import PROJECT

DEV = Environment.DEV
# Stands for a commit's engine: writes the plan that lies beside it, and counts how often it was asked.
ENGINE = """
import pathlib, sys
options = dict(part.split("=", 1) for part in sys.argv if part.startswith("--") and "=" in part)
(pathlib.Path(__file__).parent.parent / "asked").open("a").write("x")
text = pathlib.Path("plan.json").read_text()
if text.startswith("!"):
    sys.exit(text[1:])
pathlib.Path(options["--out"]).write_text(text)
"""


def plan(threshold: int, **more: Any) -> str:
    inputs = {"name": "prod-throttles", "threshold": threshold}
    resource = planned_resource("aws:cloudwatch/metricAlarm:MetricAlarm", "throttles", "dev", inputs=inputs)
    provider = planned_resource("pulumi:providers:aws", "aws", "dev", inputs={"region": "us-east-1"})
    return written({**plan_document(provider, resource, environment="dev"), **more})  # type: ignore[typeddict-item]


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(root: Path, content: str, engine: str = ENGINE) -> str:
    (root / "plan.json").write_text(content)
    (root / "engine" / "__main__.py").write_text(engine)
    git(root, "add", ".")
    git(root, "commit", "-qm", "x")
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a catalog, routes and a stand-in for the engine; its branch is `main`."""
    for folder in ("engine", "policy", "rules/alertmanager"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / ".tools").mkdir()
    (tmp_path / ".gitignore").write_text(".cache/\n.tools\nasked\n")
    (tmp_path / "engine" / "__init__.py").write_text("")
    (tmp_path / "policy" / "exceptions.yaml").write_text("exceptions: []\n")
    shutil.copytree(PROJECT / "catalog", tmp_path / "catalog")
    shutil.copy(PROJECT / engine.changes.ROUTING, tmp_path / "rules" / "alertmanager")
    git(tmp_path, "init", "-qb", "main")
    commit(tmp_path, plan(80))
    git(tmp_path, "checkout", "-qb", "change")
    return tmp_path


def asked(root: Path) -> int:
    return len((root / "asked").read_text()) if (root / "asked").exists() else 0


def entries(report: Report, topic: Topic) -> list[str]:
    return [f"{each.subject}: {each.detail}" for each in report.entries(topic)]


def test_both_commits_are_planned_by_their_own_code_and_compared(root: Path) -> None:
    head = commit(root, plan(90))
    report = changes(root, "main", [DEV]).report
    assert (report.base, report.head) == (git(root, "rev-parse", "main"), head)
    assert entries(report, Topic.ALARMS) == ["prod-throttles: threshold 80 -> 90"]
    (summary,) = report.summaries
    assert (summary.update, summary.usd_before, summary.usd_after) == (1, summary.usd_after, summary.usd_before)
    assert [each.rule for each in report.policies] == ["alarm-delivery", "owner-tags"]
    assert not any(each.new for each in report.policies)


def test_the_base_is_where_the_branches_parted(root: Path) -> None:
    commit(root, plan(90))
    git(root, "checkout", "-q", "main")
    commit(root, plan(70))
    git(root, "checkout", "-q", "change")
    assert entries(changes(root, "main", [DEV]).report, Topic.ALARMS) == ["prod-throttles: threshold 80 -> 90"]


def test_plans_of_commits_are_kept_and_those_of_changed_files_are_not(root: Path) -> None:
    commit(root, plan(90))
    changes(root, "main", [DEV])
    assert len(list((root / CACHE).glob(f"*-{FORMAT}/dev.json"))) == 2
    before = asked(root)
    assert changes(root, "main", [DEV]).report.sections
    assert asked(root) == before

    (root / "plan.json").write_text(plan(95))
    report = changes(root, "main", [DEV]).report
    assert report.head.endswith("+")
    assert entries(report, Topic.ALARMS) == ["prod-throttles: threshold 80 -> 95"]


def test_a_kept_plan_that_was_cut_short_is_made_again(root: Path) -> None:
    commit(root, plan(90))
    changes(root, "main", [DEV])
    for kept in (root / CACHE).glob("*/dev.json"):
        kept.write_text(kept.read_text()[:100])
    assert entries(changes(root, "main", [DEV]).report, Topic.ALARMS) == ["prod-throttles: threshold 80 -> 90"]


@pytest.mark.parametrize(
    ("base", "why"),
    [
        ("!1 mistake in the input", "1 mistake in the input"),
        (plan(80, format=1), "format: found 1; allowed: 2: write the plan again"),
        ("{", "Expecting property name"),
    ],
)
def test_a_base_that_cannot_be_planned_is_one_line_and_the_rest_is_reported(root: Path, base: str, why: str) -> None:
    git(root, "checkout", "-q", "main")
    commit(root, base)
    git(root, "checkout", "-qb", "later")
    routing = root / engine.changes.ROUTING
    routing.write_text(routing.read_text().replace("'#cloudmart-alerts'", "'#cloudmart-sre'"))
    commit(root, plan(90))
    report = changes(root, "main", [DEV]).report
    (note,) = report.notes
    assert note.startswith("dev, because the base cannot be planned: ")
    assert why in note
    assert report.sections == ()
    assert report.summaries[0].usd_after is not None
    assert report.policies


def test_a_change_that_does_not_build_is_an_error(root: Path) -> None:
    commit(root, "!1 mistake in the input, nothing was changed:\n  - catalog/shop.yaml: owner: missing")
    with pytest.raises(EngineError, match=r"dev: - catalog/shop\.yaml: owner: missing"):
        changes(root, "main", [DEV])


@pytest.mark.parametrize("base", ["nowhere", "--output=x", "", "a\nb"])
def test_a_base_that_git_does_not_know_is_bad_input(root: Path, base: str) -> None:
    with pytest.raises(BadInput, match="BASE: found"):
        changes(root, base, [DEV])
    assert asked(root) == 0


def test_the_command_prints_markdown_and_writes_page_and_report(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(root, plan(90))
    monkeypatch.setattr("engine.cli.ROOT", root)
    page, report = root / "asked-for" / "page.html", root / "asked-for" / "report.json"
    done = CliRunner().invoke(app, ["changes", "--base=main", f"--html={page}", f"--report={report}", "dev"])
    assert done.exit_code == 0, done.output
    assert "- **changed** `prod-throttles`: threshold 80 -&gt; 90 *(dev)*" in done.output
    assert "<code>prod-throttles</code>" in page.read_text()
    assert json.loads(report.read_text())["format"] == 1
    assert "Seconds: unpack the base" in done.output


def test_an_unknown_environment_is_bad_input() -> None:
    done = CliRunner().invoke(app, ["changes", "moon"])
    assert done.exit_code == 2
    assert "unknown environment 'moon'" in done.output
