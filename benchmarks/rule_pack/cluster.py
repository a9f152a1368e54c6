"""A made-up cluster: 20 nodes, 300 pods, the catalog's systems, and two API servers, as EKS runs.

Which labels a metric has comes from the metric inventory, the catalog and what the rules ask for. How many of each
there are stands in the tables below. Each API server has 168 series of requests and 3,168 buckets of their durations; a
real one of one node and 25 pods had 171 and 3,036 (``benchmarks/data/series/api-server.json``).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from model.catalog.catalog import Catalog
from model.catalog.telemetry import Telemetry, series_names
from model.metrics import metric_inventory
from pictures.synthetic.packs import Read, values

Labels = dict[str, str]

NODES, PODS, NAMESPACES, REPLICAS = 20, 300, 10, 3
# Metrics by the beginning of their names -> what they are of, and how many of it there are.
POPULATIONS = (
    (r"node_.*_hourly_cost|kube_node.*", "node", NODES),
    (r"node_.*|kubelet_(?!volume).*|storage_operation.*|volume_manager.*|kubernetes_build_info", "instance", NODES),
    (r"kubelet_volume_.*|kube_persistentvolume.*", "persistentvolumeclaim", 40),
    (r"container_.*|kube_pod_.*", "pod", PODS),
    (r"kube_deployment_.*|kube_replicaset.*", "deployment", 100),
    (r"kube_daemonset_.*", "daemonset", 8),
    (r"kube_statefulset_.*", "statefulset", 10),
    (r"kube_(job|cronjob)_.*", "job_name", 20),
    (r"kube_horizontalpodautoscaler_.*", "horizontalpodautoscaler", 30),
    (r"kube_(namespace|resourcequota|poddisruptionbudget|limitrange).*", "namespace", 12),
    (r"up|scrape_.*", "instance", 400),
    (r"apiserver_.*|aggregator_.*|rest_client_.*", "instance", 2),
    (r"aws_.*", "resource", 5),
    (r".*", "pod", REPLICAS),
)
# Labels of which each thing has a series a value, and how many values they have beside those that rules name.
SIZES = {
    **dict.fromkeys(("cpu", "mode"), 8),
    **dict.fromkeys(("verb", "route", "http_route"), 6),
    **dict.fromkeys(("resource", "code"), 4),
    **dict.fromkeys(("condition", "status", "rcode", "scope"), 3),
    **dict.fromkeys(("mountpoint", "fstype", "subresource"), 1),
    "le": 12,
    "phase": 5,
    "rule_group": 40,
}
# The same of the API server's metrics that rules look at for days.
API_SERVER = {
    "apiserver_request_total": {"resource": 7, "scope": 1},
    "apiserver_request_sli_duration_seconds_count": {"resource": 8},
    "apiserver_request_sli_duration_seconds_bucket": {"resource": 8, "le": 22},
}
FEW = 2  # of a label that a component declares
# Labels that only together name a part of a system.
PART = ("system", "component", "probe")
EDGES = ("0.005", "0.01", "0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10", "30", "60", "+Inf")
MORE_EDGES = ("0.025", "0.075", "0.3", "0.4", "0.6", "0.8", "1.25", "1.5", "3", "4", "6", "8", "15", "20", "45")


def scrape_interval(metric: str) -> int:
    """Seconds, as Belfry scrapes the cluster and whatever has an objective."""
    return 30 if metric.startswith("apiserver_") else 15


class Cluster:
    """Which series there are of each metric."""

    def __init__(self, catalog: Catalog, uses: Mapping[str, Sequence[Read]]) -> None:
        self._uses = uses
        self._exposed = metric_inventory.load().metrics
        self._declared = _declared(catalog)
        systems = [system.system for system in catalog.systems]
        self._namespaces = [*systems, *_numbered("namespace", NAMESPACES - len(systems))]

    def series(self, metric: str) -> Iterator[Labels]:
        """Labels of all series of a metric that something exposes."""
        uses = self._uses[metric]
        asked = {name: values(uses, name) for use in uses for name, _, _ in use.matchers}
        parts = [*self._declared.get(metric, ()), *self._asked_parts(metric, uses)]
        for part, labels in parts:
            named = {label: several for label, several in asked.items() if label not in part}
            fixed = {label: several[0] for label, several in named.items() if several and label not in labels}
            wide = {label: _sized(label, named.get(label, []), SIZES.get(label, FEW)) for label in sorted(labels)}
            for pod in _numbered("pod", REPLICAS):
                yield from ({"cluster": "eu", **fixed, **part, "pod": pod, **chosen} for chosen in _product(wide))
        if not parts:
            yield from self._things(metric, asked)

    def _things(self, metric: str, asked: Mapping[str, list[str]]) -> Iterator[Labels]:
        """Series of the cluster's own things: so many of a kind, with equal numbers for what belongs together."""
        kind, count = next((kind, count) for pattern, kind, count in POPULATIONS if re.fullmatch(pattern, metric))
        labels = self._labels(metric) | {name for name, several in asked.items() if several}
        sizes = {**SIZES, **API_SERVER.get(metric, {})}
        wide = {
            label: _sized(label, asked.get(label, []), sizes[label]) for label in sorted(labels & SIZES.keys() - {kind})
        }
        # What says something of a thing (its job, its owner, its image) has one value, or things would be there twice.
        said = {label: asked.get(label) or [label] for label in sorted(labels - SIZES.keys())}
        said["namespace"] = (
            self._namespaces if {*asked.get("namespace", ())} <= {*self._namespaces} else asked["namespace"]
        )
        for number in range(count):
            more = {label: several[number % len(several)] for label, several in said.items()}
            place = {"instance": f"instance-{number % NODES}", "node": f"node-{number % NODES}", "pod": f"pod-{number}"}
            thing = {"cluster": "eu", **more, **place, kind: f"{kind}-{number}"}
            yield from ({**thing, **chosen} for chosen in _product(wide))

    def _asked_parts(self, metric: str, uses: Sequence[Read]) -> Iterator[tuple[Labels, frozenset[str]]]:
        """Parts of systems that rules select by name and that declare no metrics: an exporter does."""
        if metric.startswith("apiserver_"):
            return  # the platform's own objectives ask for it by component; it is still two servers, not pods
        declared = [part for part, _ in self._declared.get(metric, ())]
        found = {tuple((name, v) for name, sign, v in use.matchers if name in PART and sign == "=") for use in uses}
        for part in map(dict, sorted(found - {()})):
            if "component" in part and not any(part.items() <= other.items() for other in declared):
                yield part, self._labels(metric) & SIZES.keys()

    def _labels(self, metric: str) -> frozenset[str]:
        """Those of the inventory. A histogram that has only its buckets there has the same on its count and sum."""
        buckets = f"{metric.removesuffix('_count').removesuffix('_sum')}_bucket"
        return self._exposed.get(metric) or self._exposed.get(buckets, frozenset()) - {"le"}


