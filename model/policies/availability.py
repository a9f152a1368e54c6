"""Production survives the loss of a pod, a node and a zone."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from model.plan import mapping, number, sequence
from model.policies import types
from model.policies.rule import Resource, Resources, Rule, walk
from model.vocabulary import Environment

_REPLICAS: Final = ("replicas", "replicaCount")
# Keys of charts that are copied whole into another program's configuration, where a replica is a copy of data.
_COPIED: Final = frozenset({"alternateConfig", "config", "userconfig"})
_ZONES: Final = 2


def _single(resources: Resources) -> Iterator[tuple[Resource, str]]:
    for resource in resources.items:
        yield from ((resource, message) for message in _alone(resource))
    gateways = resources.of("aws:ec2/natGateway:NatGateway")
    private = [each for each in resources.of("aws:ec2/route:Route") if each.inputs.get("natGatewayId")]
    if gateways and len(gateways) < len(private):
        yield gateways[0], f"{len(private)} networks share {len(gateways)} NAT gateway: its zone is everybody's"


def _alone(resource: Resource) -> Iterator[str]:
    inputs = resource.inputs
    if resource.type in ("kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"):
        if number(mapping(inputs, "spec"), "replicas") == 1:
            yield "it runs as 1 replica"
    elif resource.type == types.RELEASE:
        yield from _values(mapping(inputs, "values"))
    elif resource.type == types.NODE_GROUP:
        least = number(mapping(inputs, "scalingConfig"), "minSize")
        if least is not None and least < _ZONES:
            yield f"the group may shrink to {least} node"
        if 0 < len(sequence(inputs, "subnetIds")) < _ZONES:
            yield "its nodes are in one zone"
    elif resource.type == types.CLUSTER:
        subnets = sequence(mapping(inputs, "vpcConfig"), "subnetIds")
        if 0 < len(subnets) < _ZONES:
            yield "the control plane is in one zone"
    elif resource.type == "aws:rds/instance:Instance" and inputs.get("multiAz") is not True:
        yield "the database is in one zone (multiAz)"


def _values(values: Mapping[str, Any]) -> Iterator[str]:
    for path, value in walk(values):
        *above, key = path.split(".")
        if key in _REPLICAS and value == 1 and not _COPIED & set(above):
            yield f"values.{path} is 1"


RULE = Rule(
    name="high-availability",
    title="What runs in production runs twice, in two zones",
    fix="Raise the replicas, or except it with the reason why one is enough.",
    all=_single,
    environments=frozenset({Environment.PROD}),
)
