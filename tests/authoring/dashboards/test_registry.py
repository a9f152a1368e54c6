"""Dashboards that the kit makes, and the mistakes that it refuses."""

import json
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard

from authoring.dashboards import registry
from authoring.dashboards.kit import columns, links, panels, targets, thresholds, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.colours import EXEMPLARS, SERIES
from authoring.dashboards.queries import chosen, red
from authoring.rules.recording import boards as series
from checks.boards import belfry, lint
from model.catalog.catalog import Catalog
from model.dashboards import RUNBOOKS_UNSET, for_environment
from model.dashboards import Board as Uid
from model.problems import BadInput
from tests.dashboards.test_dashboards import differences
from tests.tools import PROJECT, run

CATALOG = Catalog.load(PROJECT / "catalog")


_BACKEND = 'system="cloudmart", component="backend"'


def panel(*asked: targets.Target, unit: str = units.Short, width: int = 12, height: int = 8) -> Any:
    return panels.curves(
        "Orders",
        "Orders a second.",
        *asked,
        unit=unit,
        thresholds=thresholds.rising(warn=1, bad=2),
        no_data="None",
        runbooks=("HighLatency",),
        data_links=(links.of_series(Uid.SERVICE, "system", "component"),),
        width=width,
        height=height,
    )


def board(*shown: Any, uid: Uid = Uid.API, **more: Any) -> Board:
    return Board(
        uid=uid,
        question="How many?",
        variables=(variables.clusters(), variables.systems(), variables.components()),
        rows=(Row("Orders", shown, collapsed=False),),
        **more,
    )


def query() -> targets.Target:
    return targets.over_time(red.requests())


def refused(*boards: Board) -> list[str]:
    with pytest.raises(BadInput) as error:
        registry.generate(CATALOG, [lambda _: boards])
    return [str(problem) for problem in error.value.problems]


def test_a_sound_board_is_one_file_by_its_uid() -> None:
    files = registry.generate(CATALOG, [lambda _: (board(panel(query())),)])
    assert list(files) == ["dashboards/grafana/belfry-api.json"]
    assert json.loads(files["dashboards/grafana/belfry-api.json"])["uid"] == "belfry-api"


def test_a_board_of_a_system_has_its_name_in_file_and_title() -> None:
    found = board(panel(query()), uid=Uid.BUSINESS, system=CATALOG.systems[0])
    assert found.path == f"dashboards/grafana/belfry-business-{CATALOG.systems[0].system}.json"
    assert found.document()["title"] == f"{CATALOG.systems[0].title} / Business"


def test_two_boards_of_one_uid_are_refused() -> None:
    assert refused(board(panel(query())), board(panel(query()))) == [
        "authoring/dashboards/registry.py: found two boards of the uid belfry-api; allowed: one"
    ]


def test_all_mistakes_of_all_boards_are_reported_at_once() -> None:
    messages = refused(
        board(panel()),
        board(panel(query(), unit="orders"), panel(targets.now("sum(orders_total)")), uid=Uid.SLO),
        board(*[panel(query())] * 13, uid=Uid.CACHES),
        board(panel(query()), uid=Uid.QUEUES, refresh="5s"),
    )
    for board_file, check in (
        ("belfry-api.json", "panel-no-targets-rule"),
        ("belfry-slo.json", "panel-units-rule"),
        ("belfry-slo.json", "target-counter-agg-rule"),
    ):
        assert any(board_file in message and f"[{check}]" in message for message in messages), check
    for expected in (
        "reads orders_total of all clusters, whatever is chosen",
        "reads the raw series orders_total on the first view",
        "asks 13 queries on its first view; allowed: 12",
        "is refreshed every '5s'; allowed: 30s and more",
    ):
        assert any(expected in message for message in messages), expected


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("type", "graph", "of type graph, which Grafana removed"),
        ("description", "Orders", "no sentence"),
        ("maxDataPoints", None, "has no limit on data points"),
        ("fieldConfig", {"defaults": {"noValue": "None"}}, "has no thresholds"),
        ("fieldConfig", {"defaults": {"thresholds": {"steps": [{}]}}}, "has no text for missing data"),
    ],
)
def test_a_panel_that_says_too_little_is_found(key: str, value: Any, expected: str) -> None:
    document = board(panel(query())).document()
    assert belfry.findings(document) == []
    document["panels"][1][key] = value
    assert [expected in message for message in belfry.findings(document)] == [True]


