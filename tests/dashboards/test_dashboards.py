"""The shipped Grafana dashboards: that Grafana can read them, that every panel can have data, and every link a page."""

import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from authoring.bundles.assets import generate
from authoring.dashboards.registry import boards as registered
from authoring.text import to_json
from checks.boards import belfry, hidden_parts, lint
from checks.boards.document import Document, language
from checks.boards.exceptions import EXEMPTIONS
from checks.boards.lint import all_findings, exempts
from checks.boards.promql import expand
from model.assets import BundleKind, read_manifest
from model.catalog.catalog import Catalog
from model.dashboards import REPORTS_TITLE
from tests.rules.test_metric_inventory import DECLARED, EXPOSED, RECORDED
from tests.tools import PROJECT, find, run

FILES = sorted((PROJECT / "dashboards" / "grafana").glob("*.json"))
BOARDS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES}
GENERATED = generate(PROJECT)
RUNBOOKS = PROJECT / "docs" / "runbooks"
# Alarms of CloudWatch have theirs one folder below.
PAGES = {path.relative_to(RUNBOOKS).with_suffix("").as_posix(): path.read_text() for path in RUNBOOKS.rglob("*.md")}
SECTIONS = {f"{page}#{title}" for page, text in PAGES.items() for title in re.findall(r"^## ([a-z0-9-]+)$", text, re.M)}
ALERTS = {*PAGES, *SECTIONS}
# Of annotations from Prometheus the SDK knows the query only.
PROMETHEUS_ANNOTATION = {"step", "tagKeys", "titleFormat"}

boards = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)

register_default_plugins()


@cache
def logql_error(query: str) -> str | None:
    """What Loki's own parser says; it takes lines and metrics of lines alike."""
    groups = [{"name": "board", "rules": [{"record": "query", "expr": query}]}]
    with NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        json.dump({"namespace": "boards", "groups": groups}, file)
        file.flush()
        done = subprocess.run(
            [find("lokitool"), "rules", "lint", "--dry-run", file.name], check=False, capture_output=True, text=True
        )
    return None if done.returncode == 0 else done.stderr


