"""Recorded series that only boards read, as the rule file ``rules/prometheus/dashboards.yaml``.

Default views read recorded series only: a board that many people keep open costs every reload again, a rule costs once.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from authoring.promql import equals, number
from authoring.rule_file import Written, rule_file
from authoring.rules.recording import (
    alerts,
    capacity,
    cluster,
    monitoring,
    product,
    security,
    service,
    stores,
    thresholds,
)
from authoring.rules.signals.requests import distribution
from model import labels
from model.catalog.catalog import Catalog, owner_of
from model.catalog.components import Component
from model.catalog.objectives import LatencySli
from model.catalog.telemetry import HttpMetrics, in_unit
from model.quantities import Duration

PATH: Final = "rules/prometheus/dashboards.yaml"

CLUSTERS: Final = "cluster:targets:group"
"""One for each cluster that sends anything."""

COMPONENTS: Final = "component:catalog:info"
"""One for each cluster and component of the catalog, with system, component, team and kind: what variables list."""

ROLLOUTS: Final = "component:rollouts:group"
"""One while a new version of a component is at most five minutes old, with cluster, system and component."""

APDEX: Final = "component:request_apdex:ratio_rate5m"
"""0 to 1: the satisfied and half of the tolerating, as shares of all requests (https://www.apdex.org)."""

# The component's promise of latency says when people are satisfied; without one, Apdex's own usual target.
SATISFIED_WITHOUT_PROMISE: Final = Decimal("0.5")

_HEAD = """\
Series that only boards read, generated from catalog/ by `make assets`; do not edit.
The lists of clusters, systems and components that variables show, rollouts, and Apdex. The lists read
what the first rule wrote."""


def generate(catalog: Catalog) -> str:
    """The rule file."""
    groups = [
        ("belfry.dashboards", (*_lists(catalog), _rollouts(), *_apdex(catalog), *service.rules(catalog))),
        (stores.EXPORTERS_GROUP, (*stores.without_line(catalog), *stores.of_exporters())),
        (stores.AWS_GROUP, (*stores.lists(catalog, CLUSTERS), *stores.of_aws())),
        ("belfry.dashboards.cluster", tuple(cluster.rules())),
        ("belfry.dashboards.monitoring", tuple(monitoring.rules())),
        ("belfry.dashboards.security", tuple(security.rules(catalog))),
        ("belfry.dashboards.capacity", tuple(capacity.rules())),
        ("belfry.dashboards.thresholds", tuple(thresholds.rules(catalog))),
        ("belfry.dashboards.alerts", (*alerts.rules(), *security.events())),
        (product.BUSINESS_GROUP, tuple(product.of_business(catalog))),
        (product.PRODUCT_GROUP, tuple(product.of_product())),
    ]
    intervals = {
        stores.AWS_GROUP: stores.INTERVAL,
        "belfry.dashboards.capacity": capacity.INTERVAL,
        "belfry.dashboards.alerts": alerts.INTERVAL,
        "belfry.dashboards.monitoring": monitoring.INTERVAL,
        # Nodes and workloads change within minutes; half as many samples.
        "belfry.dashboards.cluster": "1m",
    }
    return rule_file(_HEAD, groups, intervals)


def _lists(catalog: Catalog) -> Iterator[Written]:
    yield Written("record", CLUSTERS, "group by (cluster) (up)", {})
    for system in catalog.systems:
        for part in (*system.components, *system.resources):
            names = {labels.SYSTEM: system.system, labels.COMPONENT: part.name}
            yield Written(
                "record",
                COMPONENTS,
                CLUSTERS,
                names | {labels.TEAM: owner_of(system, part), "kind": str(part.kind)},
            )


def _rollouts() -> Written:
    # A new ReplicaSet is a new version; a change of replicas alone makes none. Nothing is new where kube-state-metrics
    # was away five minutes ago, or its return would look like a rollout of everything.
    return Written(
        "record",
        ROLLOUTS,
        """\
group by (cluster, system, component) (
  label_replace(
    (
      kube_replicaset_owner{owner_kind="Deployment"}
        unless on (cluster, namespace, replicaset)
      kube_replicaset_owner offset 5m
    )
      and on (cluster)
    (count by (cluster) (kube_replicaset_owner offset 5m) > 0),
    "component", "$1", "owner_name", "(.+)"
  )
    * on (namespace, component) group_left (system)
  component:owner:info
)""",
        {},
        comment="New versions. Rolling back to a ReplicaSet that is still there is not seen.",
    )


def _apdex(catalog: Catalog) -> Iterator[Written]:
    for system in catalog.systems:
        for component in system.components:
            if component.telemetry.requests is None:
                continue
            satisfied = _satisfied(component)
            where = equals({labels.SYSTEM: system.system, labels.COMPONENT: component.name})
            within = [_within(component.telemetry.requests, where, satisfied * times) for times in (1, 4)]
            yield Written(
                "record",
                APDEX,
                f"(\n  ({within[0]})\n    +\n  ({within[1]})\n) / 2",
                {labels.SYSTEM: system.system, labels.COMPONENT: component.name},
            )


def _within(http: HttpMetrics, where: list[str], seconds: Decimal) -> str:
    """The share of requests that took no longer."""
    bound = number(in_unit(seconds, http.unit))
    return distribution(http, where, lambda durations: f"histogram_fraction(0, {bound}, {durations})")


def _satisfied(component: Component) -> Decimal:
    """Seconds: the tightest promise for all requests of the component."""
    promised = [
        Duration(objective.sli.threshold).seconds
        for objective in component.objectives
        if isinstance(objective.sli, LatencySli) and not objective.sli.where
    ]
    return min(promised, default=SATISFIED_WITHOUT_PROMISE)