def test_a_panel_of_two_kinds_of_sources_is_found() -> None:
    document = board(panel(query(), targets.logs('{a="b"}'))).document()
    assert "queries several data sources" in belfry.findings(document)[0]


def test_an_unknown_metric_is_found_in_queries_variables_and_annotations() -> None:
    document = board(panel(targets.over_time(f"sum({chosen.cluster('a:b:c')})"))).document()
    found = belfry.unknown_metrics(document, set())
    assert "belfry-api: panel 'Orders' names a:b:c" in found
    assert f"belfry-api: variable cluster names {series.COMPONENTS}" in found
    assert "belfry-api: annotation 'Critical alerts' names ALERTS" in found
    assert belfry.unknown_metrics(document, {"a:b:c", "ALERTS", series.COMPONENTS, series.ROLLOUTS}) == []


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ('alertstate="firing"', True),
        ('severity="critical", level=~".*"', True),
        ('alertname=~"Esc.*"', True),
        ('level=""', False),
        ('severity="warning"', False),  # only critical alerts are escalated
        ('alertname=~"SloOutage|SloFastBurn"', False),
        ('alertname!~"Esc.*"', False),
    ],
)
def test_a_query_that_counts_escalated_copies_is_found(where: str, found: bool) -> None:
    document = board(panel(targets.now(f"count({chosen.cluster('ALERTS', where)})"))).document()
    message = "panel 'Orders' reads ALERTS without level=\"\""
    assert any(message in each for each in belfry.findings(document)) is found


def test_an_annotation_of_escalated_copies_is_found() -> None:
    document = board(panel(query())).document()
    document["annotations"]["list"][0]["expr"] = "ALERTS"
    assert "annotation 'Critical alerts' reads ALERTS" in belfry.findings(document)[0]


def test_a_link_to_nowhere_is_found() -> None:
    document = board(panel(query())).document()
    assert belfry.dead_links(document, {"belfry-service"}, {"HighLatency"}) == []
    assert len(belfry.dead_links(document, set(), {"HighLatency"})) == 1
    assert len(belfry.dead_links(document, {"belfry-service"}, set())) == 1


def test_panels_flow_into_lines_and_collapsed_rows_take_one() -> None:
    found = Board(
        uid=Uid.API,
        question="How many?",
        variables=(variables.clusters(),),
        rows=(
            Row("Open", [panel(query(), width=width) for width in (16, 8, 12, 16)], collapsed=False),
            Row("Closed", [panel(query())]),
            Row("Last", [panel(query())]),
        ),
    ).document()["panels"]
    places = [(p["type"], p["gridPos"]["x"], p["gridPos"]["y"]) for p in found]
    assert places == [
        ("row", 0, 0),
        ("timeseries", 0, 1),
        ("timeseries", 16, 1),
        ("timeseries", 0, 9),
        ("timeseries", 0, 17),
        ("row", 0, 25),
        ("row", 0, 26),
    ]
    assert [one["type"] for one in found[-1]["panels"]] == ["timeseries"]


def test_an_environment_gets_its_own_address_of_runbooks() -> None:
    text = board(panel(query())).text()
    assert RUNBOOKS_UNSET in text
    filled = for_environment(text, "https://example.org/runbooks")
    assert RUNBOOKS_UNSET not in filled
    constants = [v for v in json.loads(filled)["templating"]["list"] if v["name"] == "runbooks"]
    assert constants[0]["query"] == "https://example.org/runbooks"
    # Nothing else changes, so the file stays comparable with what was shipped.
    assert filled == text.replace(RUNBOOKS_UNSET, "https://example.org/runbooks")


def test_steps_rise_from_good_to_bad_and_fall_from_bad_to_good() -> None:
    rising = thresholds.rising(warn=1, bad=2)
    falling = thresholds.falling(warn=1, good=2)
    assert [(step.value, step.color) for step in rising] == [(None, "#009E73"), (1, "#F6BB00"), (2, "#D55E00")]
    assert [(step.value, step.color) for step in falling] == [(None, "#D55E00"), (1, "#F6BB00"), (2, "#009E73")]


