"""Examples of the components that let people in, and what AWS and the controller would answer."""

from collections.abc import Callable, Mapping
from typing import Any

import pulumi

from components.base import Component
from components.browser_ingress import BrowserIngress, BrowserIngressArgs
from components.certificate import Certificate, CertificateArgs
from components.host_names import HostNames, HostNamesArgs
from components.ingress_sign_on import IngressSignOn, IngressSignOnArgs
from components.ingresses import AskForSignOn, Ingresses, IngressesArgs, Route
from components.load_balancer_controller import LoadBalancerController, LoadBalancerControllerArgs
from components.web_acl import WebAcl, WebAclArgs
from model import names
from model.cluster.ingress import BACKENDS, Program

NAMESPACES = {name: name for name in (names.MONITORING, names.LOGGING, names.TRACING)}
ASK = AskForSignOn(
    issuer="https://id.example.com",
    authorization_endpoint="https://id.example.com/authorize",
    token_endpoint="https://id.example.com/token",
    userinfo_endpoint="https://id.example.com/userinfo",
    scopes=("openid", "email"),
)
INGRESSES = IngressesArgs(
    routes={
        program: Route(
            host=f"{program}.observability.example.com",
            backend=BACKENDS[program],
            sign_on=None if program is Program.GRAFANA else ASK,
        )
        for program in Program
    },
    namespaces=NAMESPACES,
    scheme="internal",
    cidrs=("10.20.0.0/16",),
    subnet_ids=["subnet-a", "subnet-b", "subnet-c"],
    certificate_arn="arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555",
    log_bucket="belfry-prod-123456789012-eu-central-1-load-balancer-logs",
    tags={"project": "belfry", "owner": "platform"},
)
CONTROLLER = LoadBalancerControllerArgs(
    cluster_name="main",
    region="eu-central-1",
    vpc_id="vpc-main",
    pod_annotations={"belfry.dev/identity": "0123"},
)
SIGN_ON = IngressSignOnArgs(namespaces=NAMESPACES, client_id="belfry", client_secret="hush")

BROWSER_INGRESS = BrowserIngressArgs(
    host="rum.example.com",
    namespace=names.COLLECTORS,
    subnet_ids=["subnet-a", "subnet-b", "subnet-c"],
    certificate_arn="arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555",
    log_bucket="belfry-prod-123456789012-eu-central-1-load-balancer-logs",
    tags={"project": "belfry", "owner": "platform"},
)
WEB_ACL = WebAclArgs(
    name="belfry-prod-browsers",
    path=names.BROWSER_PATH,
    requests_per_window=3000,
    load_balancer_arn="arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/k8s-belfry/0123456789abcdef",
)

INGRESS_EXAMPLES: dict[type[Component], Callable[[], Component]] = {
    BrowserIngress: lambda: BrowserIngress("browsers", BROWSER_INGRESS),
    WebAcl: lambda: WebAcl("browsers-web-acl", WEB_ACL),
    Certificate: lambda: Certificate("ingress", CertificateArgs(domain="*.observability.example.com", zone_id="Z1")),
    HostNames: lambda: HostNames(
        "host-names",
        HostNamesArgs(zone_id="Z1", targets={"grafana": ("grafana.example.com", "k8s-belfry-1.elb.amazonaws.com")}),
    ),
    IngressSignOn: lambda: IngressSignOn("ingress-sign-on", SIGN_ON),
    Ingresses: lambda: Ingresses("ingress", INGRESSES),
    LoadBalancerController: lambda: LoadBalancerController("load-balancers", CONTROLLER),
}


def for_people(args: pulumi.runtime.MockResourceArgs) -> Mapping[str, Any]:
    """What Certificate Manager asks for, and the address that the controller writes into an Ingress."""
    if args.typ == "aws:acm/certificate:Certificate":
        option = {
            "domainName": args.inputs["domainName"],
            "resourceRecordName": "_made-up.observability.example.com.",
            "resourceRecordType": "CNAME",
            "resourceRecordValue": "_made-up.acm-validations.aws.",
        }
        return {"domainValidationOptions": [option]}
    if args.typ == "aws:route53/record:Record":
        return {"fqdn": args.inputs["name"]}
    if args.typ == "kubernetes:networking.k8s.io/v1:Ingress":
        return {"status": {"loadBalancer": {"ingress": [{"hostname": "k8s-belfry-1.elb.amazonaws.com"}]}}}
    return {}
