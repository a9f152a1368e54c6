"""What each check finds, and what looks alike and is right."""

import textwrap
from collections.abc import Iterable

import pytest

from checks.finding import Finding
from checks.rules import check
from checks.rules.findings import Kind
from checks.rules.inference import source
from model.catalog.catalog import Catalog
from tests.tools import PROJECT

CATALOG = Catalog.load(PROJECT / "catalog")
RUNBOOKS = frozenset({"ServiceDown", "OtherDown"})
RECORDED = """\
- record: node:memory:ratio
  expr: sum by (cluster, node) (kube_node_status_capacity)
- record: component:queue:sum
  expr: sum by (cluster) (kube_pod_info)
  labels: {system: shop, component: api}
"""
ALERT = """\
- alert: ServiceDown
  expr: |-
{expr}
  for: 5m
  labels: {{severity: warning, team: platform, system: platform, component: api}}
  annotations:
    summary: Down
    description: {description}
    dashboard_url: /d/belfry-service
"""


def alert(expr: str, description: str = "It is down.") -> str:
    return ALERT.format(expr=textwrap.indent(expr, "    "), description=description)


def findings(*rules: str) -> tuple[Finding, ...]:
    body = "groups:\n  - name: test\n    interval: 1m\n    rules:\n" + textwrap.indent(
        RECORDED + "".join(rules), " " * 6
    )
    return tuple(check(source.read("test", "rules/test.yaml", body), CATALOG, RUNBOOKS))


def kinds(found: Iterable[Finding]) -> set[str]:
    return {each.check for each in found}