def test_a_comparison_is_one_table_with_a_unit_for_each_column() -> None:
    table = panels.comparison(
        "Parts",
        "Side by side.",
        panels.Column(heading="Requests", expr="a", unit=units.RequestsPerSecond, thresholds=thresholds.NO_LIMIT),
        panels.Column(heading="Errors", expr="b", unit=units.PercentUnit, thresholds=thresholds.rising(bad=1)),
        names={"component": "Component"},
        no_data="None",
    ).build()
    assert [transformation.id_val for transformation in table.transformations or ()] == ["merge", "organize"]
    organize = table.transformations[1].options  # type: ignore[index]
    assert organize["renameByName"] == {  # type: ignore[index]
        "component": "Component",
        "Value #A": "Requests",
        "Value #B": "Errors",
    }


def test_cells_are_coloured_by_their_ground_and_only_where_something_is_good_or_bad() -> None:
    reported = _overrides(
        panels.comparison(
            "Parts",
            "Side by side.",
            panels.Column(heading="Calls", expr="a", unit=units.Short, thresholds=thresholds.NO_LIMIT),
            panels.Column(heading="Errors", expr="b", unit=units.PercentUnit, thresholds=thresholds.rising(bad=1)),
            names={"component": "Component"},
            no_data="None",
        )
    )
    assert "custom.cellOptions" not in reported["Calls"]
    assert reported["Errors"]["custom.cellOptions"] == {"type": "color-background", "mode": "basic"}
    # What is well has no ground, or a table in order would be all green.
    assert [step["color"] for step in reported["Errors"]["thresholds"]["steps"]] == ["transparent", "#D55E00"]


def test_numbers_and_short_words_are_narrow_so_that_names_have_the_room() -> None:
    table = panels.rows(
        "Parts",
        "One by one.",
        targets.rows("a"),
        columns={"cluster": "Cluster", "component": "Component"},
        value="Peak, of what it asks",
        unit=units.Short,
        thresholds=thresholds.NO_LIMIT,
        no_data="None",
        width=8,
    )
    wide = {name: properties.get("custom.width") for name, properties in _overrides(table).items()}
    assert wide == {"Peak, of what it asks": 204, "Cluster": 110, "Component": None}
    # With short words alone there is nobody to take the rest.
    assert columns.widths(["Cluster"], ["Pods"], 8)["Cluster"] == []
    # In a wide panel names would push the numbers far away.
    assert columns.widths(["Alert"], ["Times"], 24)["Times"][0].value == int(90 * 24 * 66 / (90 + 280))


@pytest.mark.parametrize(
    ("asked", "colours_of"),
    [
        ((targets.over_time("a", "{{x}}"),), {}),
        ((targets.over_time("a", "{{x}}"), targets.exemplars("b", "now")), {"B": EXEMPLARS}),
        ((targets.over_time("a", "x"), targets.over_time("b", "y")), {"A": SERIES[0], "B": SERIES[1]}),
        (
            (targets.over_time("a", "x"), targets.over_time("b", "y"), targets.exemplars("c", "now")),
            {"A": SERIES[0], "B": SERIES[1], "C": EXEMPLARS},
        ),
    ],
    ids=["one query", "with dots", "two", "two with dots"],
)
def test_the_many_curves_of_one_query_keep_their_own_colours(
    asked: tuple[targets.Target, ...], colours_of: dict[str, str]
) -> None:
    reported = _overrides(panel(*asked))
    assert {letter: properties["color"]["fixedColor"] for letter, properties in reported.items()} == colours_of


def _overrides(built: Any) -> dict[str, dict[str, Any]]:
    """Name or letter -> property -> value."""
    return {
        override.matcher.options: {one.id_val: one.value for one in override.properties}
        for override in built.build().field_config.overrides
    }