def _declared(catalog: Catalog) -> dict[str, list[tuple[Labels, frozenset[str]]]]:
    """Metric -> who declares it, and with which labels."""
    found: dict[str, list[tuple[Labels, frozenset[str]]]] = {}
    for system in catalog.systems:
        for part in (*system.components, *system.resources):
            owner = {"system": system.system, "component": part.name}
            telemetry: Telemetry | None = getattr(part, "telemetry", None)
            metrics = telemetry.metrics if telemetry else getattr(part, "metrics", ())
            labels = {name: frozenset(metric.labels) for metric in metrics for name in series_names([metric])}
            if telemetry and (http := telemetry.requests):
                preset = frozenset({http.status_label, http.route_label})
                labels |= {name: preset for name in telemetry.metric_names if name not in labels}
            for name, own in labels.items():
                found.setdefault(name, []).append((owner, own | ({"le"} if name.endswith("_bucket") else frozenset())))
    return found


def _sized(label: str, named: list[str], size: int) -> list[str]:
    """The values that rules ask for, and others up to ``size``."""
    spare = [*EDGES, *MORE_EDGES] if label == "le" else _numbered(label, size)
    return [*named, *(value for value in spare if value not in named)][: max(size, len(named))]


def _numbered(word: str, count: int) -> list[str]:
    return [f"{word}-{number}" for number in range(count)]


def _product(dimensions: Mapping[str, list[str]]) -> Iterator[Labels]:
    for chosen in product(*dimensions.values()):
        yield dict(zip(dimensions, chosen, strict=True))
