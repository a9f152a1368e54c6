"""The shipped rules of objectives: what promtool says of them, and that each alert has cases for and against."""

from pathlib import Path
from typing import Any

import pytest

from authoring import slo
from authoring.text import to_yaml
from model.catalog.catalog import Catalog
from model.metrics import metric_names as names
from model.yaml_file import read_yaml
from tests.authoring.test_slo import objective, system
from tests.rules.promtool import counter
from tests.tools import PROJECT, run

CASES = sorted((PROJECT / "tests" / "rules" / "slo").glob("*.test.yaml"))
FILES = sorted(slo.generate(Catalog.load(PROJECT / "catalog")))


def rules(file: str) -> list[dict[str, Any]]:
    return [rule for group in read_yaml(PROJECT / file)["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("file", FILES)
def test_promtool_accepts_the_rules(file: str) -> None:
    assert "SUCCESS" in run("promtool", "check", "rules", "--lint=all", "--lint-fatal", file)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_every_case_comes_out_as_written(case: Path) -> None:
    run("promtool", "test", "rules", case)


def test_every_alert_has_a_case_that_fires_and_one_that_stays_silent() -> None:
    cases = [case for path in CASES for test in read_yaml(path)["tests"] for case in test.get("alert_rule_test", ())]
    assert {case["alertname"] for case in cases if case["exp_alerts"]} == set(names.SLO_ALERTS)
    assert {case["alertname"] for case in cases if not case["exp_alerts"]} == set(names.SLO_ALERTS)


def test_all_alerts_of_objectives_come_from_the_few_names_that_have_runbooks() -> None:
    used = {rule["alert"] for file in FILES for rule in rules(file) if "alert" in rule}
    assert used == set(names.SLO_ALERTS)
    assert all((PROJECT / "docs" / "runbooks" / f"{alert}.md").is_file() for alert in used)


@pytest.mark.parametrize("file", FILES)
def test_a_service_that_pages_nobody_has_no_critical_alert(file: str) -> None:
    catalog = Catalog.load(PROJECT / "catalog")
    system = next(s for s in catalog.systems if slo.path(s) == file)
    silent = {
        (part.name, objective.name)
        for part in (*system.components, *system.resources)
        for objective in part.objectives
        if not objective.page
    }
    for rule in rules(file):
        labels = rule["labels"]
        if (labels["component"], labels["objective"]) in silent:
            assert labels.get("severity") != "critical", rule["alert"]


def test_more_good_events_than_events_earn_no_budget_and_somebody_is_told(tmp_path: Path) -> None:
    """Two counters that do not belong together, such as hits of which one lookup may make two."""
    counters = {"good": {"metric": "cache_hits_total"}, "total": {"metric": "cache_lookups_total"}}
    text = slo.rule_file(system(objective(sli={"kind": "ratio", **counters})))
    (tmp_path / "slo.yaml").write_text(text, encoding="utf-8")
    own = 'cluster="eu", system="shop", component="api", job="api", instance="a"'
    told = 'count(ALERTS{alertname="SloMeasurementInvalid", alertstate="firing", severity="warning"})'
    # Nothing is bad and the budget is whole; a budget above 1 would hide the next outage.
    capped = (
        f"count({names.error_ratio('5m')} == 0 and {names.error_ratio('1h')} == 0 and {names.BUDGET_REMAINING} == 1)"
    )
    one = [{"labels": "{}", "value": 1}]
    case = {
        "interval": "1m",
        "input_series": [
            {"series": f"cache_lookups_total{{{own}}}", "values": counter(600, 600, 30, 120)},
            {"series": f"cache_hits_total{{{own}}}", "values": counter(600, 900, 30, 120)},
        ],
        "promql_expr_test": [
            {"expr": told, "eval_time": "29m", "exp_samples": []},
            {"expr": told, "eval_time": "100m", "exp_samples": one},
            {"expr": capped, "eval_time": "100m", "exp_samples": one},
        ],
    }
    document = {"rule_files": ["slo.yaml"], "evaluation_interval": "1m", "tests": [case]}
    (tmp_path / "cases.test.yaml").write_text(to_yaml(document, ""), encoding="utf-8")
    run("promtool", "test", "rules", tmp_path / "cases.test.yaml")