UP = 'up{job="api"} == 0'
OTHER = alert(UP).replace("ServiceDown", "OtherDown").replace("component: api", "component: web")
MALL = "- record: component:queue:sum\n  expr: vector(1)\n  labels: {system: mall, component: web}\n"
BROKEN: list[tuple[Kind, str]] = [
    (Kind.DOES_NOT_PARSE, alert("sum by (cluster (up)")),
    (Kind.UNKNOWN_METRIC, alert("up_in_the_air > 0")),
    (Kind.UNKNOWN_METRIC, alert('{job="api"} == 0')),
    (Kind.NEVER_CHOOSES, alert('up{job="api", job="web"} == 0')),
    (Kind.NEVER_CHOOSES, alert('up{job="api", job!~"a.*"} == 0')),
    (Kind.NEVER_CHOOSES, alert('up{colour="red"} == 0')),
    (Kind.NEVER_CHOOSES, alert('component:queue:sum{component="web"} > 1')),
    (Kind.NEVER_CHOOSES, alert('node:memory:ratio{pod="a"} > 0.9')),
    (Kind.NEVER_JOINS, alert("node:memory:ratio > on (cluster, pod) kube_pod_info")),
    (Kind.NEVER_JOINS, alert('kube_node_info{node="a"} and on (node) kube_node_info{node="b"}')),
    (
        Kind.NEVER_JOINS,
        alert("sum by (cluster, reason) (kube_job_status_failed) / sum by (cluster) (kube_job_status_failed)"),
    ),
    (Kind.NEVER_TRUE, alert(f"count by (cluster) ({UP}) == 0")),
    (Kind.NEVER_TRUE, alert(f"count by (cluster) ({UP}) < 1")),
    (Kind.NEVER_TRUE, alert('absent(up{job="api"}) == 0')),
    (Kind.NEVER_TRUE, alert("up > 1")),
    (Kind.NEVER_TRUE, alert("(node:memory:ratio > 0.9) < 0.5")),
    (Kind.NEVER_TRUE, alert("avg by (cluster, instance) (up) > 1")),
    (Kind.NEVER_TRUE, alert("rate(node_cpu_seconds_total[5m]) < 0")),
    (Kind.RANGE_TOO_SHORT, alert("rate(node_cpu_seconds_total[45s]) > 1")),
    (Kind.RANGE_TOO_SHORT, alert("deriv(aws_rds_cpuutilization_average[5m]) > 1")),
    (Kind.RANGE_TOO_SHORT, alert("changes(node:memory:ratio[90s]) > 1")),
    (Kind.RANGE_TOO_SHORT, alert("deriv(node:memory:ratio[5m:4m]) > 1")),
    (Kind.WRONG_SIDE, alert("group by (cluster) (up) and on (cluster) node:memory:ratio > 0.9", "Uses {{ $value }}.")),
    (
        Kind.WRONG_SIDE,
        alert(
            "sum by (cluster) (kube_pod_info) and on (cluster) sum by (cluster, job) (kube_pod_info) > 1",
            "In {{ $labels.job }}.",
        ),
    ),
    (Kind.MISSING_LABEL, alert("sum by (cluster) (kube_pod_info) == 0", "Down in {{ $labels.namespace }}.")),
    (Kind.MISSING_LABEL, alert("sum by (namespace) (kube_pod_info) == 0", "Down in {{ $labels.namespace }}.")),
    (Kind.UNBOUNDED_LABEL, "- record: a:b:c\n  expr: sum by (cluster, id) (container_memory_working_set_bytes)\n"),
    (Kind.UNBOUNDED_LABEL, alert('count_values by (cluster) ("url", up) > 3')),
    # An alert that no rule makes with these labels, though each of them is on some.
    (Kind.NEVER_CHOOSES, alert('ALERTS{alertname="OtherDown", component="api"} == 1') + OTHER),
    (Kind.NEVER_CHOOSES, alert('ALERTS{alertname="AbsentDown"} == 1')),
    (Kind.NEVER_CHOOSES, alert('component:queue:sum{system="mall", component="api"} > 1') + MALL),
    # The better of two hides the worse; a sum against one's limit; a ratio of both; a record in between.
    (Kind.HIDDEN_PART, alert("max by (cluster, system, component) (pg_up) == 0")),
    (Kind.HIDDEN_PART, alert("max by (cluster, system, component) (max_over_time(redis_up[1m])) == 0")),
    (Kind.HIDDEN_PART, alert("max by (cluster, system, component) (probe_success) == 0")),
    (Kind.HIDDEN_PART, alert("avg by (cluster) (up) < 0.5")),
    (Kind.HIDDEN_PART, alert("sum by (cluster, system, component) (pg_stat_activity_count) / 500 > 0.9")),
    (Kind.HIDDEN_PART, alert("sum without (instance) (pg_stat_activity_count) > 450")),
    (
        Kind.HIDDEN_PART,
        alert(
            "sum by (cluster) (rate(pg_stat_database_xact_rollback[5m]))"
            " / sum by (cluster) (rate(pg_stat_database_xact_commit[5m])) > 0.1"
        ),
    ),
    (
        Kind.HIDDEN_PART,
        alert("max by (cluster) (node_filesystem_avail_bytes) / max by (cluster) (node_filesystem_size_bytes) < 0.1"),
    ),
    (
        Kind.HIDDEN_PART,
        "- record: a:b:c\n  expr: sum by (cluster, instance) (pg_stat_activity_count)\n"
        "- record: a:b:d\n  expr: sum by (cluster) (a:b:c)\n",
    ),
    (Kind.HALF_A_NAME, "- record: a:b:c\n  expr: sum by (cluster, component) (redis_commands_total)\n"),
    (Kind.HALF_A_NAME, "- record: a:b:c\n  expr: sum by (cluster, server) (traces_service_graph_request_total)\n"),
    (Kind.HALF_A_NAME, "- record: a:b:c\n  expr: sum without (namespace) (kube_job_status_failed)\n"),
    (Kind.HALF_A_NAME, alert('traces_service_graph_request_total{client="ai-service"} > 5')),
    (Kind.NO_FOR, alert(UP).replace("  for: 5m\n", "")),
    (Kind.NO_FOR, alert(UP).replace("for: 5m", "for: 0s")),
    (Kind.INCOMPLETE_ALERT, alert(UP).replace("severity: warning, ", "")),
    (Kind.INCOMPLETE_ALERT, alert(UP).replace("severity: warning", "severity: dire")),
    (Kind.INCOMPLETE_ALERT, alert(UP).replace("team: platform, ", "")),
    (Kind.INCOMPLETE_ALERT, alert(UP).replace("    summary: Down\n", "")),
    (Kind.INCOMPLETE_ALERT, alert(UP).replace("ServiceDown", "ServiceLost")),
    (Kind.ESCALATED_COPIES, alert('count by (cluster) (ALERTS{alertstate="firing"}) > 3')),
    (
        Kind.RECORDED_TWICE,
        "- record: node:memory:ratio\n  expr: sum by (cluster, node) (kube_node_status_allocatable)\n",
    ),
]

