"""The keep-list drops most of what is exposed, and nothing that a shipped rule or panel reads."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import promql_parser
import pytest

from benchmarks.keep_list import GOAL, counts
from benchmarks.series_listing import recorded
from checks.rules.inference.syntax import selectors
from configs.prometheus.keep_list import EXPORTERS, READ_BY_OPENCOST, Job, metrics, relabelings, watched_kinds
from configs.prometheus.relabeling import METRIC, kept
from model import names
from model.metrics.metric_inventory import load
from tests.rules.test_metric_inventory import RULES
from tests.tools import PROJECT

LISTINGS = recorded()
# Their label `job` is the name of their Service, and some of their metrics have names that others know too.
OF_THANOS = {names.THANOS_QUERY, names.THANOS_STORE, names.THANOS_COMPACTOR}
every_job = pytest.mark.parametrize("job", Job, ids=str)

_VALUES = {"$__rate_interval": "5m", "$__interval": "1m", "$__range": "6h"}
_VARIABLE = re.compile(r"\$\{?\w+(:\w+)?\}?")
_RANGE = re.compile(r"\[\$\{?\w+\}?")
_OF_VARIABLE = re.compile(r"^(?:label_values|query_result)\((?P<expression>.*?)(?:,\s*\w+)?\)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reader:
    """One selector of a shipped rule or panel, and where it stands."""

    where: str
    selector: promql_parser.VectorSelector


def of_rules() -> Iterator[Reader]:
    for bundle, rules in RULES.items():
        for group in rules.groups:
            for rule in group.rules:
                for selector in selectors(promql_parser.parse(rule.expr)):
                    yield Reader(f"{bundle}: {rule.record or rule.alert}", selector)


def of_boards() -> Iterator[Reader]:
    for path in sorted((PROJECT / "dashboards" / "grafana").glob("*.json")):
        for expression in expressions(json.loads(path.read_text(encoding="utf-8"))):
            for selector in selectors(promql_parser.parse(filled_in(expression))):
                yield Reader(path.name, selector)


def expressions(node: Any) -> Iterator[str]:
    """PromQL of panels, annotations and variables, however deep."""
    if isinstance(node, list):
        for below in node:
            yield from expressions(below)
    elif isinstance(node, dict):
        if (node.get("datasource") or {}).get("type") == "prometheus":
            yield from of_query(node)
        for below in node.values():
            yield from expressions(below)


def of_query(node: dict[str, Any]) -> Iterator[str]:
    if isinstance(node.get("expr"), str):
        yield node["expr"]
    asked = node.get("query")
    text = asked.get("query") if isinstance(asked, dict) else asked
    if isinstance(text, str) and (found := _OF_VARIABLE.match(text.strip())) and "(" in text:
        yield found["expression"]


def filled_in(expression: str) -> str:
    """As Prometheus sees it: Grafana's variables replaced, those within strings too."""
    for variable, value in _VALUES.items():
        expression = expression.replace(variable, value)
    return _VARIABLE.sub("1", _RANGE.sub("[5m", expression))


@cache
def readers() -> tuple[Reader, ...]:
    return (*of_rules(), *of_boards())


def exposed_by(selector: promql_parser.VectorSelector) -> list[Job]:
    """Jobs that were seen to expose a metric, or that the inventory says do. A selector of Thanos' means no other."""
    metric, chosen = selector.name or "", equalities(selector)
    if chosen.get("job") in OF_THANOS:
        return [Job.THANOS]
    return [
        job
        for job in Job
        if (job in LISTINGS and metric in LISTINGS[job].metrics)
        or any(metric in load().exporters[exporter].metrics for exporter in EXPORTERS[job])
    ]


def equalities(selector: promql_parser.VectorSelector) -> dict[str, str]:
    """Label -> value, where a selector names one."""
    return {m.name: m.value for m in selector.matchers.matchers if m.op is promql_parser.MatchOp.Equal}


def test_no_metric_that_a_rule_or_a_panel_reads_is_dropped() -> None:
    read = 0
    for reader in readers():
        assert reader.selector.name, f"{reader.where} chooses series without a name: nobody can tell what it reads"
        for job in exposed_by(reader.selector):
            read += 1
            assert reader.selector.name in metrics(job), (
                f"{reader.where} reads {reader.selector.name}, and the keep-list of {job} drops it: "
                "add it to its exporter in model/metrics/inventory/"
            )
    assert read > 100


