"""Each of the linter's rules: a sound board passes, and the board that breaks only this rule is found by it alone."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from checks.boards.exceptions import Exemption
from checks.boards.lint import RULES, all_findings, lint

Json = dict[str, Any]

PROMETHEUS = {"type": "prometheus", "uid": "$datasource"}
LOKI = {"type": "loki", "uid": "$datasource"}
CHOSEN = 'job=~"$job", instance=~"$instance"'


def variable(name: str) -> Json:
    return {
        "name": name,
        "label": name.title(),
        "type": "query",
        "query": f'label_values(up{{job!=""}}, {name})',
        "datasource": PROMETHEUS,
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "allValue": ".+",
    }


def sound() -> Json:
    source = {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"}
    target = {"datasource": PROMETHEUS, "expr": f"sum(rate(orders_total{{{CHOSEN}}}[$__rate_interval]))"}
    logs = {"datasource": LOKI, "expr": 'sum(count_over_time({app="x"} | level="error" [$__auto]))'}
    panel = {
        "type": "timeseries",
        "title": "Orders",
        "description": "Orders a second.",
        "datasource": PROMETHEUS,
        "fieldConfig": {"defaults": {"unit": "cps"}, "overrides": []},
        "targets": [target],
    }
    lines = {**copy.deepcopy(panel), "title": "Errors", "datasource": LOKI, "targets": [logs]}
    return {
        "uid": "shop",
        "editable": False,
        "templating": {"list": [source, variable("job"), variable("instance")]},
        # One of the panels lies in a collapsed row: rules hold there, too.
        "panels": [panel, {"type": "row", "title": "More", "panels": [lines]}],
    }


def logql_error(query: str) -> str | None:
    """A parser that knows one mistake is enough for the rule; Loki's own is asked in the tests of the boards."""
    return None if query.count("(") == query.count(")") else "unexpected end"


def sources(board: Json) -> Json:
    found: Json = board["templating"]["list"][0]
    return found


def panel(board: Json) -> Json:
    found: Json = board["panels"][0]
    return found


def logs(board: Json) -> Json:
    found: Json = board["panels"][1]["panels"][0]
    return found


def expr(text: str) -> Callable[[Json], object]:
    return lambda board: panel(board)["targets"][0].update(expr=text)


def logql(text: str) -> Callable[[Json], object]:
    return lambda board: logs(board)["targets"][0].update(expr=text)


def of(name: str, **change: Any) -> Callable[[Json], object]:
    return lambda board: next(v for v in board["templating"]["list"] if v["name"] == name).update(change)


BROKEN: list[tuple[str, Callable[[Json], object]]] = [
    ("template-datasource-rule", lambda board: sources(board).update(label="Source")),
    ("template-job-rule", of("job", allValue=".*")),
    ("template-job-rule", of("job", multi=False)),
    ("template-job-rule", of("job", label="Jobs")),
    ("template-job-rule", of("job", datasource={"uid": "abc"})),
    ("template-job-rule", of("job", type="custom")),
    ("template-instance-rule", of("instance", allValue="")),
    ("template-label-promql-rule", of("job", query="up")),
    ("template-label-promql-rule", of("job", query="label_values(up{, job)")),
    ("template-label-promql-rule", of("job", query='label_values(up{a="b" $nobody}, job)')),
    ("template-on-time-change-reload-rule", of("job", refresh=1)),
    ("uneditable-dashboard", lambda board: board.update(editable=True)),
    ("uneditable-dashboard", lambda board: board.pop("editable")),
    ("panel-datasource-rule", lambda board: panel(board).update(datasource={"type": "prometheus", "uid": "abc"})),
    ("panel-title-description-rule", lambda board: panel(board).update(description="")),
    ("panel-title-description-rule", lambda board: logs(board).update(title="")),
    ("panel-units-rule", lambda board: panel(board)["fieldConfig"]["defaults"].update(unit="requests")),
    ("panel-units-rule", lambda board: logs(board)["fieldConfig"]["defaults"].pop("unit")),
    ("panel-no-targets-rule", lambda board: panel(board).update(targets=[])),
    ("target-logql-rule", logql('sum(count_over_time({app="x"} [$__auto])')),
    ("target-logql-rule", logql('{app="$nobody"}')),
    ("target-logql-auto-rule", logql('sum(count_over_time({app="x"} [5m]))')),
    ("target-promql-rule", expr("sum(")),
    ("target-promql-rule", expr(f"sum(orders{{{CHOSEN}}}) > $nobody")),
    ("target-rate-interval-rule", expr(f"rate(orders_total{{{CHOSEN}}}[5m])")),
    ("target-rate-interval-rule", expr(f"orders{{{CHOSEN}}}[$__rate_interval]")),
    ("target-job-rule", expr('sum(orders{instance=~"$instance"})')),
    ("target-job-rule", expr('sum(orders{job="$job", instance=~"$instance"})')),
    ("target-instance-rule", expr('sum(orders{job=~"$job"})')),
    ("target-counter-agg-rule", expr(f"sum(orders_total{{{CHOSEN}}})")),
]


