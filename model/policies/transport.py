"""Nothing crosses a network in plain text."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from model.plan import mapping, mappings
from model.policies import types
from model.policies.documents import ANYBODY, condition_keys, statements
from model.policies.rule import Resource, Resources, Rule, is_known


def _plain(resources: Resources) -> Iterator[tuple[Resource, str]]:
    for bucket in resources.of(types.BUCKET):
        policies = resources.about(bucket, types.BUCKET_POLICY)
        texts = [policy.inputs.get("policy") for policy in policies]
        if not any(not is_known(text) or _refuses_plain_text(text) for text in texts):
            yield bucket, "no bucket policy refuses requests without TLS (aws:SecureTransport)"
    for type_, look in _LOOK.items():
        for resource in resources.of(type_):
            if message := look(resource.inputs):
                yield resource, message


def _subscription(inputs: Mapping[str, Any]) -> str:
    return "notifications leave by plain HTTP" if inputs.get("protocol") == "http" else ""


def _listener(inputs: Mapping[str, Any]) -> str:
    redirects = any(mapping(action, "redirect") for action in mappings(inputs, "defaultActions"))
    if inputs.get("protocol") != "HTTP" or redirects:
        return ""
    return "the listener answers by plain HTTP and does not redirect"


def _ingress(inputs: Mapping[str, Any]) -> str:
    annotations = mapping(mapping(inputs, "metadata"), "annotations")
    plain = '"HTTP"' in str(annotations.get("alb.ingress.kubernetes.io/listen-ports", ""))
    if not plain or "alb.ingress.kubernetes.io/ssl-redirect" in annotations:
        return ""
    return "the load balancer answers by plain HTTP and does not redirect"


def _domain(inputs: Mapping[str, Any]) -> str:
    enforced = mapping(inputs, "domainEndpointOptions").get("enforceHttps") is True
    return "" if enforced else "the domain takes plain HTTP (domainEndpointOptions.enforceHttps)"


def _cache(inputs: Mapping[str, Any]) -> str:
    return "" if inputs.get("transitEncryptionEnabled") is True else "transitEncryptionEnabled is not set"


_LOOK: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    types.SUBSCRIPTION: _subscription,
    "aws:lb/listener:Listener": _listener,
    "kubernetes:networking.k8s.io/v1:Ingress": _ingress,
    "aws:opensearch/domain:Domain": _domain,
    "aws:elasticache/replicationGroup:ReplicationGroup": _cache,
}


def _refuses_plain_text(policy: object) -> bool:
    return any(
        statement.effect == "Deny"
        and ANYBODY in statement.principals
        and any(
            key == "aws:SecureTransport" and str(value).lower() == "false"
            for _, key, value in condition_keys(statement)
        )
        for statement in statements(policy)
    )


RULE = Rule(
    name="encryption-in-transit",
    title="Buckets, listeners, subscriptions, caches and domains take encrypted connections alone",
    fix="Refuse plain text: a policy with aws:SecureTransport, a redirect to HTTPS, or the input that is named.",
    all=_plain,
)