def differences(ours: Any, theirs: Any, where: str = "") -> Iterator[str]:
    """What of ours Grafana's types would drop or change. Nothing and absent are the same."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key, value in ours.items():
            if value is not None and not (where == ".annotations.list" and key in PROMETHEUS_ANNOTATION):
                yield from differences(value, theirs.get(key), f"{where}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            yield where
        for mine, other in zip(ours, theirs, strict=False):
            yield from differences(mine, other, where)
    elif ours != theirs:
        yield f"{where}: {ours!r} is not {theirs!r}"


@boards
def test_grafanas_own_types_hold_the_whole_board(board: dict[str, Any]) -> None:
    theirs = json.loads(json.dumps(Dashboard.from_json(board), cls=JSONEncoder))
    assert list(differences(board, theirs)) == []


def test_what_grafanas_types_do_not_know_is_found() -> None:
    board = {**next(iter(BOARDS.values())), "colour": "blue"}
    theirs = json.loads(json.dumps(Dashboard.from_json(board), cls=JSONEncoder))
    assert list(differences(board, theirs)) == [".colour: 'blue' is not None"]


@boards
def test_no_rule_of_grafanas_linter_is_broken_without_a_reason(board: dict[str, Any]) -> None:
    assert [str(finding) for finding in lint(board, logql_error)] == []


def test_every_exemption_is_needed() -> None:
    found = [finding for board in BOARDS.values() for finding in all_findings(board, logql_error)]
    for exemption in EXEMPTIONS:
        assert any(exempts(exemption, finding) for finding in found), exemption


def test_loki_refuses_a_broken_query() -> None:
    assert "parse error" in (logql_error('sum(count_over_time({a="b"} [5m])') or "")
    assert logql_error('{a="b"} | severity_text=~"ERROR" |= "x"') is None


@boards
def test_loki_answers_when_everything_is_chosen(board: dict[str, Any]) -> None:
    """It refuses selectors of which every part may be empty, as each is that chooses by all."""
    found = Document(board)
    everything = {v["name"] for v in found.variables if v.get("includeAll")}
    empty = {v["name"] for v in found.of_type("textbox")}
    for panel, target in found.targets:
        if language(panel, target) == "loki":
            query = target["expr"]
            for name in everything | empty:
                value = ".*" if name in everything else ""
                query = re.sub(rf"\$(?:{name}\b|\{{{name}(?::\w+)?\}})", value, query)
            assert logql_error(expand(query, {v["name"] for v in found.variables})) is None, panel["title"]


@boards
def test_no_rule_of_ours_is_broken(board: dict[str, Any]) -> None:
    assert belfry.findings(board) == []


@boards
def test_every_metric_is_exposed_declared_or_recorded(board: dict[str, Any]) -> None:
    assert belfry.unknown_metrics(board, EXPOSED.keys() | DECLARED | RECORDED) == []


def test_no_panel_hides_a_part_that_fails_apart_without_a_reason() -> None:
    known = hidden_parts.known(PROJECT)
    found = [finding for board in BOARDS.values() for finding in hidden_parts.findings(board, known)]
    assert [finding for finding in found if finding[:2] not in hidden_parts.RIGHT_AS_IT_IS] == []
    assert {finding[:2] for finding in found} == hidden_parts.RIGHT_AS_IT_IS.keys()


def test_a_panel_that_adds_up_two_systems_or_two_instances_is_found() -> None:
    known = hidden_parts.known(PROJECT)
    target = {"datasource": {"type": "prometheus"}}
    queries = (
        'max by (system, component) (pg_up{cluster=~"$cluster"})',
        'sum by (server) (rate(traces_service_graph_request_total{client=~"$component"}[$__rate_interval]))',
        'min by (system, component) (pg_up{cluster=~"$cluster"})',
    )
    variables = [{"name": name, "type": "query"} for name in ("cluster", "component")]
    panels = [{"title": str(n), "type": "stat", "targets": [{**target, "expr": q}]} for n, q in enumerate(queries)]
    board = {"uid": "x", "templating": {"list": variables}, "panels": panels}
    assert {(title, message.split()[0]) for _, title, message in hidden_parts.findings(board, known)} == {
        ("0", "`max`"),
        ("1", "`sum`"),
        ("1", "traces_service_graph_request_total"),
    }


def test_prometheus_itself_takes_every_query(tmp_path: Path) -> None:
    """The parser of the rules of Python knows less of types than Prometheus does."""
    documents = [Document(board) for board in BOARDS.values()]
    queries = {
        expand(target["expr"], {variable["name"] for variable in board.variables})
        for board in documents
        for panel, target in board.targets
        if language(panel, target) == "prometheus"
    }
    rules = [{"record": f"query:{place}:x", "expr": query} for place, query in enumerate(sorted(queries))]
    path = tmp_path / "queries.yaml"
    path.write_text(json.dumps({"groups": [{"name": "boards", "rules": rules}]}), encoding="utf-8")
    assert f"{len(queries)} rules found" in run("promtool", "check", "rules", path)


@boards
def test_every_link_leads_to_a_shipped_board_or_a_written_runbook(board: dict[str, Any]) -> None:
    assert belfry.dead_links(board, BOARDS.keys(), ALERTS) == []


@boards
def test_links_between_boards_keep_the_time_range_and_the_variables(board: dict[str, Any]) -> None:
    for link in board["links"]:
        if link["title"] == REPORTS_TITLE:
            continue  # to files, which know no variables
        assert link["keepTime"]
        assert link["includeVars"]
    for panel, url in belfry.links(board):
        if url.startswith("/d/") and panel != board["title"]:
            assert "${__url_time_range}" in url
            assert "${datasource:queryparam}" in url
            assert "${cluster:queryparam}" in url


@boards
def test_the_variables_are_chained_and_list_one_cheap_series(board: dict[str, Any]) -> None:
    variables = {variable["name"]: variable for variable in board["templating"]["list"]}
    assert next(iter(variables)) == "datasource"
    assert variables["cluster"]["query"] == "label_values(component:catalog:info, cluster)"
    if "system" in variables and variables["system"]["type"] != "constant":  # of a board about one system alone
        assert variables["system"]["query"] == 'label_values(component:catalog:info{cluster=~"$cluster"}, system)'
    for name in ("cluster", "system", "component"):
        if variables.get(name, {}).get("includeAll"):
            assert variables[name]["allValue"] == ".*"


@boards
def test_alerts_and_deployments_are_drawn_on_the_panels(board: dict[str, Any]) -> None:
    assert [one["name"] for one in board["annotations"]["list"]] == ["Critical alerts", "Warnings", "Deployments"]
    chosen = {variable["name"] for variable in board["templating"]["list"]}
    for one in board["annotations"]["list"]:
        for name in ("cluster", "system", "component"):
            assert (f'{name}=~"${name}"' in one["expr"]) == (name in chosen)


@boards
def test_panels_are_numbered_and_do_not_overlap(board: dict[str, Any]) -> None:
    every = [one for panel in board["panels"] for one in (panel, *panel.get("panels", ()))]
    assert len({panel["id"] for panel in every}) == len(every)
    for panel in Document(board).panels:
        letters = [target["refId"] for target in panel["targets"]]
        assert all(letters)
        assert len(letters) == len(set(letters))
    for group in (board["panels"], *(panel.get("panels", ()) for panel in board["panels"])):
        taken: set[tuple[int, int]] = set()
        for panel in group:
            place = panel["gridPos"]
            assert place["x"] + place["w"] <= 24
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert not cells & taken, f"{panel['title']} lies on another panel"
            taken |= cells


@boards
def test_titles_fit_their_panels(board: dict[str, Any]) -> None:
    """A heading's letter is about 8 pixels; a screen of 1,600 has 66 for each of 24 columns."""
    for panel in Document(board).panels:
        assert len(panel["title"]) * 8 <= panel["gridPos"]["w"] * 66 - 40, panel["title"]


