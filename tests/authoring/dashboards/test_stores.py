"""Boards of databases, caches, queues and AWS: what their queries answer and cost, and whose limits they show."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml

from authoring.cloudwatch.dashboards import alarm_files
from authoring.dashboards.boards import aws_services, caches, databases, dynamodb, queues
from authoring.dashboards.kit import cloudwatch, thresholds
from authoring.dashboards.kit.thresholds import NO_LIMIT, Steps, falling, rising
from checks.boards import belfry
from checks.boards.document import Document, language
from model.alarms.rows import AlarmRow
from model.catalog.catalog import Catalog
from model.catalog.thresholds import Threshold
from model.dimensions import MetricUnit, objections, shipped
from model.vocabulary import Signal
from tests.tools import PROJECT

CATALOG = Catalog.load(PROJECT / "catalog")
MAKERS = (databases.boards, caches.boards, queues.boards, dynamodb.boards, aws_services.boards)
BOARDS = {board.name: board.document() for make in MAKERS for board in make(CATALOG)}
ROWS = {row.name: row for file in alarm_files(PROJECT) for row in file.alarms}
# Those of objectives are long, and no board of these shows a limit of theirs.
RULES = [path for path in sorted((PROJECT / "rules" / "prometheus").glob("*.yaml")) if "slo-" not in path.name]

boards = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)


# ---------------------------------------------------------------------------------------------------------------------
# What CloudWatch is asked, and what that costs.


def asked(board: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for panel, target in Document(board).targets:
        if language(panel, target) == "cloudwatch":
            yield panel, target


@boards
def test_cloudwatch_is_queried_only_when_a_row_that_says_so_is_opened(board: dict[str, Any]) -> None:
    in_rows = {
        panel["id"]: row["title"] for row in board["panels"] if row["type"] == "row" for panel in row.get("panels", ())
    }
    for panel, _ in asked(board):
        assert "queries CloudWatch: billed per query" in in_rows[panel["id"]]
        assert "0.01 USD per 1,000" in panel["description"]
        assert board["refresh"] == cloudwatch.REFRESH


@boards
def test_every_metric_of_cloudwatch_exists_with_these_dimensions(board: dict[str, Any]) -> None:
    found = [
        objection
        for _, target in asked(board)
        for objection in objections(
            shipped(),
            target["namespace"],
            target["metricName"],
            # Of a choice made in the board, or of all values, the name is what counts.
            dimensions=dict.fromkeys(target.get("dimensions", {}), "{chosen}"),
            statistic=target["statistic"],
            period_seconds=int(target["period"]),
        )
    ]
    assert found == []


@boards
def test_a_dimension_is_chosen_by_a_variable_of_the_board_or_is_any(board: dict[str, Any]) -> None:
    known = {f"${variable['name']}" for variable in board["templating"]["list"]}
    for panel, target in asked(board):
        for values in target.get("dimensions", {}).values():
            for value in values:
                assert value in known | {"*"} or value in ("GetItem", "PutItem", "Query"), panel["title"]


def test_the_boards_that_ask_cloudwatch_do_ask_it() -> None:
    assert {uid for uid, board in BOARDS.items() if list(asked(board))} == {"belfry-aws", "belfry-dynamodb"}


# ---------------------------------------------------------------------------------------------------------------------
# Limits.


@cache
def rules() -> list[dict[str, Any]]:
    files = [yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) for path in RULES]
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


@cache
def numbers_of_alerts() -> dict[str, set[float]]:
    """Alert -> every number in its expressions."""
    found: dict[str, set[float]] = {}
    for rule in rules():
        if name := rule.get("alert"):
            numbers = re.findall(r"(?<![\w.\[])\d+(?:\.\d+)?(?![\w.])", str(rule["expr"]))
            found.setdefault(name, set()).update(map(float, numbers))
    return found


def in_panels_unit(row: AlarmRow, unit: str) -> set[float]:
    """The row's own line, or those that the catalog draws for its signal."""
    scale = {("percentunit", MetricUnit.PERCENT): 100, ("s", MetricUnit.MILLISECONDS): 1000}.get((unit, row.unit), 1)
    drawn = {
        value
        for system in CATALOG.systems
        for part in (system, *system.components, *system.resources)
        for line in part.thresholds
        if line.signal is row.threshold.signal
        for value in (line.warning, line.critical)
    }
    given = (*drawn, row.threshold.value, row.threshold.otherwise)
    return {float(value) / scale for value in given if value is not None}