def test_the_series_of_boards_follow_clusters_rollouts_and_objectives(tmp_path: Any) -> None:
    """Two clusters in one Prometheus: lists and rollouts keep them apart; Apdex counts slow answers half."""
    cases = {
        # Apdex reads the buckets that the thresholds' rules add up.
        "rule_files": [
            str(PROJECT / file)
            for file in (series.PATH, series.path("cloudmart"), "rules/prometheus/thresholds-cloudmart.yaml")
        ],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": 'up{cluster="a", job="x"}', "values": "1x30"},
                    {"series": 'up{cluster="b", job="x"}', "values": "0x30"},
                    {"series": _replica_set("a", "old"), "values": "1x30"},
                    {"series": _replica_set("a", "new"), "values": "_x20 1x10"},
                    # Comes back with the whole cluster's state: no rollout.
                    {"series": _replica_set("b", "old"), "values": "_x20 1x10"},
                    {"series": f'component:owner:info{{{_BACKEND}, namespace="cloudmart"}}', "values": "1x30"},
                    *(
                        {"series": _bucket(le), "values": f"0+{step}x30"}
                        for le, step in (("0.1", 0), ("0.2", 60), ("0.8", 90), ("+Inf", 100))
                    ),
                ],
                "promql_expr_test": [
                    {
                        "expr": f'count by (cluster) ({series.COMPONENTS}{{system="cloudmart", component="backend"}})',
                        "eval_time": "10m",
                        "exp_samples": [{"labels": f'{{cluster="{name}"}}', "value": 1} for name in ("a", "b")],
                    },
                    {"expr": series.ROLLOUTS, "eval_time": "19m", "exp_samples": []},
                    {
                        "expr": series.ROLLOUTS,
                        "eval_time": "23m",
                        "exp_samples": [
                            {
                                "labels": f'{series.ROLLOUTS}{{cluster="a", system="cloudmart", component="backend"}}',
                                "value": 1,
                            }
                        ],
                    },
                    {"expr": series.ROLLOUTS, "eval_time": "29m", "exp_samples": []},
                    {
                        "expr": f'round({series.APDEX}{{system="cloudmart", component="backend"}}, 0.001)',
                        "eval_time": "20m",
                        # 60 % within 200 ms, 90 % within four times that.
                        "exp_samples": [
                            {"labels": '{cluster="a", system="cloudmart", component="backend"}', "value": 0.75}
                        ],
                    },
                ],
            }
        ],
    }
    path = tmp_path / "cases.test.yaml"
    path.write_text(json.dumps(cases), encoding="utf-8")
    run("promtool", "test", "rules", path)


def _replica_set(cluster: str, name: str) -> str:
    owner = 'owner_kind="Deployment", owner_name="backend"'
    return f'kube_replicaset_owner{{cluster="{cluster}", namespace="cloudmart", replicaset="{name}", {owner}}}'


def _bucket(le: str) -> str:
    return f'http_server_request_duration_seconds_bucket{{cluster="a", {_BACKEND}, le="{le}"}}'


def test_every_kind_of_panel_and_target_is_one_that_grafana_knows() -> None:
    values: Any = {"unit": units.Short, "thresholds": thresholds.NO_LIMIT, "no_data": "None", "runbooks": ("X",)}
    asked = chosen.cluster("a:b:c")
    amazon = targets.cloudwatch("AWS/SQS", "SentMessageSize", {"QueueName": "$queue"}, statistic="Average")
    found = Board(
        uid=Uid.NODES,
        question="What is there?",
        variables=(
            variables.clusters(),
            variables.system(),
            variables.component("sqs-queue"),
            variables.label("queue", "queue:owner:info", many=False),
            variables.loki(),
            variables.jaeger(),
            variables.cloudwatch(),
            variables.region(),
            variables.text("id", "Correlation id"),
        ),
        rows=(
            Row(
                "All kinds",
                (
                    panels.number("One", "One.", targets.now(asked), decimals=1, **values),
                    panels.curves("Two", "Two.", targets.over_time(asked), targets.exemplars(asked, "x"), **values),
                    panels.curves("Three", "Three.", amazon, stacked=True, **values),
                    panels.rows("Four", "Four.", targets.rows(asked), columns={"a": "A"}, value="V", **values),
                    panels.states("Five", "Five.", targets.over_time(asked), texts={1: ("up", "#009E73")}, **values),
                    panels.spread("Six", "Six.", targets.buckets(asked), **values),
                    panels.log_lines("Seven", "Seven.", targets.logs('{a="b"}'), **values),
                    panels.node_graph("Eight", "Eight.", targets.rows(asked), **values),
                ),
            ),
        ),
    ).document()
    theirs = json.loads(json.dumps(Dashboard.from_json(found), cls=JSONEncoder))
    assert list(differences(found, theirs)) == []
    assert belfry.findings(found) == []
    assert {finding.check for finding in lint(found)} == {"template-datasource-rule"}, "several sources"
