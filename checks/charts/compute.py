"""Whether what is rendered fits the nodes of the cluster: their kinds, processors and addresses."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from checks.charts.objects import Object, Pods, matches
from checks.charts.rendered_cluster import Objections, RenderedCluster
from model.cluster import compatibility
from model.cluster.compute import COMPUTE_LABEL, Architecture, Compute, ComputeKind, IpFamily
from model.cluster.detection import ARCHITECTURE_LABEL, drivers

# Each is planned for one environment, as a cluster that is adopted: (words) -> what it has.
VARIANTS: Mapping[str, Compute] = {
    "auto": Compute(kinds=(ComputeKind.AUTO,)),
    "managed, auto": Compute(kinds=(ComputeKind.MANAGED, ComputeKind.AUTO)),
    "managed, fargate": Compute(kinds=(ComputeKind.MANAGED, ComputeKind.FARGATE)),
    "karpenter, arm64": Compute(kinds=(ComputeKind.KARPENTER,), architectures=(Architecture.ARM64,)),
    "ipv6": Compute(family=IpFamily.IPV6),
}

# With a port, or behind a key that says where to listen: rules of Falco compare addresses with it. Servers written in
# Go answer on both families all the same, but nothing here shows what a program is written in.
_IPV4_ONLY = re.compile(
    r"""(?<![\d.\[])0\.0\.0\.0:\d+|(?i:listen|bind|host|address)\w*["']?[ ]*[:=][ ]*["']?0\.0\.0\.0(?![\d./:])"""
)
# An address of the pod in front of a port, without the brackets that an IPv6 address needs.
_BARE = re.compile(r"(?<!\[)\$[{(](?:env:)?\w*(?:POD|HOST|NODE)_?IP[})]:\d+")
# nginx: `listen 8080;` is IPv4 alone.
_NGINX = re.compile(r"(?m)^\s*listen\s+\d+")
_NGINX_BOTH = re.compile(r"(?m)^\s*listen\s+\[::\]:")


def impossible_targets(cluster: RenderedCluster) -> Objections:
    """Rules that read what no node has: an alert that asks whether it is absent would fire forever."""
    series = compatibility.unreadable(cluster.compute)
    if not series:
        return
    for one in cluster.of("PrometheusRule"):
        for group in one.spec.get("groups") or []:
            for rule in group.get("rules") or []:
                if found := re.search(series, str(rule.get("expr"))):
                    name = rule.get("alert") or rule.get("record")
                    yield one, f"{name} reads {found[0]}, which no node of kind {_kinds(cluster)} has"
    for one in cluster.of("ServiceMonitor"):
        if found := re.search(series, str(one.spec.get("selector"))):
            yield one, f"it scrapes {found[0]}, which no node of kind {_kinds(cluster)} has"


def waiting_daemonsets(cluster: RenderedCluster) -> Objections:
    """A DaemonSet that would have a pod for each node of Fargate, where none starts."""
    if ComputeKind.FARGATE not in cluster.compute.kinds:
        return
    node = {COMPUTE_LABEL: str(ComputeKind.FARGATE), "kubernetes.io/os": "linux", ARCHITECTURE_LABEL: "amd64"}
    for pods in cluster.pods:
        if pods.of.kind == "DaemonSet" and _admits(pods, node):
            yield pods.of, f"it waits on Fargate forever: its affinity must exclude {COMPUTE_LABEL}=fargate"


def unreachable_listeners(cluster: RenderedCluster) -> Objections:
    """Where pods have IPv6 alone: listeners of IPv4, and addresses that lack brackets."""
    if not cluster.compute.ipv6:
        return
    for one, text in _texts(cluster):
        for found in sorted({found[0] for pattern in (_IPV4_ONLY, _BARE) for found in pattern.finditer(text)}):
            yield one, f"{found} is reachable only by IPv4; allowed: :: or brackets around the address"
        if _NGINX.search(text) and not _NGINX_BOTH.search(text):
            yield one, "nginx listens only on IPv4; allowed: listen [::]:<port> beside it"


def chosen_nodes(cluster: RenderedCluster) -> Objections:
    """Pods that ask for a processor, and classes of volumes whose driver no node has."""
    for pods in cluster.pods:
        for architecture in cluster.compute.architectures:
            if not _admits(pods, {ARCHITECTURE_LABEL: str(architecture)}, only=ARCHITECTURE_LABEL):
                yield pods.of, f"it runs on no node of {architecture}, which the cluster has"
    for one in cluster.of("StorageClass"):
        wanted = drivers(cluster.compute)
        if (found := one.body.get("provisioner")) not in wanted:
            yield one, f"volumes of {found} attach to no node of kind {_kinds(cluster)}; allowed: {', '.join(wanted)}"


def _kinds(cluster: RenderedCluster) -> str:
    return ", ".join(cluster.compute.kinds)


def _admits(pods: Pods, node: Mapping[str, str], only: str | None = None) -> bool:
    """Whether the pods may be on a node with these labels; ``only``: as far as they ask for this label."""
    selector = {key: value for key, value in (pods.spec.get("nodeSelector") or {}).items() if only in (None, key)}
    affinity = (pods.spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    terms = [
        [one for one in term.get("matchExpressions") or [] if only in (None, one["key"])]
        for term in required.get("nodeSelectorTerms") or []
    ]
    fits = not terms or any(matches({"matchExpressions": term}, node) for term in terms)
    return selector.items() <= node.items() and fits


def _texts(cluster: RenderedCluster) -> Iterator[tuple[Object, str]]:
    """Configuration files, arguments and variables, each with its object."""
    for one in cluster.of("ConfigMap"):
        for text in (one.body.get("data") or {}).values():
            yield one, str(text)
    for pods in cluster.pods:
        for container in pods.containers():
            said: list[Any] = [*(container.get("command") or []), *(container.get("args") or [])]
            yield pods.of, "\n".join(map(str, said))
