"""Nothing is open to everybody on the internet."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from model.plan import mapping, mappings, sequence
from model.policies import types
from model.policies.documents import ANYBODY, statements
from model.policies.rule import Resource, Resources, Rule

EVERYWHERE: Final = frozenset({"0.0.0.0/0", "::/0"})
_BLOCK: Final = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_BLOCKED: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_POLICIES: Final = (types.BUCKET_POLICY, types.TOPIC_POLICY, types.QUEUE_POLICY, types.KEY)
_INTERNAL: Final = "service.beta.kubernetes.io/aws-load-balancer-scheme"


def _public(resources: Resources) -> Iterator[tuple[Resource, str]]:
    for bucket in resources.of(types.BUCKET):
        blocks = resources.about(bucket, _BLOCK)
        lacking = [key for key in _BLOCKED if not any(block.inputs.get(key) is True for block in blocks)]
        if lacking:
            yield bucket, f"public access is not blocked: {', '.join(lacking)}"
    for resource in resources.of(*_POLICIES):
        for statement in statements(resource.inputs.get("policy")):
            if statement.allows and ANYBODY in statement.principals and not statement.condition:
                yield resource, f"the statement {statement.sid or 'without an id'} lets anybody in"
    for type_, look in _LOOK.items():
        for resource in resources.of(type_):
            yield from ((resource, message) for message in look(resource.inputs))


def _security_group(inputs: Mapping[str, Any]) -> Iterator[str]:
    for rule in mappings(inputs, "ingress"):
        blocks = {str(each) for key in ("cidrBlocks", "ipv6CidrBlocks") for each in sequence(rule, key)}
        if EVERYWHERE & blocks:
            yield f"port {rule.get('fromPort')} is open to {', '.join(sorted(EVERYWHERE & blocks))}"


def _ingress_rule(inputs: Mapping[str, Any]) -> Iterator[str]:
    if blocks := EVERYWHERE & {str(inputs.get("cidrIpv4")), str(inputs.get("cidrIpv6"))}:
        yield f"port {inputs.get('fromPort')} is open to {', '.join(sorted(blocks))}"


def _database(inputs: Mapping[str, Any]) -> Iterator[str]:
    if inputs.get("publiclyAccessible") is True:
        yield "the database has a public address"


def _service(inputs: Mapping[str, Any]) -> Iterator[str]:
    annotations = mapping(mapping(inputs, "metadata"), "annotations")
    if _spec(inputs).get("type") == "LoadBalancer" and annotations.get(_INTERNAL) != "internal":
        yield "the Service makes a load balancer on the internet"


def _ingress_class(inputs: Mapping[str, Any]) -> Iterator[str]:
    spec = _spec(inputs)
    if spec.get("scheme") == "internet-facing" and not sequence(spec, "inboundCIDRs"):
        yield "its load balancers take everybody on the internet (inboundCIDRs)"


def _spec(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(inputs, "spec")


_LOOK: Final[Mapping[str, Callable[[Mapping[str, Any]], Iterator[str]]]] = {
    "aws:ec2/securityGroup:SecurityGroup": _security_group,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _ingress_rule,
    "aws:rds/instance:Instance": _database,
    "kubernetes:core/v1:Service": _service,
    "kubernetes:elbv2.k8s.aws/v1beta1:IngressClassParams": _ingress_class,
}

RULE = Rule(
    name="public-exposure",
    title="No bucket, policy, security group, database or load balancer is open to everybody",
    fix="Close it, name who may come in, or except it with the reason why everybody must.",
    all=_public,
)


def _open_endpoint(resource: Resource) -> Iterator[str]:
    access = mapping(resource.inputs, "vpcConfig")
    # Without the input the endpoint is public and open to all: EKS API, CreateCluster, resourcesVpcConfig.
    if resource.type != types.CLUSTER or access.get("endpointPublicAccess") is False:
        return
    ranges = sequence(access, "publicAccessCidrs")
    if not ranges or EVERYWHERE & set(map(str, ranges)):
        yield f"the Kubernetes API takes connections from {', '.join(map(str, ranges)) or '0.0.0.0/0'}"


OPEN_ENDPOINT = Rule(
    name="open-api-endpoint",
    title="The Kubernetes API is not open to the whole internet",
    fix="belfry:cluster.public_cidrs: your offices' ranges, or [] for no public endpoint.",
    one=_open_endpoint,
)