def test_there_are_seventeen_rules_and_each_has_a_case() -> None:
    assert len(RULES) == 17
    assert {rule for rule, _ in BROKEN} == set(RULES)


def test_a_sound_board_passes() -> None:
    assert all_findings(sound(), logql_error) == []


@pytest.mark.parametrize(("rule", "breaking"), BROKEN, ids=[f"{i}-{rule}" for i, (rule, _) in enumerate(BROKEN)])
def test_a_broken_board_is_found_by_this_rule_alone(rule: str, breaking: Callable[[Json], object]) -> None:
    board = sound()
    breaking(board)
    assert {finding.check for finding in all_findings(board, logql_error)} == {rule}


def test_two_data_sources_are_named_by_their_kinds() -> None:
    board = sound()
    board["templating"]["list"].append(
        {"name": "logs", "label": "Loki data source", "type": "datasource", "query": "loki"}
    )
    messages = [str(finding) for finding in all_findings(board, logql_error)]
    assert any("'datasource' should be named prometheus_datasource" in message for message in messages)
    assert any("'logs' should be named loki_datasource" in message for message in messages)


def test_a_board_without_variables_misses_them() -> None:
    board = {**sound(), "templating": {"list": []}, "panels": []}
    assert {finding.check for finding in all_findings(board)} == {
        "template-datasource-rule",
        "template-instance-rule",
        "template-job-rule",
    }


def test_words_in_place_of_values_need_no_unit() -> None:
    board = sound()
    panel(board)["fieldConfig"] = {"defaults": {"mappings": [{"type": "value"}]}, "overrides": []}
    assert all_findings(board, logql_error) == []


def test_a_word_for_nothing_does_not_replace_the_unit() -> None:
    board = sound()
    panel(board)["fieldConfig"] = {"defaults": {"mappings": [{"type": "special"}]}, "overrides": []}
    assert {finding.check for finding in all_findings(board, logql_error)} == {"panel-units-rule"}


def test_variables_of_other_sources_have_queries_of_their_own() -> None:
    board = sound()
    of("job", query="regions()", datasource={"type": "cloudwatch", "uid": "$datasource"})(board)
    assert all_findings(board, logql_error) == []


def test_hidden_queries_and_groups_of_label_replace_are_left_alone() -> None:
    board = sound()
    panel(board)["targets"].append({"hide": True, "expr": "sum("})
    expr(f'label_replace(orders{{{CHOSEN}}}, "a", "$1", "b", "(.+)")')(board)
    assert all_findings(board, logql_error) == []


def test_a_counter_inside_a_subquery_of_a_rate_is_aggregated() -> None:
    board = sound()
    expr(f"max_over_time(rate(orders_total{{{CHOSEN}}}[$__rate_interval])[1h:])")(board)
    assert all_findings(board, logql_error) == []


def test_a_range_in_a_text_of_logql_is_no_range() -> None:
    board = sound()
    logql('sum(count_over_time({app="x"} |= "[5m]" [$__auto]))')(board)
    assert all_findings(board, logql_error) == []


@pytest.mark.parametrize(
    ("where", "left"),
    [({}, 0), ({"board": "shop"}, 0), ({"board": "other"}, 1), ({"panel": "Orders"}, 0), ({"panel": "Errors"}, 1)],
)
def test_an_exemption_holds_where_it_says(where: dict[str, str], left: int) -> None:
    board = sound()
    panel(board)["fieldConfig"]["defaults"]["unit"] = "requests"
    exemption = Exemption(rule="panel-units-rule", reason="A test.", **where)
    assert len(lint(board, logql_error, [exemption])) == left
