"""What there is in the made-up cluster: the catalog's systems on three nodes, and the platform that watches them.

From a metric's exporter and labels follows which things have it, so a metric that is new in the inventory or in the
catalog gets series without a word here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from model import labels, names
from model.catalog.catalog import Catalog
from model.catalog.components import Component
from model.catalog.resource_base import ResourceKind
from model.catalog.system import System
from model.catalog.telemetry import PRESETS, Histogram, Metric, series_names
from model.metrics import cloudwatch_metrics, metric_inventory
from model.vocabulary import ComponentKind, MetricType, Unit

Labels = dict[str, str]
Things = Sequence[Labels]

CLUSTER = "eu-1"
NODES = 3
REPLICAS = 2
INSTANCE_TYPE = "m6i.xlarge"

NOT_IN_THE_CLUSTER = (ComponentKind.EXTERNAL_SERVICE,)
REQUESTS = frozenset(
    name for http in PRESETS.values() if http for name in (http.requests, http.duration)
)  # whose load is the component's
# A metric with one of these labels has one series for each thing of that name; the first that fits counts.
ANCHORS = (
    "pod",
    "replicaset",
    "deployment",
    "statefulset",
    "daemonset",
    "cronjob",
    "job_name",
    "horizontalpodautoscaler",
    "poddisruptionbudget",
    "resourcequota",
    "persistentvolumeclaim",
    "persistentvolume",
    "node",
)
# Programs of the platform whose targets rules look for, by job.
TARGETS = (
    (names.KUBE_SYSTEM, "apiserver"),
    (names.KUBE_SYSTEM, "kubelet"),
    (names.KUBE_SYSTEM, "coredns"),
    (names.NODE_AGENTS, "node-exporter"),
    (names.MONITORING, "kube-state-metrics"),
    (names.MONITORING, names.PROMETHEUS),
    (names.MONITORING, names.ALERTMANAGER),
    (names.MONITORING, names.CLOUDWATCH_EXPORTER),
    (names.COLLECTORS, names.COLLECTOR_GATEWAY),
    (names.FALCO, "falco"),
    (names.FALCO, "falco-falcosidekick"),
)
OF_TARGETS = ("up", "scrape_duration_seconds", "scrape_series_added")


class Owned(NamedTuple):
    """A thing that has a metric: its own labels, those that the metric adds, and how much goes on there a second."""

    thing: Labels
    added: frozenset[str]
    unit: Unit | None = None
    load: float = 1.0


class Fleet:
    """The nodes, pods and parts of the catalog that have series."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._exposed = metric_inventory.load()
        self._nodes = [_node(number) for number in range(NODES)]
        self._by_anchor = self._workloads()
        self._declared = _declared(catalog)
        self._aws = cloudwatch_metrics.jobs(catalog)

    def metric(self, name: str) -> Sequence[Owned]:
        """Things that have the metric. Of one that nobody knows there is one, so that a new name is no mistake here."""
        found = list(self._declared.get(name, ()))
        known = {(one.thing[labels.SYSTEM], one.thing[labels.COMPONENT]) for one in found}
        for exporter, exposed in self._exposed.exporters.items():
            if name in exposed.metrics:
                added = frozenset(exposed.metrics[name])
                things = self._things(exporter, name, added)
                # A part of the catalog that declares the metric itself says more of it than the exporter does.
                found += [Owned(one, added - one.keys()) for one in things if _whose(one) not in known]
        if found:
            return found
        return [Owned(self._platform(name.split("_", maxsplit=1)[0], 0), frozenset())]

    def _things(self, exporter: str, name: str, given: frozenset[str]) -> Things:
        """Things of an exporter: its own replicas, if it is none of those below."""
        anchor = next((anchor for anchor in ANCHORS if anchor in given), "namespace")
        if exporter == "kubelet" and anchor != "persistentvolumeclaim":
            anchor = "node"
        if exporter == names.CLOUDWATCH_EXPORTER and name.startswith("aws_"):
            return list(self._resources_at_aws(name))
        if exporter == "prometheus" and name in OF_TARGETS:
            return list(self._targets())
        things: dict[str, Callable[[], Iterable[Labels]]] = {
            "kube-state-metrics": lambda: self._by_anchor[anchor],
            "opencost": lambda: self._by_anchor[anchor],
            "kubelet": lambda: self._by_anchor[anchor],
            "cadvisor": lambda: self._by_anchor["pod"],
            "node-exporter": lambda: self._nodes,
            "blackbox-exporter": self._probes,
            names.POSTGRES_EXPORTER: lambda: self._resources(ResourceKind.RDS_DATABASE),
            names.REDIS_EXPORTER: lambda: self._resources(ResourceKind.ELASTICACHE),
            "real-users": lambda: self._components(ComponentKind.FRONTEND),
            "span-metrics": lambda: self._calls() if "client" in given else self._running(),
        }
        if exporter == "incidents" and (whose := given & {labels.SYSTEM, "owner"}):
            return self._systems(*whose)
        if exporter in things:
            return list(things[exporter]())
        return [self._platform(exporter, number) for number in range(REPLICAS)]

    def _systems(self, label: str) -> Things:
        """One for each system of the catalog, or with ``owner`` for each team that owns one."""
        whose = {one.system if label == labels.SYSTEM else one.owner for one in self._catalog.systems}
        return [{label: one} for one in sorted(whose)]

    def _workloads(self) -> dict[str, Things]:
        running = [
            (system.system, component.name)
            for system in self._catalog.systems
            for component in system.components
            if component.kind not in NOT_IN_THE_CLUSTER
        ]
        platform = [
            (names.MONITORING, "StatefulSet", names.PROMETHEUS),
            (names.LOGGING, "StatefulSet", "loki"),
            (names.NODE_AGENTS, "DaemonSet", names.COLLECTOR_AGENT),
        ]
        owned = [(namespace, "ReplicaSet", name) for namespace, name in running] + platform
        pods = [self._pod(*owner, number) for owner in owned for number in range(REPLICAS)]
        namespaces = sorted({namespace for namespace, _, _ in owned})
        stateful = [(namespace, name) for namespace, kind, name in platform if kind == "StatefulSet"]
        return {
            "namespace": [_in(namespace) for namespace in namespaces],
            "pod": pods,
            "replicaset": [
                _in(namespace, replicaset=f"{name}-5d9", owner_kind="Deployment", owner_name=name)
                for namespace, name in running
            ],
            "deployment": [_in(namespace, deployment=name) for namespace, name in running],
            "statefulset": [_in(namespace, statefulset=name) for namespace, name in stateful],
            "daemonset": [_in(names.NODE_AGENTS, daemonset=names.COLLECTOR_AGENT)],
            "cronjob": [_in(namespace, cronjob="report") for namespace in namespaces],
            "job_name": [
                _in(namespace, job_name="report-29000000", owner_kind="CronJob", owner_name="report")
                for namespace in namespaces
            ],
            "horizontalpodautoscaler": [_in(n, horizontalpodautoscaler=name) for n, name in running],
            "poddisruptionbudget": [_in(n, poddisruptionbudget=name) for n, name in running],
            "resourcequota": [_in(namespace, resourcequota="quota") for namespace in namespaces],
            "persistentvolumeclaim": [_in(n, persistentvolumeclaim=f"data-{name}-0") for n, name in stateful],
            "persistentvolume": [
                _in(n, persistentvolume=f"pvc-{name}", volumename=f"pvc-{name}") for n, name in stateful
            ],
            "node": self._nodes,
        }

    def _pod(self, namespace: str, kind: str, name: str, number: int) -> Labels:
        node = self._nodes[number % NODES]
        return _in(
            namespace,
            pod=f"{name}-{number}",
            container=name,
            image=name,
            id=f"/kubepods/{namespace}/{name}/{number}",
            name=f"{name}-{number}",
            owner_kind=kind,
            owner_name=f"{name}-5d9" if kind == "ReplicaSet" else name,
            node=node["node"],
            host_ip=node["instance"].split(":")[0],
        )

    def _platform(self, program: str, number: int) -> Labels:
        return _in(names.MONITORING, pod=f"{program}-{number}", instance=f"10.0.9.{number}:80", **_owner("platform"))

    def _targets(self) -> Iterator[Labels]:
        for namespace, job in TARGETS:
            for node in self._nodes:
                yield _in(namespace, job=job, instance=node["instance"], **_owner("platform", job))
        for one in self._running():
            yield {**one, "job": one[labels.COMPONENT]}

    def _probes(self) -> Iterator[Labels]:
        for system in self._catalog.systems:
            for component in system.components:
                asked = [probe.name for probe in component.probes] + [str(point.kind) for point in component.health]
                yield from ({**_owner(system.system, component.name), "probe": probe} for probe in asked)

    def _resources(self, kind: ResourceKind) -> Iterator[Labels]:
        for system in self._catalog.systems:
            yield from (_owner(system.system, one.name) for one in system.resources if one.kind is kind)

    def _resources_at_aws(self, name: str) -> Iterator[Labels]:
        for job in self._aws:
            if name in cloudwatch_metrics.series([job]):
                dimensions = {f"dimension_{key}": value for key, value in job.dimensions.items()}
                place = {"name": job.name, "region": "eu-west-1", "account_id": "123456789012"}
                yield {**_owner(job.system, job.component), **place, **dimensions}

    def _components(self, *kinds: ComponentKind) -> Iterator[Labels]:
        for system, part in self._parts():
            if part.kind in kinds:
                yield from _replicas(system, part)

    def _running(self) -> Iterator[Labels]:
        for system, part in self._parts():
            if part.kind not in NOT_IN_THE_CLUSTER:
                service = {"service_name": part.name, "service_namespace": system.system}
                yield from ({**replica, **service} for replica in _replicas(system, part))

    def _calls(self) -> Iterator[Labels]:
        for system, part in self._parts():
            for other in part.depends_on:
                sides = {f"{side}_service_namespace": system.system for side in ("client", "server")}
                yield {**_owner(system.system, part.name), **sides, "client": part.name, "server": other}

    def _parts(self) -> Iterator[tuple[System, Component]]:
        yield from ((system, part) for system in self._catalog.systems for part in system.components)


