"""Whether network policies let through what must come through, and whether the data paths end at something."""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from checks.charts.monitors import targets
from checks.charts.objects import Object, Pods, matches
from checks.charts.rendered_cluster import Objections, RenderedCluster
from configs.network_policies import NAMESPACE_NAME, PRIVATE
from model.cluster import network_paths
from model.cluster.network_paths import DataPath

# Where the API server calls webhooks from: the control plane's interfaces in the VPC, which is of private addresses.
_CONTROL_PLANE = tuple(ipaddress.ip_network(cidr) for cidr in PRIVATE)


def policies(cluster: RenderedCluster) -> Objections:
    """Each target of a monitor is open for Prometheus, each webhook for the API server, and no pod is forgotten."""
    for target in targets(cluster):
        if not _open(cluster, target.pods, target.port, network_paths.PROMETHEUS):
            yield target.pods.of, f"no network policy lets Prometheus in at {target.port} ({target.monitor.name})"
    for hook, pods, port in _webhooks(cluster):
        if not _open(cluster, pods, port, None):
            yield pods.of, f"no network policy lets the API server in at {port} ({hook.name})"
    for pods in cluster.pods:
        chosen = _choosing(cluster, pods)
        if chosen and not _on_host(pods) and not any(one.spec.get("podSelector") for one in chosen):
            yield (
                pods.of,
                (
                    "only default-deny network policies select these pods; add a connection in "
                    "model/cluster/network_paths.py"
                ),
            )


def data_paths(cluster: RenderedCluster, paths: Iterable[DataPath] = network_paths.PATHS) -> Objections:
    """Pods and Services that the list of data paths names are what the charts render."""
    installed = set(cluster.releases.values())
    some = {cluster.releases[one.release]: one for one in reversed(cluster.objects) if one.release in cluster.releases}
    for path in paths:
        for end in (path.sender, path.receiver):
            if isinstance(end, network_paths.Pods) and end.chart in installed and not _selected(cluster, end):
                yield some[end.chart], f"no pods {_labels(end)} in {end.namespace}, which data paths name"
        receiver = path.receiver
        if _left_out(cluster, path.sender):
            continue
        if isinstance(receiver, network_paths.Pods) and receiver.chart in installed and path.service:
            wanted = _selected(cluster, receiver)
            ends = [pods.of for pods in wanted] or [some[receiver.chart]]
            for found in _service(cluster, path, receiver.namespace or "", wanted):
                yield ends[0], found


def _left_out(cluster: RenderedCluster, sender: network_paths.Pods | network_paths.Addresses) -> bool:
    """A sender that Belfry makes without a chart, and not here: a chart may then leave out the Service that it asks."""
    if not isinstance(sender, network_paths.Pods) or sender.chart or not sender.labels:
        return False
    return sender.ours and not _selected(cluster, sender)


def _service(cluster: RenderedCluster, path: DataPath, namespace: str, wanted: list[Pods]) -> Iterator[str]:
    """The Service that a sender names leads to the port that the policy opens."""
    name = f"{path.service}.{namespace}"
    named = [one for one in cluster.services() if one.namespace == namespace]
    found = [one for one in named if one.metadata.get("name") == path.service]
    if not found:
        yield f"no Service {name}, which data paths name"
    for port in path.ports if found else ():
        ends = set()
        for service in found:
            chosen = cluster.selected(service.namespace, service.spec.get("selector") or {})
            for one in service.spec.get("ports") or []:
                if one["port"] == port.of_service and one.get("protocol", "TCP") == str(port.protocol):
                    ends |= {pods.port(one.get("targetPort") or one["port"]) for pods in chosen if pods in wanted}
        # What people and browsers reach by an ingress is opened only where an environment has one.
        if port.pod not in ends and (ends or isinstance(path.sender, network_paths.Pods)):
            shown = ", ".join(sorted(map(str, ends))) or "nothing"
            yield f"Service {name}:{port.of_service} leads to {shown}, and the policy opens {port.pod}"


def _selected(cluster: RenderedCluster, end: network_paths.Pods) -> list[Pods]:
    return cluster.selected(end.namespace or "", dict(end.labels))


def _labels(end: network_paths.Pods) -> str:
    return ",".join(f"{key}={value}" for key, value in end.labels)


def _webhooks(cluster: RenderedCluster) -> Iterator[tuple[Object, Pods, int]]:
    services = {(one.namespace, str(one.metadata.get("name"))): one for one in cluster.services()}
    for one in cluster.of("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"):
        for hook in one.body.get("webhooks") or []:
            called = (hook.get("clientConfig") or {}).get("service") or {}
            service = services.get((str(called.get("namespace")), str(called.get("name"))))
            for port in service.spec.get("ports") or [] if service else []:
                if service and port["port"] == called.get("port", 443):
                    for pods in cluster.selected(service.namespace, service.spec.get("selector") or {}):
                        if number := pods.port(port.get("targetPort") or port["port"]):
                            yield one, pods, number


def _choosing(cluster: RenderedCluster, pods: Pods) -> list[Object]:
    return [
        one
        for one in cluster.of("NetworkPolicy")
        if one.namespace == pods.namespace
        and "Ingress" in (one.spec.get("policyTypes") or ["Ingress"])
        and matches(one.spec.get("podSelector"), pods.labels)
    ]


def _open(cluster: RenderedCluster, pods: Pods, port: int, sender: network_paths.Pods | None) -> bool:
    """Whether ``sender`` (none: the control plane) comes in at ``port``."""
    chosen = _choosing(cluster, pods)
    if not chosen or _on_host(pods):
        return True
    rules = [rule for one in chosen for rule in one.spec.get("ingress") or []]
    return any(_ports(rule, pods, port) and _from(rule, pods, sender) for rule in rules)


def _on_host(pods: Pods) -> bool:
    """Policies know pods on the network of their node no more than the node itself."""
    return bool(pods.spec.get("hostNetwork"))


def _ports(rule: Mapping[str, Any], pods: Pods, port: int) -> bool:
    ports = rule.get("ports")
    return not ports or any(
        one.get("protocol", "TCP") == "TCP" and ("port" not in one or pods.port(one["port"]) == port) for one in ports
    )


def _from(rule: Mapping[str, Any], pods: Pods, sender: network_paths.Pods | None) -> bool:
    peers = rule.get("from")
    if not peers:
        return True
    if sender is None:
        cidrs = [ipaddress.ip_network(peer["ipBlock"]["cidr"]) for peer in peers if "ipBlock" in peer]
        return any(cidr.overlaps(private) for cidr in cidrs for private in _CONTROL_PLANE)
    return any(
        "ipBlock" not in peer
        and (
            matches(peer["namespaceSelector"], {NAMESPACE_NAME: sender.namespace or ""})
            if "namespaceSelector" in peer
            else pods.namespace == sender.namespace
        )
        and matches(peer.get("podSelector"), dict(sender.labels))
        for peer in peers
    )
