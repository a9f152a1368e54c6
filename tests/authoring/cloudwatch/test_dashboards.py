"""The generated CloudWatch dashboards: complete, well-formed, and within what CloudWatch takes."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

import boto3
import pytest
from moto import mock_aws

from authoring.cloudwatch.board import Curve, Graph, Section, body, filled
from authoring.cloudwatch.dashboards import BILLED_SERVICES, TRAFFIC, alarm_files, generate, system_board
from components.cloudwatch_dashboards import filled as deployed
from model.alarms.alarm import AlarmFile, alarms_for
from model.catalog.catalog import Catalog
from model.catalog.resources import RESOURCE_MODELS
from model.catalog.system import System
from model.dimensions import shipped
from model.problems import BadInput
from model.size_limits import DASHBOARD_BODY, DASHBOARD_METRICS
from tests.model.catalogs import changed, good_system, write_catalog
from tests.tools import PROJECT

CATALOG = Catalog.load(PROJECT / "catalog")
FILES = alarm_files(PROJECT)
BOARDS = generate(CATALOG, FILES)
PLACES = {"region": "eu-central-1", "cluster": "main", "account": "123456789012"}

every_board = pytest.mark.parametrize("path", sorted(BOARDS), ids=lambda path: Path(path).stem)


def widgets(path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(BOARDS[path])["widgets"]
    return found


def graphs(path: str) -> list[dict[str, Any]]:
    return [widget["properties"] for widget in widgets(path) if widget["type"] == "metric"]


def metrics(path: str) -> Iterator[list[Any]]:
    """Entries that are metrics, without those that are math."""
    for graph in graphs(path):
        yield from (entry for entry in graph["metrics"] if isinstance(entry[0], str))


def dimensions(entry: list[Any]) -> dict[str, str]:
    names = entry[2:-1]
    return dict(zip(names[::2], names[1::2], strict=True))


# --- The form


@every_board
def test_every_widget_lies_within_the_grid_and_on_no_other(path: str) -> None:
    cells: Counter[tuple[int, int]] = Counter()
    for widget in widgets(path):
        assert widget["width"] >= 1
        assert widget["height"] >= 1
        assert 0 <= widget["x"] <= widget["x"] + widget["width"] <= 24
        cells.update(
            (widget["x"] + right, widget["y"] + down)
            for right in range(widget["width"])
            for down in range(widget["height"])
        )
    assert max(cells.values()) == 1


@every_board
def test_every_graph_has_a_title_a_unit_and_a_region(path: str) -> None:
    assert graphs(path)
    for graph in graphs(path):
        assert graph["title"]
        assert graph["yAxis"]["left"]["label"]
        assert graph["region"] in ("${region}", "us-east-1")
        assert graph["period"] % 60 == 0


@every_board
def test_every_metric_is_written_as_cloudwatch_reads_it(path: str) -> None:
    for graph in graphs(path):
        ids = [entry[-1]["id"] for entry in graph["metrics"]]
        assert len(ids) == len(set(ids))
        for entry in graph["metrics"]:
            *names, options = entry
            if names:
                assert len(names) >= 2
                assert len(names) % 2 == 0
                assert all(isinstance(name, str) and name for name in names)
                assert options["stat"]
            else:
                assert set(re.findall(r"\b[a-z][a-zA-Z0-9_]*", options["expression"])) <= set(ids)
        assert any(entry[-1].get("visible", True) for entry in graph["metrics"])


@every_board
def test_every_metric_exists_under_these_dimensions(path: str) -> None:
    """What the dimension catalogue knows; the rest is the cost board's own, and listed here."""
    unlisted = set()
    for entry in metrics(path):
        facts = shipped().facts(entry[0], entry[1])
        if facts is None:
            unlisted.add((entry[0], entry[1]))
        else:
            assert set(dimensions(entry)) in [set(allowed) for allowed in facts.dimensions], entry
    assert unlisted <= {("AWS/Logs", "IncomingBytes"), ("AWS/Usage", "CallCount"), ("AWS/Billing", "EstimatedCharges")}


@every_board
def test_a_board_is_within_the_limits(path: str) -> None:
    assert sum(len(graph["metrics"]) for graph in graphs(path)) <= DASHBOARD_METRICS.most
    assert len(BOARDS[path].encode()) < DASHBOARD_BODY.most


@every_board
def test_nothing_of_an_environment_stands_in_a_file(path: str) -> None:
    template = Template(BOARDS[path])
    assert template.is_valid()
    assert set(template.get_identifiers()) <= set(PLACES)
    assert not re.search(r"(?<!\$)\{(region|cluster|account)\}", BOARDS[path])