def _declared(catalog: Catalog) -> dict[str, list[Owned]]:
    """Series that the catalog declares -> who has them."""
    found: dict[str, list[Owned]] = {}
    for system in catalog.systems:
        for part in system.components:
            load = float(part.load.requests_per_second) / REPLICAS or 1.0
            for metric in (*part.telemetry.metrics, *_of_requests(part)):
                _declare(found, metric, _replicas(system, part), load)
        for resource in system.resources:
            for metric in resource.metrics:
                _declare(found, metric, [_owner(system.system, resource.name)], 1.0)
    return found


def _declare(found: dict[str, list[Owned]], metric: Metric, things: Things, load: float) -> None:
    native = {metric.name} if metric.type is MetricType.HISTOGRAM else set()
    for name in series_names([metric]) - native:
        added = {*metric.labels, *(["le"] if name.endswith(f"_{Histogram.BUCKET}") else [])}
        share = load / 3 if metric.name in REQUESTS else min(load, 0.2)
        found.setdefault(name, []).extend(Owned(thing, frozenset(added), metric.unit, share) for thing in things)


def _of_requests(part: Component) -> Iterator[Metric]:
    """The request metrics of a preset, as if the catalog spelled them."""
    if http := part.telemetry.requests:
        own = {metric.name for metric in part.telemetry.metrics}
        names_of = {"labels": (http.status_label, http.route_label), "description": "Requests."}
        histogram = {"name": http.duration, "type": MetricType.HISTOGRAM, "unit": Unit.SECONDS}
        yield Metric.model_validate(histogram | names_of)
        if http.requests not in own | {f"{http.duration}_{Histogram.COUNT}"}:
            yield Metric.model_validate(
                {"name": http.requests, "type": MetricType.COUNTER, "unit": Unit.COUNT} | names_of
            )


def _whose(thing: Labels) -> tuple[str, str]:
    return thing.get(labels.SYSTEM, ""), thing.get(labels.COMPONENT, "")


def _replicas(system: System, part: Component) -> list[Labels]:
    owner = {"namespace": system.system, **_owner(system.system, part.name)}
    return [{**owner, "pod": f"{part.name}-{number}"} for number in range(REPLICAS)]


def _owner(system: str, component: str = "") -> Labels:
    return {labels.SYSTEM: system, labels.COMPONENT: component or system}


def _in(namespace: str, **more: str) -> Labels:
    return {"namespace": namespace, **more}


def _node(number: int) -> Labels:
    name = f"ip-10-0-{number}-17"
    return {
        "node": name,
        "nodename": name,
        "instance": f"10.0.{number}.17:9100",
        "instance_type": INSTANCE_TYPE,
        "label_node_kubernetes_io_instance_type": INSTANCE_TYPE,
    }
