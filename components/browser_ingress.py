"""The load balancer that browsers of users send measurements to; nothing else is behind it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from components.load_balancer_class import LoadBalancerClass, load_balancer_class
from model import labels, names
from model.cluster.ingress import (
    ANNOTATIONS,
    BROWSERS,
    BROWSERS_CLASS,
    address,
)

EVERYBODY = "0.0.0.0/0"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserIngressArgs:
    """``namespace`` of the collectors' gateway. ``tags``: of all that the controller makes for it in AWS."""

    host: str
    namespace: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    certificate_arn: pulumi.Input[str]
    log_bucket: pulumi.Input[str]
    tags: Mapping[str, str]


@pulumi.type_token("belfry:kubernetes:BrowserIngress")
class BrowserIngress(Component):
    """A class of its own, and one Ingress with one host and one path; all else is answered with 404.

    Not in the group of the pages for people: a load balancer that the internet reaches has no rule that leads to
    them. Its class admits the namespace of the collectors alone.
    """

    load_balancer: pulumi.Output[str]

    def __init__(self, name: str, args: BrowserIngressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        class_ = load_balancer_class(
            self,
            name,
            LoadBalancerClass(
                name=BROWSERS_CLASS,
                namespaces=[names.COLLECTORS],
                scheme="internet-facing",
                cidrs=[EVERYBODY],
                subnet_ids=args.subnet_ids,
                certificate_arn=args.certificate_arn,
                log_bucket=args.log_bucket,
                tags=args.tags,
            ),
        )
        backend: kubernetes.networking.v1.IngressBackendArgsDict = {
            "service": {"name": names.COLLECTOR_GATEWAY, "port": {"number": names.FARO_PORT}}
        }
        ingress = kubernetes.networking.v1.Ingress(
            f"{name}-ingress",
            metadata={
                "name": BROWSERS,
                "namespace": args.namespace,
                "labels": labels.of_object(BROWSERS),
                "annotations": annotations(),
            },
            spec={
                "ingress_class_name": BROWSERS_CLASS,
                "rules": [
                    {
                        "host": args.host,
                        "http": {"paths": [{"path": names.BROWSER_PATH, "path_type": "Exact", "backend": backend}]},
                    }
                ],
            },
            opts=self.child(depends_on=[class_]),
        )
        self.load_balancer = ingress.status.apply(address)
        self.register_outputs({"load_balancer": self.load_balancer})


def annotations() -> dict[str, str]:
    """TLS alone, no port 80: a page that measures is served by HTTPS, and a redirect would lose the body."""
    rewrite = {"regex": f"^{names.BROWSER_PATH}$", "replace": names.FARO_PATH}
    return {
        f"{ANNOTATIONS}/{key}": value
        for key, value in {
            "listen-ports": json.dumps([{"HTTPS": 443}]),
            "target-type": "ip",
            "backend-protocol": "HTTP",
            "healthcheck-path": names.FARO_PATH,
            # It answers POST alone; any answer to a GET says that it is up.
            "success-codes": "200-499",
            f"transforms.{names.COLLECTOR_GATEWAY}": json.dumps(
                [{"type": "url-rewrite", "urlRewriteConfig": {"rewrites": [rewrite]}}], sort_keys=True
            ),
        }.items()
    }
