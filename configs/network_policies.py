"""Network policies, made of the list of data paths: a namespace of Belfry's is closed but for them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from model import names
from model.cluster.network_paths import Addresses, DataPath, Pods, Port

Spec = dict[str, Any]

# Private addresses (RFC 1918), and those that AWS gives to pods beside them (RFC 6598): every VPC is of these.
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
# The same of IPv6: unique local addresses, and the global ones that AWS gives to a VPC and to its pods.
PRIVATE_IPV6 = ("fc00::/7", "2000::/3")
NAMESPACE_NAME = "kubernetes.io/metadata.name"  # which Kubernetes itself writes on every namespace


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """Address ranges of one cluster. ``services`` holds the API's Service, ``vpc`` nodes, pods and databases.

    A cluster that Belfry did not make may have any: all private ones are the default. ``load_balancer``: the subnets
    that the load balancer for people is in; none where there is no ingress, and then nobody comes in by one.
    ``proxied``: whether anybody comes in by the API's proxy. ``ipv6``: pods have IPv6 addresses alone.
    """

    vpc: tuple[str, ...] = PRIVATE
    services: tuple[str, ...] = PRIVATE
    load_balancer: tuple[str, ...] = ()
    proxied: bool = False
    ipv6: bool = False

    def of(self, addresses: Addresses) -> tuple[str, ...]:
        """The ranges behind a word, sorted."""
        ranges: dict[Addresses, tuple[str, ...]] = {
            # A policy may see a packet before or after the Service's address is replaced by the control plane's.
            Addresses.API_SERVER: (*self.vpc, *self.services),
            Addresses.API_PROXY: self.vpc if self.proxied else (),
            Addresses.NODES: self.vpc,
            Addresses.LOAD_BALANCER: self.load_balancer,
            Addresses.POD_IDENTITY: ("169.254.170.23/32",),
            Addresses.NODE_DNS: ("169.254.20.10/32",),
            Addresses.OUTSIDE: ("0.0.0.0/0",),
        }
        # Beside those of IPv4: nodes have both, and pods reach IPv4 outside of the cluster by their node.
        more: dict[Addresses, tuple[str, ...]] = {
            Addresses.API_SERVER: PRIVATE_IPV6,
            Addresses.NODES: PRIVATE_IPV6,
            Addresses.POD_IDENTITY: ("fd00:ec2::23/128",),
            Addresses.OUTSIDE: ("::/0",),
        }
        return tuple(sorted({*ranges[addresses], *(more.get(addresses, ()) if self.ipv6 else ())}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One NetworkPolicy: ``spec`` as Kubernetes takes it."""

    name: str
    namespace: str
    spec: Spec


def policies(paths: Iterable[DataPath], ranges: Ranges) -> list[Policy]:
    """Default-deny for each namespace of Belfry's, and one policy for each kind of pods with what it may do.

    Sorted by namespace and name. Pods of other namespaces get none: those are their owners'.
    """
    closed = [
        Policy(name="default-deny", namespace=namespace, spec=_spec({}, [], [])) for namespace in names.POD_SECURITY
    ]
    # A rule without peers admits everybody: a path from nowhere must not become one.
    listed = tuple(path for path in paths if not isinstance(path.sender, Addresses) or ranges.of(path.sender))
    ours = {end for path in listed for end in (path.sender, path.receiver) if isinstance(end, Pods) and end.ours}
    return sorted([*closed, *(_policy(pods, listed, ranges) for pods in ours)], key=lambda p: (p.namespace, p.name))


def _policy(pods: Pods, paths: tuple[DataPath, ...], ranges: Ranges) -> Policy:
    assert pods.namespace
    ingress = [_rule("from", path.sender, path.ports, ranges) for path in paths if path.receiver == pods]
    egress = [_rule("to", path.receiver, path.ports, ranges) for path in paths if path.sender == pods]
    selector = {"matchLabels": dict(pods.labels)} if pods.labels else {}
    return Policy(name=pods.name, namespace=pods.namespace, spec=_spec(selector, ingress, egress))


def _spec(selector: Spec, ingress: list[Spec], egress: list[Spec]) -> Spec:
    # Both types always: a policy without rules of one type would say nothing about it.
    return {"podSelector": selector, "policyTypes": ["Ingress", "Egress"], "ingress": ingress, "egress": egress}


def _rule(side: str, end: Pods | Addresses, ports: tuple[Port, ...], ranges: Ranges) -> Spec:
    open_ports = [{"port": port.pod, "protocol": str(port.protocol)} for port in ports]
    return {side: list(_peers(end, ranges)), **({"ports": open_ports} if open_ports else {})}


def _peers(end: Pods | Addresses, ranges: Ranges) -> Iterator[Spec]:
    if isinstance(end, Addresses):
        for cidr in ranges.of(end):
            yield {"ipBlock": {"cidr": cidr}}
    else:
        namespace = {"matchLabels": {NAMESPACE_NAME: end.namespace}} if end.namespace else {}
        # Both in one peer: pods with these labels in that namespace. Two peers would mean either.
        yield {
            "namespaceSelector": namespace,
            **({"podSelector": {"matchLabels": dict(end.labels)}} if end.labels else {}),
        }