def test_the_same_catalog_makes_the_same_bytes() -> None:
    turned = Catalog.of(CATALOG.organization, reversed(CATALOG.systems))
    assert generate(turned, FILES) == BOARDS


@mock_aws
@every_board
def test_aws_takes_every_board_and_gives_it_back(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "testing")
    client = boto3.client("cloudwatch", region_name="eu-central-1")
    text = deployed(BOARDS[path], PLACES)
    assert "${" not in text
    client.put_dashboard(DashboardName=Path(path).stem, DashboardBody=text)
    assert client.get_dashboard(DashboardName=Path(path).stem)["DashboardBody"] == text


# --- What is on them


def alarmed(system: System) -> bool:
    """Whether the system has anything to draw."""
    kinds = {resource.kind for resource in system.resources}
    return bool(kinds & {*TRAFFIC, *(file.applies_to for file in FILES)})


def test_there_is_a_board_for_each_system_that_uses_aws_one_for_the_cluster_and_one_for_cost() -> None:
    systems = {system_board(system.system) for system in CATALOG.systems if alarmed(system)}
    assert {Path(path).stem for path in BOARDS} == {*systems, "cloudwatch-eks", "cloudwatch-cost"}


def test_every_alarm_of_a_resource_is_drawn_with_its_threshold() -> None:
    for system in CATALOG.systems:
        drawn = graphs(f"dashboards/cloudwatch/{system_board(system.system)}.json") if alarmed(system) else []
        shown = {
            (entry[1], tuple(sorted(dimensions(entry).items())), line["value"])
            for graph in drawn
            for line in graph.get("annotations", {}).get("horizontal", [])
            for entry in graph["metrics"]
            if isinstance(entry[0], str)
        }
        for resource in map(system.with_thresholds, system.resources):
            for alarm in (a for f in FILES if f.applies_to == resource.kind for a in alarms_for(f, resource)):
                if alarm.row.threshold.band is None:
                    first = alarm.metrics[0]
                    filled_in = {filled(key): filled(value) for key, value in first.dimensions.items()}
                    assert (first.metric, tuple(sorted(filled_in.items())), float(alarm.threshold)) in shown, alarm.key


def row(name: str, **changes: Any) -> dict[str, Any]:
    good = {
        "name": name,
        "pack": "must-have",
        "metrics": [{"metric": "ReadThrottleEvents", "statistic": "Sum", "dimensions": {"TableName": "{table}"}}],
        "datapoints": 5,
        "periods": 5,
        "threshold": 10,
        "unit": "Count",
        "missing_data": "notBreaching",
        "severity": "warning",
        "summary": "Something.",
        "reason": "It hurts.",
        "source": "Ours",
        "impact": "Users wait.",
        "checks": ["Look."],
        "mitigation": ["Scale out."],
    }
    return {**good, **changes}


