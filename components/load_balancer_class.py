"""The class of Ingresses that share one load balancer of AWS Load Balancer Controller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from configs.network_policies import NAMESPACE_NAME
from model import labels
from model.cluster.ingress import CONTROLLER_CLASS, CONTROLLER_GROUP, CONTROLLER_PARAMETERS, TLS_POLICY


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancerClass:
    """``name``: of the class, its parameters and the group. ``namespaces``: whose Ingresses it admits.

    ``cidrs``: who reaches the load balancer. ``attributes``: of it, besides those that every one has. ``log_bucket``
    admits its access logs. ``tags``: of all that the controller makes for it in AWS.
    """

    name: str
    namespaces: Sequence[str]
    scheme: str
    cidrs: Sequence[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    certificate_arn: pulumi.Input[str]
    log_bucket: pulumi.Input[str]
    tags: Mapping[str, str]
    attributes: Sequence[tuple[str, str]] = ()


def load_balancer_class(
    parent: Component, prefix: str, wanted: LoadBalancerClass
) -> kubernetes.networking.v1.IngressClass:
    """Register it. What stands in a class's parameters, the annotations of an Ingress cannot overrule."""
    attributes: list[tuple[str, pulumi.Input[str]]] = [
        *wanted.attributes,
        ("routing.http.drop_invalid_header_fields.enabled", "true"),
        ("access_logs.s3.enabled", "true"),
        ("access_logs.s3.bucket", wanted.log_bucket),
    ]
    parameters = kubernetes.apiextensions.CustomResource(
        f"{prefix}-parameters",
        api_version=CONTROLLER_PARAMETERS,
        kind="IngressClassParams",
        metadata={"name": wanted.name, "labels": labels.of_object(wanted.name)},
        spec={
            "group": {"name": wanted.name},
            "namespaceSelector": {
                "matchExpressions": [{"key": NAMESPACE_NAME, "operator": "In", "values": list(wanted.namespaces)}],
            },
            "scheme": wanted.scheme,
            "inboundCIDRs": list(wanted.cidrs),
            "subnets": {"ids": list(wanted.subnet_ids)},
            "certificateArn": [wanted.certificate_arn],
            "sslPolicy": TLS_POLICY,
            "loadBalancerAttributes": [{"key": key, "value": value} for key, value in attributes],
            "tags": [{"key": key, "value": value} for key, value in sorted(wanted.tags.items())],
        },
        opts=parent.child(),
    )
    return kubernetes.networking.v1.IngressClass(
        f"{prefix}-class",
        metadata={"name": wanted.name, "labels": labels.of_object(wanted.name)},
        spec={
            "controller": CONTROLLER_CLASS,
            "parameters": {"api_group": CONTROLLER_GROUP, "kind": "IngressClassParams", "name": wanted.name},
        },
        # When both go, the class must not be left with parameters that are no more.
        opts=parent.child(depends_on=[parameters]),
    )