def test_no_bucket_or_interface_that_a_rule_or_a_panel_chooses_is_dropped_from_within_a_metric() -> None:
    for reader in readers():
        name = reader.selector.name or ""
        series = equalities(reader.selector)
        for job in exposed_by(reader.selector):
            # A pod of its own, unless the selector says otherwise: what belongs to none is nobody's series.
            assert kept(relabelings(job), {"pod": "any", **series, METRIC: name}), reader.where


def test_boards_are_read_too() -> None:
    assert list(of_boards())
    board = {
        "templating": {
            "list": [{"datasource": {"type": "prometheus"}, "query": {"query": 'label_values(up{a="$b"}, cluster)'}}]
        },
        "panels": [
            {"panels": [{"targets": [{"datasource": {"type": "prometheus"}, "expr": "rate(x[$__rate_interval])"}]}]},
            {"targets": [{"datasource": {"type": "loki"}, "expr": '{app="x"} |= "y"'}]},
        ],
    }

    assert [filled_in(expression) for expression in expressions(board)] == ['up{a="1"}', "rate(x[5m])"]


@every_job
def test_a_job_keeps_what_its_exporters_in_the_inventory_expose_and_what_a_company_adds(job: Job) -> None:
    known = {name for exporter in EXPORTERS[job] for name in load().exporters[exporter].metrics}

    assert known
    for name in {*known, *READ_BY_OPENCOST.get(job, ()), "theirs"}:
        assert kept(relabelings(job, ["theirs"]), {METRIC: name, "pod": "some"})
    assert not kept(relabelings(job), {METRIC: "theirs", "pod": "some"})
    assert not kept(relabelings(job), {METRIC: "go_gc_duration_seconds", "pod": "some"})


def test_what_opencost_reads_is_really_exposed_by_the_job_it_stands_under() -> None:
    # The recorded cluster had no volumes, and its kube-state-metrics exposed no labels of nodes and namespaces.
    unseen = {
        "kube_namespace_labels",
        "kube_node_labels",
        "kube_persistentvolume_capacity_bytes",
        "kube_persistentvolumeclaim_info",
        "kube_persistentvolumeclaim_resource_requests_storage_bytes",
    }
    for job, read in READ_BY_OPENCOST.items():
        if job in LISTINGS:
            assert set(read) - unseen <= LISTINGS[job].metrics


def test_kube_state_metrics_watches_the_kinds_it_is_asked_about_and_no_secrets() -> None:
    kinds = watched_kinds()

    assert {"pods", "deployments", "nodes", "resourcequotas"} <= set(kinds)
    assert not {"secrets", "configmaps", "leases"} & set(kinds)
    for name in metrics(Job.KUBE_STATE_METRICS):
        if not name.startswith("kube_state_metrics_"):  # its own
            assert any(name.removeprefix("kube_").startswith(kind.removesuffix("s")) for kind in kinds), name


@pytest.mark.parametrize(
    ("metric", "kind"),
    [
        ("kube_ingress_info", "ingresses"),
        ("kube_networkpolicy_created", "networkpolicies"),
        ("kube_storageclass_info", "storageclasses"),
        ("kube_secret_info", "secrets"),
    ],
)
def test_a_kind_that_a_company_asks_about_is_watched_again(metric: str, kind: str) -> None:
    assert kind not in watched_kinds()
    assert kind in watched_kinds([metric])


def test_slices_of_the_node_and_the_hosts_side_of_pods_interfaces_are_dropped() -> None:
    rules = relabelings(Job.CADVISOR)
    usage = {METRIC: "container_cpu_usage_seconds_total", "id": "/kubepods/x"}
    received = {METRIC: "container_network_receive_bytes_total", "id": "/kubepods/x", "pod": "a"}

    assert kept(rules, usage | {"pod": "a"})
    assert not kept(rules, usage)
    assert kept(rules, received | {"interface": "eth0"})
    assert not kept(rules, received | {"interface": "eni0123456789a"})


def test_more_is_dropped_than_the_goal_against_the_charts_defaults() -> None:
    *jobs, recorded_once, ten_nodes = counts()

    assert recorded_once.dropped >= GOAL
    assert ten_nodes.dropped >= GOAL
    assert all(job.exposed >= job.chart > job.ours > 0 for job in jobs)
