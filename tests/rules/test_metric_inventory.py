"""No rule names a metric that nobody exposes: it would never fire, and nobody would notice."""

import promql_parser
import pytest

from checks.rules.inference.syntax import selectors
from model.alerting.prometheus_rules import RuleFile
from model.assets import Asset, BundleKind, read_manifest
from model.catalog import platform
from model.catalog.catalog import Catalog
from model.catalog.telemetry import series_names
from model.metrics.metric_inventory import Exporter, load
from tests.tools import PROJECT

RULES = {
    bundle.name: RuleFile.parse(
        Asset(bundle, f"rules/{bundle.path}", (PROJECT / "rules" / bundle.path).read_text(encoding="utf-8"))
    )
    for bundle in read_manifest(PROJECT, "rules").bundles
    if bundle.kind is BundleKind.PROMETHEUS
}
CATALOG = Catalog.load(PROJECT / "catalog")
SYSTEMS = (*CATALOG.systems, platform.system(CATALOG.organization))
DECLARED = {name for system in SYSTEMS for part in system.components for name in part.telemetry.metric_names} | {
    name for system in CATALOG.systems for part in system.resources for name in series_names(part.metrics)
}
RECORDED = {rule.record for rules in RULES.values() for g in rules.groups for rule in g.rules if rule.record}
EXPOSED = load().metrics
# On every target, by service discovery or by Belfry's own relabelling.
TARGET = {"cluster", "namespace", "pod", "job", "instance", "service", "endpoint", "system", "component"}


@pytest.mark.parametrize("bundle", sorted(RULES))
def test_every_metric_is_exposed_declared_or_recorded_and_has_the_labels_it_is_chosen_by(bundle: str) -> None:
    for group in RULES[bundle].groups:
        for rule in group.rules:
            for selector in selectors(promql_parser.parse(rule.expr)):
                metric = selector.name
                assert metric in EXPOSED or metric in DECLARED or metric in RECORDED, (
                    rule.record or rule.alert,
                    metric,
                )
                if metric in EXPOSED and metric not in DECLARED:
                    chosen = {matcher.name for matcher in selector.matchers.matchers}
                    assert chosen <= EXPOSED[metric] | TARGET, (rule.record or rule.alert, metric, chosen)


def test_the_walk_sees_metrics_inside_functions_ranges_subqueries_and_both_sides() -> None:
    query = "topk(3, sum(rate(a[5m])) / max_over_time(b[1h:5m])) unless on (x) quantile(0.9, c) or d offset 1h"
    assert {selector.name for selector in selectors(promql_parser.parse(query))} == {"a", "b", "c", "d"}


def test_recorded_series_are_named_level_metric_operations() -> None:
    for record in RECORDED:
        assert len(record.split(":")) == 3, record


def test_no_aggregation_by_name_loses_the_cluster() -> None:
    """Two clusters in one store must never be added up. Only whole-cluster absence has no series to keep it from."""
    for bundle, rules in RULES.items():
        for group in rules.groups:
            for rule in group.rules:
                for piece in rule.expr.split(" by (")[1:]:
                    kept = piece.split(")")[0].split(", ")
                    assert "cluster" in [label.strip() for label in kept], (bundle, rule.record or rule.alert, kept)


def test_parts_that_fail_apart_are_distinguished_by_a_label_that_their_metric_has() -> None:
    # A node's name is joined to its address by node:node_exporter:info.
    joined = {"node"}
    strangers = [
        (metric, sorted(apart.by))
        for metric, parts in load().apart.items()
        for apart in parts
        if not (set(apart.by) - joined) & (EXPOSED[metric] | TARGET) and not set(apart.by) & EXPOSED[metric]
    ]
    assert strangers == []


def test_parts_of_a_metric_that_the_exporter_does_not_have_are_an_error() -> None:
    apart = {"metrics": ["pg_down"], "by": ["instance"], "why": "Each fails alone."}
    with pytest.raises(ValueError, match="apart: found pg_down; allowed: metrics of this exporter"):
        Exporter.model_validate({"description": "PostgreSQL.", "metrics": {"pg_up": []}, "apart": [apart]})