def drawn(tmp_path: Path, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    """The graphs of one table with two indexes, under these alarm rows, without those of traffic."""
    table = {
        "kind": "dynamodb-table",
        "name": "orders",
        "description": "Orders.",
        "table": "shop-orders",
        "billing": "on-demand",
        "indexes": [{"name": "by-customer"}, {"name": "by-status"}],
    }
    shop = changed(good_system(), ("resources",), [table])
    for component in shop["components"]:
        component["depends_on"] = []
    catalog = Catalog.load(write_catalog(tmp_path, [shop]))
    content = {"namespace": "AWS/DynamoDB", "applies_to": "dynamodb-table", "alarms": list(rows)}
    file = AlarmFile.model_validate(content)
    board = json.loads(generate(catalog, [file])["dashboards/cloudwatch/aws-shop.json"])
    found = [widget["properties"] for widget in board["widgets"] if widget["type"] == "metric"]
    return found[len(TRAFFIC[catalog.systems[0].resources[0].kind]) :]


def test_a_warning_and_a_page_on_one_measure_are_two_lines_in_one_graph(tmp_path: Path) -> None:
    (graph,) = drawn(tmp_path, row("some"), row("many", threshold=100, severity="critical"))
    assert graph["title"] == "ReadThrottleEvents (Sum)"
    assert len(graph["metrics"]) == 1
    assert [(line["value"], line["label"], line["fill"]) for line in graph["annotations"]["horizontal"]] == [
        (10.0, "warning: some", "above"),
        (100.0, "critical: many", "above"),
    ]


def test_the_indexes_of_a_table_are_curves_of_one_graph(tmp_path: Path) -> None:
    by_index = {"TableName": "{table}", "GlobalSecondaryIndexName": "{index}"}
    measure = [{"metric": "ReadThrottleEvents", "statistic": "Sum", "dimensions": by_index}]
    (graph,) = drawn(tmp_path, row("index-throttles", each="index", metrics=measure))
    assert graph["title"] == "ReadThrottleEvents (Sum) by index"
    assert [(dimensions(entry)["GlobalSecondaryIndexName"], entry[-1]["label"]) for entry in graph["metrics"]] == [
        ("by-customer", "by-customer"),
        ("by-status", "by-status"),
    ]
    assert len(graph["annotations"]["horizontal"]) == 1


def test_metric_math_is_drawn_as_its_result_with_ids_of_its_own(tmp_path: Path) -> None:
    measure = [
        {"id": "used", "metric": "ConsumedReadCapacityUnits", "statistic": "Sum"},
        {"id": "granted", "metric": "ProvisionedReadCapacityUnits", "statistic": "Average"},
    ]
    named = [{**each, "dimensions": {"TableName": "{table}"}} for each in measure]
    math = row(
        "read-capacity",
        metrics=named,
        expression="100*(FILL(used,0)/PERIOD(used))/FILL(granted,REPEAT)",
        period_seconds=300,
        unit="Percent",
    )
    (graph,) = drawn(tmp_path, math)
    assert (graph["title"], graph["period"], graph["yAxis"]["left"]["label"]) == ("Read capacity", 300, "Percent")
    *hidden, result = [entry[-1] for entry in graph["metrics"]]
    assert [entry["visible"] for entry in hidden] == [False, False]
    assert result["expression"] == "100*(FILL(used0,0)/PERIOD(used0))/FILL(granted0,REPEAT)"


def test_anomaly_detection_is_drawn_as_a_band_and_not_as_a_line(tmp_path: Path) -> None:
    (graph,) = drawn(tmp_path, row("surge", threshold={"band": 3}, unit="StandardDeviations"))
    assert graph["metrics"][-1][0]["expression"] == "ANOMALY_DETECTION_BAND(m0, 3)"
    assert "annotations" not in graph


def test_traffic_names_words_that_the_resources_have_and_metrics_that_exist() -> None:
    for kind, rows in TRAFFIC.items():
        for _, namespace, metric, statistic, needed in rows:
            facts = shipped().facts(namespace, metric)
            assert facts is not None, metric
            assert statistic in facts.statistics
            assert set(needed) in [set(allowed) for allowed in facts.dimensions]
            for value in needed.values():
                assert value.strip("{}") in RESOURCE_MODELS[kind].words()


def test_charges_are_read_where_aws_publishes_them() -> None:
    total, services = graphs("dashboards/cloudwatch/cloudwatch-cost.json")[:2]
    assert total["region"] == services["region"] == "us-east-1"
    assert [dimensions(entry)["ServiceName"] for entry in services["metrics"]] == list(BILLED_SERVICES)


# --- Limits and placeholders


def test_a_board_larger_than_cloudwatch_takes_is_refused() -> None:
    curves = [Curve(id=f"m{n}", label="m", namespace="AWS/SQS", metric="m", statistic="Sum") for n in range(500)]
    graph = Graph(title="Many", unit="Count", period_seconds=60, curves=curves)
    more = Graph(title="More", unit="Count", period_seconds=60, curves=curves[:1])
    body("full", [Section(heading="# Full", graphs=[graph] * 5)])
    message = "big: found a CloudWatch dashboard of 2,501 metrics; allowed: at most 2,500; split the system"
    with pytest.raises(BadInput, match=message):
        body("big", [Section(heading="# Big", graphs=[*[graph] * 5, more])])


def test_a_dollar_sign_of_a_name_survives_and_the_places_of_alarm_rows_become_placeholders() -> None:
    assert filled("{account}/$latest") == "${account}/$$latest"
    assert Template(filled("{account}/$latest")).substitute(PLACES) == "123456789012/$latest"


def test_sections_follow_each_other_without_overlap() -> None:
    curve = Curve(id="m0", label="m", namespace="AWS/SQS", metric="m", statistic="Sum")
    graph = Graph(title="One", unit="Count", period_seconds=60, curves=[curve])
    placed = json.loads(body("b", [Section(heading="# A", graphs=[graph] * 4), Section(heading="# B", graphs=[graph])]))
    rows = [(widget["type"], widget["x"], widget["y"]) for widget in placed["widgets"]]
    assert rows == [
        ("text", 0, 0),
        ("metric", 0, 2),
        ("metric", 8, 2),
        ("metric", 16, 2),
        ("metric", 0, 8),
        ("text", 0, 14),
        ("metric", 0, 16),
    ]
