"""The shipped rules of objectives: what promtool says of them, and that each alert has cases for and against."""

from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
import yaml

from authoring.rules import slo
from authoring.rules.slo.threshold import ALERT_NAMES
from authoring.text import to_yaml
from model.catalog import platform
from model.catalog.catalog import Catalog
from model.metrics import metric_names as names
from model.yaml_file import read_yaml
from tests.authoring.rules.slo_samples import HTTP, objective, system
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
    used = {rule["alert"] for file in FILES for rule in rules(file) if "alert" in rule}
    assert {case["alertname"] for case in cases if case["exp_alerts"]} == used
    assert {case["alertname"] for case in cases if not case["exp_alerts"]} == used


def test_all_alerts_of_objectives_come_from_the_few_names_that_have_runbooks() -> None:
    used = {rule["alert"] for file in FILES for rule in rules(file) if "alert" in rule}
    assert set(names.SLO_ALERTS) <= used <= {*names.SLO_ALERTS, *ALERT_NAMES}
    assert all((PROJECT / "docs" / "runbooks" / f"{alert}.md").is_file() for alert in used)


@pytest.mark.parametrize("file", FILES)
def test_a_service_that_may_not_page_has_no_critical_alert(file: str) -> None:
    catalog = Catalog.load(PROJECT / "catalog")
    systems = (*catalog.systems, platform.system(catalog.organization))
    system = next(s for s in systems if slo.path(s) == file)
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


def test_more_good_events_than_events_earn_no_budget_and_alert(tmp_path: Path) -> None:
    """Two counters that do not belong together, such as hits of which one lookup may make two."""
    counters = {"good": {"metric": "cache_hits_total"}, "total": {"metric": "cache_lookups_total"}}
    text = slo.rule_file(system(objective(sli={"kind": "ratio", **counters})))
    (tmp_path / "slo.yaml").write_text(text, encoding="utf-8")
    own = 'cluster="eu", system="shop", component="api", job="api", instance="a"'
    reported = 'count(ALERTS{alertname="SloMeasurementInvalid", alertstate="firing", severity="warning"})'
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
            {"expr": reported, "eval_time": "29m", "exp_samples": []},
            {"expr": reported, "eval_time": "100m", "exp_samples": one},
            {"expr": capped, "eval_time": "100m", "exp_samples": one},
        ],
    }
    document = {"rule_files": ["slo.yaml"], "evaluation_interval": "1m", "tests": [case]}
    (tmp_path / "cases.test.yaml").write_text(to_yaml(document, ""), encoding="utf-8")
    run("promtool", "test", "rules", tmp_path / "cases.test.yaml")


OWN = 'system="shop", component="api", job="api", instance="a", status="%s"'
STEP = 15


def run_over(folder: Path, text: str, series: dict[str, list[float]], checks: list[dict[str, Any]]) -> None:
    """Run promtool: ``series`` is cluster and status -> counts of every 15 seconds, rounded to whole events."""
    (folder / "slo.yaml").write_text(text, encoding="utf-8")
    inputs = []
    for name, rates in series.items():
        cluster, status = name.split()
        counts = [round(total) for total in accumulate(rate * STEP for rate in rates)]
        own = f'http_requests_total{{cluster="{cluster}", {OWN % status}}}'
        inputs.append({"series": own, "values": " ".join(map(str, counts))})
    case = {"interval": f"{STEP}s", "input_series": inputs, "promql_expr_test": checks}
    document = {"rule_files": ["slo.yaml"], "evaluation_interval": f"{STEP}s", "tests": [case]}
    (folder / "cases.test.yaml").write_text(to_yaml(document, ""), encoding="utf-8")
    run("promtool", "test", "rules", folder / "cases.test.yaml")


def steps(hours: float) -> int:
    return round(hours * 3600 / STEP)


def test_an_office_that_closes_pages_on_the_first_evening_only_and_a_stop_at_noon_still_pages(tmp_path: Path) -> None:
    # Busy for an hour and a half, closed, open again from the 23rd hour on; the second day is a quarter longer.
    closed = [*[10.0] * steps(1.5), *[0.0] * steps(21.5)]
    evening = [*closed, *[10.0] * steps(2.75), *[0.0] * steps(1)]
    noon = [*closed, *[10.0] * steps(1.25), *[0.0] * steps(2.5)]
    firing = 'count by (cluster) (ALERTS{alertname="SloNoData", alertstate="firing"})'
    both = [{"labels": f'{{cluster="{cluster}"}}', "value": 1} for cluster in ("evening", "noon")]
    checks = [
        {"expr": firing, "eval_time": "93m", "exp_samples": both},
        {"expr": firing, "eval_time": "24h17m", "exp_samples": both[1:]},
        {
            "expr": f"count by (cluster) (max_over_time(({firing})[3h:1m]))",
            "eval_time": "26h40m",
            "exp_samples": both[1:],
        },
    ]
    text = slo.rule_file(system(objective(), telemetry={"http": HTTP, "scrape": {}}))
    # Only what silence is made of: a day of evaluations takes a while.
    needed = {*map(names.events, ("30s", "5m", "15m", "30m", "1h")), names.OBJECTIVE_RATIO, names.SILENCE, None}
    (group,) = yaml.safe_load(text)["groups"]
    kept = [r for r in group["rules"] if r.get("record") in needed and r.get("alert", names.NO_DATA) == names.NO_DATA]
    text = to_yaml({"groups": [{**group, "rules": kept}]}, "")
    run_over(tmp_path, text, {"evening 200": evening, "noon 200": noon}, checks)


def test_a_blip_shorter_than_the_pending_period_does_not_page_and_a_longer_one_does(tmp_path: Path) -> None:
    def failing(seconds: int) -> dict[str, list[float]]:
        bad = seconds // STEP
        return {
            f"b{seconds} 200": [*[10.0] * 40, *[0.0] * bad, *[10.0] * (80 - bad)],
            f"b{seconds} 500": [*[0.0] * 40, *[10.0] * bad, *[0.0] * (80 - bad)],
        }

    series = {**failing(30), **failing(90)}
    fired = 'count by (cluster) (count_over_time(ALERTS{alertname="SloOutage", alertstate="firing"}[20m]))'
    both = [{"labels": f'{{cluster="{cluster}"}}', "value": 1} for cluster in ("b30", "b90")]
    for period, expected in (("0s", both), ("1m", both[1:])):
        text = slo.rule_file(system(objective(outage_for=period), telemetry={"http": HTTP, "scrape": {}}))
        run_over(tmp_path, text, series, [{"expr": fired, "eval_time": "20m", "exp_samples": expected}])