def limits(panel: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Unit and value of every limit, those of columns among them."""
    defaults = panel["fieldConfig"]["defaults"]
    places = [(defaults.get("unit", ""), defaults["thresholds"])]
    for override in panel["fieldConfig"].get("overrides", []):
        own = {each["id"]: each["value"] for each in override["properties"]}
        if "thresholds" in own:
            places.append((own.get("unit", defaults.get("unit", "")), own["thresholds"]))
    for unit, given in places:
        for step in given["steps"]:
            # Nothing is below zero: such a step only has the colour of a warning.
            if step.get("value"):
                yield unit, step["value"]


@boards
def test_a_limit_is_that_of_an_alert_whose_runbook_the_panel_links_to(board: dict[str, Any]) -> None:
    alerts = numbers_of_alerts()
    for panel in Document(board).panels:
        runbooks = [re.split(r"[/#]", link["url"].removesuffix(".md"))[-1] for link in panel.get("links", [])]
        # Counts of alerts, alike on all boards.
        if panel["title"] in ("Critical alerts", "Warning alerts", "Firing alerts"):
            continue
        for unit, value in limits(panel):
            allowed: set[float] = set()
            for runbook in runbooks:
                row = ROWS.get(runbook)
                allowed |= in_panels_unit(row, unit) if row else alerts.get(runbook, set())
            # "Above 0" of a count begins at 1.
            assert value in allowed or (value == 1 and 0 in allowed), (panel["title"], value, sorted(allowed))


def with_line(signal: Signal, **values: int) -> Catalog:
    """The catalog with one system and one line."""
    system = CATALOG.systems[0]
    line = {"signal": signal, "unit": signal.unit, "reason": "A test.", **values}
    threshold = Threshold.model_validate(line)
    bare = [part.model_copy(update={"thresholds": ()}) for part in system.components]
    only = system.model_copy(update={"thresholds": (threshold,), "components": tuple(bare), "resources": ()})
    return CATALOG.model_copy(update={"systems": (only,)})


def two_systems(*thresholds: tuple[int, int | None]) -> Catalog:
    """Percent of memory: warning and critical of each system."""
    systems = [
        with_line(Signal.MEMORY_USAGE, warning=warning, **({} if critical is None else {"critical": critical})).systems[
            0
        ]
        for warning, critical in thresholds
    ]
    return CATALOG.model_copy(update={"systems": tuple(systems)})


def steps(given: Steps) -> list[tuple[float | None, str]]:
    return [(step.value, step.color) for step in given]


LINES: dict[str, tuple[Catalog, Signal, Steps]] = {
    "what two systems share": (CATALOG, Signal.REPLICATION_LAG, rising(warn=30, bad=300)),
    "nothing where systems differ": (two_systems((70, 90), (80, 95)), Signal.MEMORY_USAGE, NO_LIMIT),
    "the critical one alone where only that is shared": (
        two_systems((70, 90), (80, 90)),
        Signal.MEMORY_USAGE,
        rising(bad=0.9),
    ),
    "nothing critical where one system has none": (
        two_systems((70, 90), (70, None)),
        Signal.MEMORY_USAGE,
        rising(warn=0.7),
    ),
    "below a warning alone it is a warning": (CATALOG, Signal.CACHE_HIT_RATIO, falling(warn=0, good=0.7)),
    "no line, no colour": (CATALOG.model_copy(update={"systems": ()}), Signal.QUEUE_LAG, NO_LIMIT),
    "a critical line alone": (with_line(Signal.QUEUE_LAG, critical=9), Signal.QUEUE_LAG, rising(bad=9)),
    "a critical line alone, from below": (
        with_line(Signal.CACHE_HIT_RATIO, critical=50),
        Signal.CACHE_HIT_RATIO,
        falling(good=0.5),
    ),
    "both, from below": (
        with_line(Signal.CACHE_HIT_RATIO, warning=80, critical=50),
        Signal.CACHE_HIT_RATIO,
        falling(warn=0.5, good=0.8),
    ),
}


@pytest.mark.parametrize("case", LINES)
def test_a_threshold_is_drawn_where_all_components_share_it(case: str) -> None:
    catalog, signal, expected = LINES[case]
    assert steps(thresholds.shared(catalog, signal)) == steps(expected)


# ---------------------------------------------------------------------------------------------------------------------
# Queries.


def test_a_signal_is_recorded_once_with_a_line_or_without() -> None:
    """Two rules of one name and one component would give every sample twice, and Prometheus refuses the second."""
    written = [
        json.dumps([rule["record"], dict(sorted(rule["labels"].items()))])
        for rule in rules()
        if "record" in rule and "component" in rule.get("labels", {})
    ]
    assert sorted({each for each in written if written.count(each) > 1}) == []
    hits = [each for each in written if "component:cache_hits:ratio_rate5m" in each]
    assert {json.loads(each)[1]["system"] for each in hits} == {"alchemorsel", "bakhmach"}, "one has no line for it"


@boards
def test_the_first_view_asks_at_most_twelve_queries_of_recorded_series(board: dict[str, Any]) -> None:
    assert belfry.first_view(board) <= belfry.FIRST_VIEW
    assert [message for message in belfry.findings(board) if "first view" in message] == []
