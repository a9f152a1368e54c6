"""How people reach the platform's programs: one load balancer for all of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.networking.v1 import HTTPIngressPathArgsDict

from components.base import Component
from components.load_balancer_class import LoadBalancerClass, load_balancer_class
from model import labels, names
from model.cluster.ingress import (
    ANNOTATIONS,
    PEOPLE_CLASS,
    Backend,
    Program,
    address,
)

# Prometheus ends a query after 120 s (query.timeout), and ELB's default of 60 s would answer 504 before. Grafana Live
# pings each 25 s, so its connections stay.
IDLE_SECONDS = 180
# Whoever lost their account is out by the next working day; ELB's default is a week.
SESSION_SECONDS = 12 * 3600
STICKY_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForSignOn:
    """The sign-on in front of a program; the client's id and secret are in a Secret beside the Ingress."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    scopes: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One host name and the program behind it. ``sign_on`` none: the program asks for a login itself."""

    host: str
    backend: Backend
    sign_on: AskForSignOn | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IngressesArgs:
    """``cidrs``: who reaches the load balancer. ``tags``: of all that the controller makes for it in AWS.

    ``log_bucket`` admits its access logs.
    """

    routes: Mapping[Program, Route]
    namespaces: Mapping[str, pulumi.Input[str]]
    scheme: str
    cidrs: Sequence[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    certificate_arn: pulumi.Input[str]
    log_bucket: pulumi.Input[str]
    tags: Mapping[str, str]


@pulumi.type_token("belfry:kubernetes:Ingresses")
class Ingresses(Component):
    """An Ingress for each program, in its namespace, and a class that joins them to one load balancer.

    What is common stands in the class's parameters, which annotations cannot overrule, and which admit Belfry's
    namespaces alone: an Ingress of somebody else with the same group would add rules in front of ours.
    """

    load_balancers: Mapping[str, pulumi.Output[str]]

    def __init__(self, name: str, args: IngressesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        used = sorted({route.backend.namespace for route in args.routes.values()})
        class_ = load_balancer_class(
            self,
            name,
            LoadBalancerClass(
                name=PEOPLE_CLASS,
                namespaces=used,
                scheme=args.scheme,
                cidrs=args.cidrs,
                subnet_ids=args.subnet_ids,
                certificate_arn=args.certificate_arn,
                log_bucket=args.log_bucket,
                tags=args.tags,
                attributes=[("idle_timeout.timeout_seconds", str(IDLE_SECONDS))],
            ),
        )
        self.load_balancers = {
            program.value: self._ingress(name, program, args.routes[program], args.namespaces, class_)
            for program in sorted(args.routes)
        }
        self.register_outputs({"load_balancers": self.load_balancers})

    def _ingress(
        self,
        name: str,
        program: Program,
        route: Route,
        namespaces: Mapping[str, pulumi.Input[str]],
        class_: pulumi.Resource,
    ) -> pulumi.Output[str]:
        backend = route.backend
        path: HTTPIngressPathArgsDict = {
            "path": "/",
            "path_type": "Prefix",
            "backend": {"service": {"name": backend.service, "port": {"number": backend.port}}},
        }
        ingress = kubernetes.networking.v1.Ingress(
            f"{name}-{program}",
            metadata={
                "name": program.value,
                "namespace": namespaces[backend.namespace],
                "labels": labels.of_object(program.value),
                "annotations": annotations(route),
            },
            spec={"ingress_class_name": PEOPLE_CLASS, "rules": [{"host": route.host, "http": {"paths": [path]}}]},
            # When all go, the controller needs the class to delete the load balancer.
            opts=self.child(depends_on=[class_]),
        )
        balancer: pulumi.Output[str] = ingress.status.apply(address)
        return balancer


def annotations(route: Route) -> dict[str, str]:
    """What differs between programs, and what the class's parameters cannot say."""
    backend = route.backend
    protocol = "HTTPS" if backend.encrypted else "HTTP"
    found = {
        "listen-ports": json.dumps([{"HTTP": 80}, {"HTTPS": 443}]),
        "ssl-redirect": "443",
        # To the pods themselves: Services of Belfry's open no port of the nodes.
        "target-type": "ip",
        "backend-protocol": protocol,
        "healthcheck-protocol": protocol,
        "healthcheck-path": backend.health_path,
        "success-codes": "200",
    }
    if backend.sticky:
        found["target-group-attributes"] = (
            f"stickiness.enabled=true,stickiness.type=lb_cookie,stickiness.lb_cookie.duration_seconds={STICKY_SECONDS}"
        )
    if route.sign_on:
        provider = {
            "issuer": route.sign_on.issuer,
            "authorizationEndpoint": route.sign_on.authorization_endpoint,
            "tokenEndpoint": route.sign_on.token_endpoint,
            "userInfoEndpoint": route.sign_on.userinfo_endpoint,
            "secretName": names.INGRESS_SIGN_ON_SECRET,
        }
        found |= {
            "auth-type": "oidc",
            "auth-idp-oidc": json.dumps(provider, sort_keys=True),
            "auth-scope": " ".join(route.sign_on.scopes),
            "auth-on-unauthenticated-request": "authenticate",
            "auth-session-timeout": str(SESSION_SECONDS),
        }
    return {f"{ANNOTATIONS}/{key}": value for key, value in found.items()}
