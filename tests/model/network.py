"""What a Kubernetes cluster makes of network policies, as far as ours go."""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from configs.network_policies import NAMESPACE_NAME, Policy, Ranges
from model.cluster.network_paths import Addresses, Pods, Port


@dataclass(frozen=True)
class End:
    """A pod (namespace and labels), or an address."""

    namespace: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    address: str = ""


def end_of(end: Pods | Addresses, ranges: Ranges) -> End:
    """One of the pods, or one of the addresses. Any pod is one of an application."""
    if isinstance(end, Addresses):
        return End(address=str(ipaddress.ip_network(ranges.of(end)[0])[0]))
    return End(namespace=end.namespace or "shop", labels=(*end.labels, ("pod-template-hash", "5d9c")))


def allows(policies: Iterable[Policy], sender: End, receiver: End, port: Port) -> tuple[bool, bool]:
    """Whether the sender's policies let it out, and whether the receiver's let it in."""
    listed = list(policies)
    return _side(listed, sender, receiver, port, inwards=False), _side(listed, receiver, sender, port, inwards=True)


def _side(policies: list[Policy], pod: End, other: End, port: Port, *, inwards: bool) -> bool:
    rules, peers = ("ingress", "from") if inwards else ("egress", "to")
    chosen = [p for p in policies if p.namespace == pod.namespace and _matches(p.spec["podSelector"], dict(pod.labels))]
    if not chosen:
        return True  # no policy selects it: everything is allowed
    assert all(set(p.spec) == {"podSelector", "policyTypes", "ingress", "egress"} for p in chosen)
    return any(
        any(_peer(peer, other) for peer in rule[peers]) and _port(rule, port) for p in chosen for rule in p.spec[rules]
    )


def _peer(peer: Mapping[str, Any], other: End) -> bool:
    if "ipBlock" in peer:
        assert set(peer) == {"ipBlock"}
        inside = other.address and ipaddress.ip_address(other.address) in ipaddress.ip_network(peer["ipBlock"]["cidr"])
        return bool(inside)
    assert set(peer) <= {"namespaceSelector", "podSelector"}
    return (
        bool(other.namespace)
        and _matches(peer["namespaceSelector"], {NAMESPACE_NAME: other.namespace})
        and _matches(peer.get("podSelector", {}), dict(other.labels))
    )


def _port(rule: Mapping[str, Any], port: Port) -> bool:
    return "ports" not in rule or {"port": port.pod, "protocol": str(port.protocol)} in rule["ports"]


def _matches(selector: Mapping[str, Any], found: Mapping[str, str]) -> bool:
    wanted: Mapping[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= found.items()