RIGHT = [
    alert(UP),
    # Absent labels may be asked to be absent; any value of a set is fine.
    alert('up{colour="", job=~"api|web", job!="x"} == 0'),
    alert('component:queue:sum{component=~"api|web"} > 1'),
    # Joined by what both have, or one of many to one.
    alert("node:memory:ratio > on (cluster, node) group_left () sum by (cluster, node) (kube_node_status_allocatable)"),
    alert(
        "sum by (cluster, reason) (kube_job_status_failed)"
        " / on (cluster) group_left () sum by (cluster) (kube_pod_info)"
    ),
    alert('kube_node_info{node="a"} or on (node) kube_node_info{node="b"}'),
    alert(
        "label_replace(up, 'node', '$1', 'instance', '(.*)') * on (cluster, node) group_left () node:memory:ratio > 1"
    ),
    # Values that are possible, and switches.
    alert(f"count by (cluster) ({UP}) >= 1"),
    alert("(node:memory:ratio > bool 0.9) == 0"),
    alert("vector(1 > bool 2) > 0"),
    alert("sum by (cluster) (kube_pod_info) > 3"),
    alert("-up < 0"),
    alert("up - 1 < 0"),
    alert("avg_over_time(up[5m]) < 0.5"),
    # As long as two samples, or functions that need one.
    alert("rate(node_cpu_seconds_total[60s]) > 1"),
    alert("max_over_time(aws_rds_cpuutilization_average[5m]) > 90"),
    alert("deriv(node:memory:ratio[10m:1m]) > 1"),
    # `and` keeps the measurement; without its value in the text a constant is fine.
    alert(
        "node:memory:ratio > 0.9 and on (cluster) group by (cluster) (up)", "Uses {{ $value }} of {{ $labels.node }}."
    ),
    alert("group by (cluster) (up) and on (cluster) node:memory:ratio > 0.9"),
    alert('count by (cluster) (ALERTS{alertstate="firing", level=""}) > 3'),
    alert('count by (cluster) (ALERTS{alertname=~"ServiceDown|Slow"}) > 3'),
    # An alert that a rule makes, by a label of its own, of its query, or of a template.
    alert('ALERTS{alertname="ServiceDown", component="api", alertstate="firing"} == 1'),
    alert('ALERTS{alertname=~"Service.*", job="api"} == 1'),
    alert('ALERTS{alertname="ServiceDown", component="web"} == 1').replace(
        "component: api", "component: '{{ $value }}'"
    ),
    # The worst part, each part, a number of parts, a part that is chosen, one that was picked before.
    alert("min by (cluster, system, component) (pg_up) == 0"),
    alert("max by (cluster, system, component, instance) (pg_up) == 0"),
    alert("max without (job) (pg_up) == 0"),
    alert("count by (cluster, system, component) (pg_up == 0) > 1"),
    alert("max by (cluster, system, component) (pg_up == 0) == 0"),
    alert('max by (cluster) (pg_up{instance="writer"}) == 0'),
    alert("max by (cluster) (topk by (cluster) (3, redis_memory_used_bytes)) > 5"),
    alert("max by (cluster) (sum by (cluster, instance) (pg_stat_activity_count)) / 500 > 0.9"),
    alert(
        "min by (cluster) (sum by (cluster, instance) (rate(pg_stat_database_blks_hit[5m]))"
        " / sum by (cluster, instance) (rate(pg_stat_database_blks_read[5m]))) < 0.9"
    ),
    alert("max by (cluster) (1 - node_filesystem_avail_bytes / node_filesystem_size_bytes) > 0.9"),
    alert("max by (cluster, node) (label_replace(up, 'host', '$1', 'instance', '(.*)')) > 0").replace(
        "node) (", "host) ("
    ),
    # A name with its owner, of one owner alone, or of a metric that has no owner.
    alert("sum by (cluster, system, component) (redis_commands_total) > 5"),
    alert('sum by (cluster, component) (redis_commands_total{system="shop"}) > 5'),
    alert('traces_service_graph_request_total{client="a", client_service_namespace="shop"} > 5'),
    # What is absent has no cluster.
    alert('absent(up{job="api"})'),
    alert('absent(up{job="api"}) or absent(up{job="web"})'),
    "- record: a:b:c\n  expr: sum without (id) (container_memory_working_set_bytes)\n",
    "- record: component:queue:sum\n  expr: vector(1)\n  labels: {system: shop, component: web}\n",
]


@pytest.mark.parametrize(("kind", "rule"), BROKEN)
def test_a_broken_rule_is_found_and_nothing_else_in_it(kind: Kind, rule: str) -> None:
    assert kinds(findings(rule)) == {kind}


@pytest.mark.parametrize("rule", RIGHT)
def test_a_rule_that_looks_alike_and_is_right_is_left_alone(rule: str) -> None:
    assert findings(rule) == ()


def test_every_check_has_a_sample() -> None:
    assert {kind for kind, _ in BROKEN} == set(Kind)


def test_a_finding_names_file_line_and_rule() -> None:
    (found,) = findings(alert("up > 0\n  and\nup_in_the_air > 0"))

    assert str(found) == (
        "rules/test.yaml:14: ServiceDown: up_in_the_air is not exposed, declared or recorded [unknown-metric]"
    )


def test_a_range_of_an_objective_is_measured_by_its_own_scrapes() -> None:
    query = 'rate(http_server_request_duration_seconds_count{{system="{0}", component="{1}"}}[30s]) > 1'

    assert findings(alert(query.format("alchemorsel", "api"))) == ()
    assert kinds(findings(alert(query.format("alchemorsel", "haproxy")))) == {Kind.RANGE_TOO_SHORT}


def test_a_series_that_is_made_of_itself_does_not_hang_the_linter() -> None:
    assert findings("- record: a:b:c\n  expr: a:b:c or up\n") == ()
