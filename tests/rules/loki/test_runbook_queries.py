"""Every LogQL query of every runbook is asked of a real Loki, and finds lines as the collectors and Falco send them."""

import json
import re
import time
from typing import Any

import pytest

from authoring.docs import first_queries
from model.alerting.explore import VARIABLE
from model.yaml_file import read_yaml
from tests.configs.collectors import wait_for
from tests.rules.loki.samples import CASES, Line, audit, structured
from tests.rules.loki.servers import MINUTE, Loki
from tests.tools import PROJECT

FILE = "tests/rules/runbook_queries.yaml"
EMPTY: dict[str, str] = read_yaml(PROJECT / FILE, FILE)["empty_logs"] or {}
TENANT = "runbooks"
SECONDS = 30
QUERIES = [
    (str(page.relative_to(PROJECT / "docs" / "runbooks").with_suffix("")), query)
    for page in sorted((PROJECT / "docs" / "runbooks").rglob("*.md"))
    for language, query in first_queries.blocks(page.read_text(encoding="utf-8"))
    if language == "logql"
]
# As falcosidekick labels the lines that it sends itself.
FALCO = {"source": "syscall", "priority": "Critical", "k8s_ns_name": "shop", "k8s_pod_name": "api-1"}
RULES = sorted({rule for _, query in QUERIES for rule in re.findall(r'rule="(\w+)"', query)} | {"Any"})
MORE = (
    structured("api", "It failed.", level="ERROR", error_code="E1"),
    Line("\tat com.example.Main", "api", attributes={"log_malformed": "continuation"}),
    Line('203.0.113.7 - - [x] "GET /a HTTP/1.1" 429 0', "api"),
    Line('203.0.113.7 - - [x] "GET /a HTTP/1.1" 401 0', "api"),
    Line("type=exception message=undefined is not a function", "api"),
    Line("ERROR: deadlock detected", "api"),
    Line("threat score of an address rose to 92", "api"),
)
AUDIT = (
    audit("list", "pods", "jane"),
    audit("create", "pods", "jane", subresource="exec"),
    audit("delete", "falco", "jane"),
)


def of_anything(query: str) -> str:
    """The query with every label of the alert left open."""
    return VARIABLE.sub(".+", re.sub(r'(?<![!=~])="(\$[a-z]\w*)"', r'=~"\1"', query))


@pytest.fixture(scope="module")
def silent(loki: Loki) -> set[str]:
    """Runbooks with a query that finds nothing."""
    start = time.time_ns() - 5 * MINUTE
    for line in {id(line): line for case in CASES for line in (*case.usual, *case.loud)}.values():
        loki.push(TENANT, "platform" if line.component == "kubernetes-audit" else "shop", start, [(0, line)])
    loki.push(TENANT, "shop", start, [(1, line) for line in MORE])
    loki.push(TENANT, "platform", start, [(1, line) for line in AUDIT])
    for rule in RULES:
        loki.push_stream(TENANT, {**FALCO, "rule": rule}, json.dumps({"rule": rule, "output": "x"}))
    assert wait_for(lambda: bool(found(loki, '{source="syscall"}')), SECONDS)
    return {page for page, query in QUERIES if not found(loki, of_anything(query))}


def found(loki: Loki, query: str) -> list[Any]:
    """The answer over the last quarter of an hour; a query that Loki refuses fails the test with Loki's words."""
    now = time.time_ns() + MINUTE
    answer = loki.ask("/loki/api/v1/query_range", TENANT, query=query, start=now - 16 * MINUTE, end=now, step=60)
    result: list[Any] = answer["data"]["result"]
    return result


def test_every_query_of_a_runbook_finds_lines_or_says_why_not(silent: set[str]) -> None:
    assert silent - set(EMPTY) == set()


def test_no_reason_is_left_of_a_runbook_whose_queries_find_lines(silent: set[str]) -> None:
    assert set(EMPTY) - silent == set()
