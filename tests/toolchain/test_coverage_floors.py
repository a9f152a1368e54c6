"""Each package has a floor for its coverage, and one below it fails `make test`."""

import json
import tomllib
from pathlib import Path

import pytest

from tools import coverage_floors
from tools.coverage_floors import covered, main
from tools.table import ROOT

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
FILES = {
    "lab/a.py": {"executed_lines": [1, 2], "missing_lines": [3]},
    "lab/b/c.py": {"executed_lines": [1], "missing_lines": []},
    "ops/__init__.py": {"executed_lines": [], "missing_lines": []},
    "model/a.py": {"executed_lines": [], "missing_lines": [1, 2, 3, 4]},
}


@pytest.mark.parametrize(("packages", "percent"), [("lab", 75), ("lab,model", 37.5), ("ops", 0), ("jobs", 0)])
def test_the_lines_of_packages_count_together(packages: str, percent: float) -> None:
    assert covered(packages, FILES) == percent


def test_every_measured_package_has_a_floor() -> None:
    assert ",".join(SETTINGS["belfry"]["coverage"]) == SETTINGS["slipcover"]["source"]


def test_the_command_names_what_is_below_its_floor_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.belfry.coverage]\nlab = 75\nmodel = 1\n")
    monkeypatch.setattr(coverage_floors, "ROOT", tmp_path)
    report = tmp_path / "coverage.json"
    report.write_text(json.dumps({"files": FILES}))
    assert main([str(report)]) == 1
    assert capsys.readouterr().err == "model: 0.0 % of lines are covered; pyproject.toml requires 1 %\n"
    assert main([str(tmp_path / "none.json")]) == 2
