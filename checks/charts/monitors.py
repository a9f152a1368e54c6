"""Whether Prometheus finds what it should scrape."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from checks.charts.objects import Object, Pods, matches
from checks.charts.rendered_cluster import Objections, RenderedCluster
from model import names

# It speaks for Elasticsearch, which has no metrics of this kind itself.
_ELASTIC_EXPORTER = "prometheus-elasticsearch-exporter"

# kube-proxy runs on the nodes, but listens on 127.0.0.1 there: its targets are always down.
ABSENT = ("kube-scheduler", "kube-controller-manager", "kube-etcd", "etcd", "kube-proxy")
_JOB = re.compile(rf"job=~?\"[^\"]*\b({'|'.join(ABSENT)})\b")


class Target(NamedTuple):
    """One port of some pods that a monitor names."""

    monitor: Object
    pods: Pods
    port: int


def targets(cluster: RenderedCluster) -> Iterator[Target]:
    """Every target of every monitor, as far as its pods are of this environment."""
    for one in cluster.of("ServiceMonitor"):
        yield from _of_services(cluster, one)
    for one in cluster.of("PodMonitor"):
        for pods in cluster.pods:
            if pods.namespace in _namespaces(cluster, one) and matches(one.spec.get("selector"), pods.labels):
                yield from _ports(one, pods, one.spec.get("podMetricsEndpoints") or [])


def monitors(cluster: RenderedCluster) -> Objections:
    """A monitor finds something, and each release that runs something is watched by one."""
    found = list(targets(cluster))
    reached = {(target.monitor.release, target.monitor.name) for target in found}
    # In kube-system run EKS's own pods, which no chart renders, beside an autoscaler of ours.
    ours = {pods.namespace for pods in cluster.pods} - {names.KUBE_SYSTEM}
    for one in cluster.of("ServiceMonitor", "PodMonitor"):
        # Monitors of applications look into namespaces whose objects are not ours to render.
        if (one.release, one.name) not in reached and set(_namespaces(cluster, one)) <= ours:
            yield one, "no Service has this label and port, so it scrapes nothing"
    watched = {target.pods.of.release for target in found}
    elastic = {"Elasticsearch", "Kibana"} if _ELASTIC_EXPORTER in cluster.releases.values() else set()
    for release in sorted(set(cluster.releases) - watched):
        pods_of_release = [pods for pods in cluster.pods if pods.of.release == release and not pods.passing]
        running = [pods.of for pods in pods_of_release if pods.of.kind not in elastic]
        if running:
            yield running[0], "no ServiceMonitor or PodMonitor finds any pod of this release"


def _of_services(cluster: RenderedCluster, one: Object) -> Iterator[Target]:
    for service in cluster.services():
        labels = service.metadata.get("labels") or {}
        if service.namespace not in _namespaces(cluster, one) or not matches(one.spec.get("selector"), labels):
            continue
        named = {port.get("name"): port for port in service.spec.get("ports") or []}
        for pods in cluster.selected(service.namespace, service.spec.get("selector") or {}):
            for endpoint in one.spec.get("endpoints") or []:
                for wanted in _wanted(endpoint, named):
                    if number := pods.port(wanted):
                        yield Target(one, pods, number)


def _wanted(endpoint: Mapping[str, Any], named: Mapping[str | None, Mapping[str, Any]]) -> list[int | str]:
    """Ports of the pods behind the Service's ``named`` ports; an endpoint that names none takes them all."""
    if "targetPort" in endpoint:
        return [endpoint["targetPort"]]
    ports = [named[endpoint["port"]]] if endpoint.get("port") in named else []
    return [port.get("targetPort") or port["port"] for port in (ports if "port" in endpoint else named.values())]


def _ports(one: Object, pods: Pods, endpoints: list[Mapping[str, Any]]) -> Iterator[Target]:
    for endpoint in endpoints:
        wanted = endpoint.get("port") or endpoint.get("targetPort") or endpoint.get("portNumber")
        number = pods.port(wanted) if wanted else None
        if number:
            yield Target(one, pods, number)


def _namespaces(cluster: RenderedCluster, one: Object) -> list[str]:
    chosen = one.spec.get("namespaceSelector") or {}
    if chosen.get("any"):
        return sorted({pods.namespace for pods in cluster.pods})
    return list(chosen.get("matchNames") or [one.namespace])


def absent_control_plane(cluster: RenderedCluster) -> Objections:
    """Alerts on what AWS runs out of reach: their series never come, so they fire forever or never."""
    for one in cluster.of("PrometheusRule"):
        for group in one.spec.get("groups") or []:
            for rule in group.get("rules") or []:
                if "alert" in rule and (job := _JOB.search(str(rule.get("expr")))):
                    yield one, f"alert {rule['alert']} is about job {job[1]}, which EKS does not let anybody scrape"
