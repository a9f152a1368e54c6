"""Connections that are opened and closed: network policies of Kubernetes, and who reaches the cluster from outside."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from model.changes.report import Action, Topic
from model.changes.rules import Change
from model.plan import Plan, mapping, mappings, sequence

_POLICY: Final = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_CLUSTER: Final = "aws:eks/cluster:Cluster"


def changes(before: Plan, after: Plan) -> Iterator[Change]:
    """Sentences that hold on one side only."""
    old, new = dict.fromkeys(_paths(before)), dict.fromkeys(_paths(after))
    for subject, sentence in sorted(new.keys() - old.keys()):
        yield Topic.NETWORK, Action.NEW, subject, sentence
    for subject, sentence in sorted(old.keys() - new.keys()):
        yield Topic.NETWORK, Action.REMOVED, subject, sentence


def _paths(plan: Plan) -> Iterator[tuple[str, str]]:
    for resource in plan["resources"]:
        inputs = resource["inputs"]
        if resource["type"] == _POLICY:
            metadata, spec = mapping(inputs, "metadata"), mapping(inputs, "spec")
            subject = f"{metadata.get('namespace')}/{metadata.get('name')}"
            for sentence in (*_rules(spec, "ingress", "from"), *_rules(spec, "egress", "to")):
                yield subject, sentence
        elif resource["type"] == _CLUSTER:
            access = mapping(inputs, "vpcConfig")
            for block in sequence(access, "publicAccessCidrs"):
                yield "Kubernetes API", f"takes connections from {block}"
            if access.get("endpointPublicAccess") is not False and not sequence(access, "publicAccessCidrs"):
                yield "Kubernetes API", "takes connections from 0.0.0.0/0"


def _rules(spec: Mapping[str, Any], direction: str, peers: str) -> Iterator[str]:
    verb = "lets in" if direction == "ingress" else "reaches"
    for rule in mappings(spec, direction):
        ports = ", ".join(_port(port) for port in mappings(rule, "ports")) or "every port"
        for peer in mappings(rule, peers) or [{}]:
            yield f"{verb} {_peer(peer)} on {ports}"


def _peer(peer: Mapping[str, Any]) -> str:
    if block := mapping(peer, "ipBlock"):
        without = ", ".join(map(str, sequence(block, "except")))
        return f"{block.get('cidr')}{f' without {without}' if without else ''}"
    namespace = _selected(mapping(peer, "namespaceSelector")) if "namespaceSelector" in peer else ""
    pods = _selected(mapping(peer, "podSelector")) if "podSelector" in peer else ""
    if not namespace and not pods:
        return "everybody"
    return " of ".join(filter(None, (f"pods {pods}" if pods else "", f"namespace {namespace}" if namespace else "")))


def _selected(selector: Mapping[str, Any]) -> str:
    """A label by the last part of its name: `kubernetes.io/metadata.name=monitoring` is `metadata.name=monitoring`."""
    parts = [f"{_short(key)}={value}" for key, value in sorted(mapping(selector, "matchLabels").items())]
    for each in mappings(selector, "matchExpressions"):
        values = ", ".join(map(str, sequence(each, "values")))
        parts.append(f"{_short(each.get('key'))} {each.get('operator')} {values}".rstrip())
    return " and ".join(parts) or "(all)"


def _short(key: Any) -> str:
    return str(key).rpartition("/")[2]


def _port(port: Mapping[str, Any]) -> str:
    number = port.get("port", "every port")
    shown = str(int(number)) if isinstance(number, float) else str(number)
    last = port.get("endPort")
    return f"{shown}{f'-{last}' if last else ''}/{port.get('protocol', 'TCP')}"
