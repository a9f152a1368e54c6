"""``make rules-check`` as a person and as a pipeline see it: what complains, where, and how it ends."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from authoring.__main__ import main
from checks.rules import command as rules_check
from checks.rules import exceptions
from tests.tools import BUILT, PROJECT

ALERT = """\
groups:
  - name: test
    rules:
      - alert: ServiceDown
        expr: {expr}
        for: 5m
        labels: {{severity: warning, team: platform, system: platform, component: api}}
        annotations:
          summary: Down
          description: It is down.
          dashboard_url: /d/belfry-service
"""
LOG_ALERT = ALERT.replace("{expr}", "'{expr}'")
LINES = 'sum by (service_name) (count_over_time({{service_name=~".+"}} |= "x" [{window}])) > 1'
ROUTES = "route: {{receiver: {receiver}}}\nreceivers: [{{name: nobody}}]\n"
REST = "version: 1.0.0, maturity: stable, owner: platform, description: An example."
MANIFEST = f"""\
bundles:
  - {{name: metrics, kind: prometheus, path: prometheus/metrics.yaml, {REST}}}
  - {{name: lines, kind: loki, path: loki/lines.yaml, {REST}}}
  - {{name: routes, kind: alertmanager, path: alertmanager/routes.yaml, {REST}}}
"""
CASES = """\
rule_files: [../../rules/prometheus/metrics.yaml]
tests:
  - interval: 1m
    input_series: [{{series: 'up{{job="api", cluster="eu"}}', values: 0x10}}]
    promql_expr_test:
      - expr: count(ALERTS{{alertstate="firing", level=""}})
        eval_time: 8m
        exp_samples: [{{labels: '{{}}', value: {firing}}}]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project in which nothing is wrong."""
    write(tmp_path)
    (tmp_path / "rules" / "manifest.yaml").write_text(MANIFEST, encoding="utf-8")
    shutil.copytree(PROJECT / "catalog", tmp_path / "catalog")
    (tmp_path / "docs" / "runbooks").mkdir(parents=True)
    (tmp_path / "docs" / "runbooks" / "ServiceDown.md").touch()
    (tmp_path / exceptions.FILE).parent.mkdir(parents=True)
    (tmp_path / exceptions.FILE).write_text("exceptions: []\n", encoding="utf-8")
    (tmp_path / ".tools").mkdir()
    (tmp_path / ".tools" / "bin").symlink_to(BUILT)
    return tmp_path


def write(
    root: Path, *, expr: str = "'up{job=\"api\"} == 0'", window: str = "5m", receiver: str = "nobody", firing: int = 1
) -> None:
    for file, text in {
        "rules/prometheus/metrics.yaml": ALERT.format(expr=expr),
        "rules/loki/lines.yaml": LOG_ALERT.format(expr=LINES.format(window=window)),
        "rules/alertmanager/routes.yaml": ROUTES.format(receiver=receiver),
        "tests/rules/metrics.test.yaml": CASES.format(firing=firing),
    }.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    monkeypatch.setattr(sys, "argv", ["authoring", "rules-check", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_good_rules_pass_every_check(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "--root", root) == 0

    said = capsys.readouterr().out
    assert "6 checks, 0 complaints" in said
    for check in ("promtool check", "promtool test", "lokitool lint", "lokitool check", "amtool check", "linter"):
        assert check in said


def test_each_check_complains_of_what_is_its_own(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, expr="'count(up) == 0'", window="5 minutes", receiver="somebody", firing=2)

    assert command(monkeypatch, "--root", root, "--json") == 1

    outcomes = json.loads(capsys.readouterr().out)
    found = {o["check"]: [(c["file"], c["line"]) for c in o["complaints"]] for o in outcomes if o["complaints"]}
    assert found["linter"] == [("rules/prometheus/metrics.yaml", 5)] * 2
    assert [file for file, _ in found["lokitool lint"]] == ["rules/loki/lines.yaml"]
    assert [file for file, _ in found["amtool check"]] == ["rules/alertmanager/routes.yaml"]
    assert [file for file, _ in found["promtool test"]] == ["tests/rules/metrics.test.yaml"]
    assert "promtool check" not in found


def test_a_template_variable_that_there_is_not_is_reported(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = root / "rules" / "prometheus" / "metrics.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("It is down.", "Down in {{ $lables.job }}."))

    assert command(monkeypatch, "--root", root) == 1

    said = capsys.readouterr().out
    assert 'rules/prometheus/metrics.yaml: group "test", rule 1, "ServiceDown": annotation "description"' in said
    assert 'undefined variable "$lables" (promtool check)' in said


def test_complaints_stand_above_the_table_with_file_and_line(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, expr="'up{job=\"api\"} > 1'")

    assert command(monkeypatch, "--root", root) == 1

    said = capsys.readouterr().out
    assert "rules/prometheus/metrics.yaml:5: ServiceDown: the left side lies between 0 and 1" in said
    assert "6 checks, 2 complaints" in said  # its case does not fire either


def test_missing_tools_a_broken_manifest_and_a_broken_catalog_are_all_named_and_nothing_runs(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / ".tools" / "bin").unlink()
    monkeypatch.setenv("PATH", str(root))
    (root / "rules" / "manifest.yaml").write_text("bundels: []\n", encoding="utf-8")
    (root / "catalog" / "bakhmach.yaml").write_text("system: bakhmach\n", encoding="utf-8")

    assert command(monkeypatch, "--root", root) == 2

    said = capsys.readouterr().err
    assert "rules/manifest.yaml: bundels: unknown key" in said
    assert "catalog/bakhmach.yaml: title: missing" in said
    for tool in rules_check.TOOLS:
        assert f"found no {tool}, neither in .tools/bin nor on PATH; allowed: `make tools TOOL={tool}`" in said


def test_the_projects_own_rules_cases_and_routes_are_all_looked_at() -> None:
    jobs = {(job.check, job.file) for job in rules_check.jobs(PROJECT)}

    assert ("promtool check", "rules/prometheus/security.yaml") in jobs
    assert ("promtool test", "tests/rules/prometheus/security.test.yaml") in jobs
    assert ("lokitool check", "rules/loki/audit.yaml") in jobs
    assert ("amtool check", "rules/alertmanager/alertmanager.yaml") in jobs
    assert ("routes", "tests/rules/test_routes.py") in jobs