def test_latency_panels_lead_to_traces() -> None:
    for uid in ("belfry-api", "belfry-service", "belfry-ai", "belfry-traces", "belfry-business-cloudmart"):
        exemplars = [target for _, target in Document(BOARDS[uid]).targets if target.get("exemplar")]
        assert exemplars
        assert all("traces_span_metrics_duration_seconds_bucket" in target["expr"] for target in exemplars)


def test_the_uid_is_the_name_of_the_file_and_of_the_bundle() -> None:
    bundles = [b for b in read_manifest(PROJECT, "dashboards").bundles if b.kind is BundleKind.GRAFANA]
    assert sorted(bundle.name for bundle in bundles) == sorted(BOARDS)
    for uid, board in BOARDS.items():
        assert board["uid"] == uid
    assert {bundle.name: bundle.path for bundle in bundles} == {uid: f"grafana/{uid}.json" for uid in BOARDS}


def test_no_file_is_left_of_a_board_that_is_gone() -> None:
    assert {board.path for board in registered(Catalog.load(PROJECT / "catalog"))} == {
        path.relative_to(PROJECT).as_posix() for path in FILES
    }


@pytest.mark.parametrize("uid", BOARDS)
def test_keys_are_sorted(uid: str) -> None:
    path = PROJECT / "dashboards" / "grafana" / f"{uid}.json"
    assert path.read_text(encoding="utf-8") == to_json(BOARDS[uid])


@pytest.mark.parametrize("file", sorted(GENERATED))
def test_generated_files_stand_in_the_project_as_generated(file: str) -> None:
    assert (PROJECT / file).read_text(encoding="utf-8") == GENERATED[file], "run `make assets` and `make lock`"


def test_generated_files_are_not_ignored_by_git() -> None:
    done = subprocess.run(["git", "check-ignore", *GENERATED], cwd=PROJECT, check=False, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout == ""


def test_generating_twice_gives_the_same_bytes() -> None:
    assert generate(PROJECT) == GENERATED
