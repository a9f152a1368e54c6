"""Business boards: which systems get one, what is on it, and that their queries answer."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from authoring.__main__ import app
from authoring.dashboards.boards import ai, business
from authoring.dashboards.boards import cost as cost_board
from authoring.dashboards.kit import kpi_panels
from authoring.dashboards.queries import business as queries
from authoring.dashboards.queries import cost, traces
from authoring.rules import kpis
from authoring.rules.recording import boards as series
from authoring.rules.recording import product
from checks.boards import belfry
from checks.boards.document import Document
from model.catalog.catalog import Catalog
from model.catalog.kpis import Kpi, KpiAlert
from model.catalog.system import System
from model.dashboards import Board as Uid
from tests.authoring.dashboards.test_queries import answers
from tests.tools import PROJECT, run

CATALOG = Catalog.load(PROJECT / "catalog")
SHOP = CATALOG.systems[0].model_copy(update={"system": "shop", "title": "Shop", "kpis": ()})
WITHOUT = CATALOG.model_copy(update={"systems": (*CATALOG.systems, SHOP)})
KPIS = [
    pytest.param(system, kpi, id=f"{system.system}/{kpi.name}") for system in CATALOG.systems for kpi in system.kpis
]


def of(uid: str, catalog: Catalog = CATALOG) -> dict[str, Any]:
    return {board.name: board.document() for board in business.boards(catalog)}[uid]


def kpi(**alerts: object) -> Kpi:
    found = next(kpi for kpi in CATALOG.systems[0].kpis if kpi.alerts)
    return found.model_copy(update={"alerts": KpiAlert.model_validate({"reason": "Why.", **alerts})})


def test_every_system_with_business_numbers_has_a_board() -> None:
    names = [board.name for board in business.boards(CATALOG)]
    assert names == ["belfry-business", *(f"belfry-business-{system.system}" for system in CATALOG.systems)]


def test_a_system_without_business_numbers_has_no_board_and_the_overview_says_so() -> None:
    assert f"{Uid.BUSINESS}-shop" not in [board.name for board in business.boards(WITHOUT)]
    assert "Shop (shop)" in json.dumps(of("belfry-business", WITHOUT))
    assert "Systems without a board" not in json.dumps(of("belfry-business"))


# Grafana's own, public/app/features/variables/utils.ts: what it looks up among the variables of a board.
VARIABLE = re.compile(r"\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^\}]+))?(?::([^\}]+))?\}")


def texts(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        document = list(document.values())
    if isinstance(document, list):
        for below in document:
            yield from texts(below)
    elif isinstance(document, str):
        yield document


def test_what_looks_like_a_variable_in_the_catalogs_texts_is_shown_as_it_is_written() -> None:
    hostile = "Cost $system of ${cluster:raw}, $$kpi and [[component]] or [[[system]]], at $5"
    first = CATALOG.systems[0]
    numbers = tuple(
        kpi.model_copy(
            update={
                "title": hostile,
                "description": hostile,
                "alerts": kpi.alerts and kpi.alerts.model_copy(update={"reason": hostile}),
            }
        )
        for kpi in first.kpis
    )
    system = first.model_copy(update={"title": hostile, "kpis": numbers})
    silent = SHOP.model_copy(update={"title": hostile})
    catalog = CATALOG.model_copy(update={"systems": (system, silent)})
    boards = [board for module in (business, ai, cost_board) for board in module.boards(catalog)]

    shown = [text for board in boards for text in texts(board.document().get("panels")) if "at $" in text]

    assert len(shown) > 2 * len(numbers)
    for text in shown:
        assert VARIABLE.findall(text[text.index("Cost") : text.rindex("at $") + 5]) == []
        assert hostile.removesuffix("5") in text.replace("\u200b", "")


def test_the_command_says_which_system_has_no_board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dashboards").mkdir()
    monkeypatch.setattr("authoring.bundles.assets.generate", lambda _: {})
    monkeypatch.setattr(Catalog, "load", lambda _: WITHOUT)
    monkeypatch.setattr("authoring.bundles.listing.list_new", lambda *_: ())
    said = CliRunner().invoke(app, ["assets", "--root", str(tmp_path)])
    assert "No business board of shop: the catalog has no kpis of theirs." in said.stdout


@pytest.mark.parametrize("system", CATALOG.systems, ids=lambda system: system.system)
def test_every_number_of_a_system_is_a_tile_and_a_curve_on_its_board(system: System) -> None:
    board = of(f"belfry-business-{system.system}")
    text = json.dumps(board)
    assert belfry.first_view(board) <= 2 + business.ON_FIRST_VIEW
    for number in system.kpis:
        assert f'kpi=\\"{number.name}\\"' in text
        assert kpi_panels.title(number) in text


def test_a_board_of_a_system_is_about_no_other() -> None:
    variables = {v["name"]: v for v in of("belfry-business-cloudmart")["templating"]["list"]}
    assert variables["system"]["type"] == "constant"
    assert variables["system"]["query"] == "cloudmart"
    assert variables["system"]["hide"] == 2


def test_a_row_of_the_overview_leads_to_the_board_of_its_system() -> None:
    links = [url for _, url in belfry.links(of("belfry-business")) if "__data.fields.system" in url]
    assert any(url.startswith("/d/belfry-business-${__data.fields.system}?") for url in links)
    dead = belfry.dead_links(of("belfry-business"), {"belfry-executive", "belfry-slo", "belfry-platform-home"}, set())
    assert [link for link in dead if "belfry-business-$" in link], "no system has a board"
    assert not [link for link in belfry.dead_links(of("belfry-business"), {"belfry-business-x"}, set()) if "-$" in link]


@pytest.mark.parametrize(
    ("alerts", "expected"),
    [
        ({"floor": 85}, [(None, "#F6BB00"), (85, "#009E73")]),
        ({"ceiling": 60, "severity": "critical"}, [(None, "#009E73"), (60, "#D55E00")]),
        ({"floor": 1, "ceiling": 2}, [(None, "#F6BB00"), (1, "#009E73"), (2, "#F6BB00")]),
        ({"drop_percent": 50}, [(None, "#0072B2")]),
    ],
)
def test_the_limits_of_a_panel_are_those_of_the_alerts(alerts: dict[str, object], expected: list[object]) -> None:
    ratio = next(k for system in CATALOG.systems for k in system.kpis if k.unit == "percent")
    limits = kpi_panels.limits(CATALOG.systems[0], ratio.model_copy(update={"alerts": kpi(**alerts).alerts}))
    assert [(step.value, step.color) for step in limits] == expected


def test_a_ceiling_of_nothing_colours_the_first_thing() -> None:
    number = next(k for system in CATALOG.systems for k in system.kpis if k.unit == "count")
    limits = kpi_panels.limits(CATALOG.systems[0], number.model_copy(update={"alerts": kpi(ceiling=0).alerts}))
    assert [step.value for step in limits] == [None, 1]


@pytest.mark.parametrize(("system", "number"), KPIS)
def test_a_panel_leads_to_the_alerts_about_its_number_and_to_no_others(system: System, number: Kpi) -> None:
    panel = kpi_panels.curve(system, number).build()
    linked = {link.url.rsplit("/", 1)[1].removesuffix(".md") for link in panel.links or () if link.url}
    assert ("It has no alert" in str(panel.description)) == (not linked)
    assert (kpis.DROPPED in linked) == bool(number.alerts and number.alerts.drop_percent)
    assert (kpis.BELOW_FLOOR in linked) == bool(number.alerts and number.alerts.floor is not None)
    assert (kpis.ABOVE_CEILING in linked) == bool(number.alerts and number.alerts.ceiling is not None)


def test_what_models_cost_has_the_lines_of_their_component() -> None:
    shop = next(system for system in CATALOG.systems if system.system == "cloudmart")
    cost_of_models = next(number for number in shop.kpis if number.name == "ai-cost-per-hour")
    assert [step.value for step in kpi_panels.limits(shop, cost_of_models)] == [None, 40, 150]


NOW = 'component:kpi:value{cluster="a", system="shop", component="web", kpi="%s"}'
OWN = 'cluster="a", system="shop", component="web"'
SUM = next(k for s in CATALOG.systems for k in s.kpis if k.name == "orders-per-minute")
SHARE = next(k for s in CATALOG.systems for k in s.kpis if k.name == "ai-accuracy")
EDGE = 'client_service_namespace="shop", client="web", server="orders"'

CASES: dict[str, tuple[str, dict[str, str], dict[str, float]]] = {
    "counts of two clusters are added, shares are averaged": (
        queries.values([SUM, SHARE]),
        {
            NOW % SUM.name: "10x200",
            NOW.replace('"a"', '"b"') % SUM.name: "20x200",
            NOW % SHARE.name: "80x200",
            NOW.replace('"a"', '"b"') % SHARE.name: "90x200",
        },
        {'{kpi="orders-per-minute"}': 30, '{kpi="ai-accuracy"}': 85},
    ),
    "a number has its band and the line of its drop": (
        queries.with_band(SUM),
        {
            NOW % SUM.name: "10x200",
            f'component:kpi_band:lower{{{OWN}, kpi="{SUM.name}"}}': "8x200",
            f'component:kpi_band:upper{{{OWN}, kpi="{SUM.name}"}}': "12x200",
            f'component:kpi_usual:min{{{OWN}, kpi="{SUM.name}"}}': "9x200",
        },
        {
            '{line="now"}': 10,
            '{line="usual, from"}': 8,
            '{line="usual, to"}': 12,
            '{line="alert below"}': 4.5,
        },
    ),
    "a young installation shows what there is": (
        queries.with_band(SUM),
        {NOW % SUM.name: "10x200"},
        {'{line="now"}': 10},
    ),
    "without anything unusual the count is 0 and not nothing": (queries.outside_band(), {}, {"{}": 0}),
    "an hour below its band is unusual": (
        queries.outside_band(),
        {
            f'component:kpi:avg1h{{{OWN}, kpi="x"}}': "7x200",
            f'component:kpi_band:lower{{{OWN}, kpi="x"}}': "8x200",
            f'component:kpi_band:upper{{{OWN}, kpi="x"}}': "12x200",
        },
        {"{}": 1},
    ),
    "a transaction costs its part of the clusters and of the models": (
        cost.per_transaction(),
        {
            'system:cost_usd:per_hour{cluster="a", system="shop", team="t"}': "3x200",
            'component_model:model_calls_usd:per_hour{cluster="a", system="shop", component="ai"}': "1x200",
            'system:transactions:per_hour{cluster="a", system="shop"}': "200x200",
        },
        {'{system="shop"}': 0.02},
    ),
    "without models a month costs the clusters": (
        cost.projected_month(),
        {'cluster:cost_usd:per_hour{cluster="a"}': "2x200"},
        {"{}": 1460},
    ),
    "an edge to a database has no system before its name": (
        traces.drawn_calls(),
        {f'edge:service_graph_requests:rate5m{{cluster="a", {EDGE}}}': "5x200"},
        {'{source="shop/web", target="orders", id="shop/web orders"}': 5},
    ),
}


@pytest.mark.parametrize("uid", ["belfry-cost", "belfry-executive"])
def test_every_panel_of_cost_says_what_is_not_in_its_number(uid: str) -> None:
    """Workloads and nodes alone: a system on DynamoDB and RDS pays most of its bill for what OpenCost does not see."""
    board = Document(json.loads((PROJECT / "dashboards" / "grafana" / f"{uid}.json").read_text(encoding="utf-8")))
    of_clusters = ("cluster:cost_usd:per_hour", "namespace:cost_usd:per_hour", "system:cost_usd:per_hour")
    found = 0
    for panel in board.panels:
        queries = " ".join(target.get("expr", "") for target in panel["targets"])
        dollars = panel["fieldConfig"]["defaults"]["unit"] == "currencyUSD"
        if dollars and any(series in queries for series in of_clusters) and panel["title"] != "Idle capacity":
            assert "Not included:" in panel["description"], panel["title"]
            assert "DynamoDB" in panel["description"], panel["title"]
            found += 1
    assert found >= 3


@pytest.mark.parametrize("case", CASES)
def test_a_query_answers(case: str, tmp_path: Path) -> None:
    answers(tmp_path, *CASES[case])


def test_better_means_less_where_less_is_better(tmp_path: Path) -> None:
    """Errors, costs and threats rise when it gets worse; the recorded series turns them round."""
    usual = {"orders-per-minute": (12, 10), "security-threats": (12, 10), "ai-cost-per-hour": (12, 0)}
    inputs = [
        {"series": f'{record}{{cluster="a", system="cloudmart", component="x", kpi="{name}"}}', "values": f"{value}x10"}
        for name, values in usual.items()
        for record, value in zip((kpis.HOUR, kpis.USUAL), values, strict=True)
    ]
    orders = 'component:kpi:value{cluster="a", system="cloudmart", component="backend", kpi="orders-per-minute"}'
    own = f'{product.BETTER}{{cluster="a", system="cloudmart", component="x", kpi='
    tests = [
        {
            "interval": "1m",
            "input_series": [*inputs, {"series": orders, "values": "5x10"}],
            "promql_expr_test": [
                {
                    "expr": product.BETTER,
                    "eval_time": "5m",
                    "exp_samples": [
                        {"labels": f'{own}"orders-per-minute"}}', "value": 0.2},
                        {"labels": f'{own}"security-threats"}}', "value": -0.2},
                    ],
                },
                {
                    "expr": f'{product.TRANSACTIONS}{{system="cloudmart"}}',
                    "eval_time": "5m",
                    "exp_samples": [
                        {"labels": f'{product.TRANSACTIONS}{{cluster="a", system="cloudmart"}}', "value": 300}
                    ],
                },
            ],
        }
    ]
    path = tmp_path / "cases.test.yaml"
    cases = {
        "rule_files": [str(PROJECT / file) for file in (series.PATH, series.path("cloudmart"))],
        "evaluation_interval": "1m",
        "tests": tests,
    }
    path.write_text(json.dumps(cases), encoding="utf-8")
    run("promtool", "test", "rules", path)
