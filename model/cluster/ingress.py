"""What people open in a browser, and how the load balancer reaches it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from model import labels, names
from model.vocabulary import Vocabulary

CONTROLLER_CLASS: Final = "ingress.k8s.aws/alb"
CONTROLLER_GROUP: Final = "elbv2.k8s.aws"
CONTROLLER_PARAMETERS: Final = f"{CONTROLLER_GROUP}/v1beta1"
ANNOTATIONS: Final = "alb.ingress.kubernetes.io"
# TLS 1.3 and 1.2 with forward secrecy alone (Elastic Load Balancing, "Security policies for your load balancer").
TLS_POLICY: Final = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
PEOPLE_CLASS: Final = labels.PROJECT  # of the IngressClass, its parameters and the group that shares the load balancer
BROWSERS: Final = "browsers"
BROWSERS_CLASS: Final = f"{labels.PROJECT}-{BROWSERS}"


class Program(Vocabulary):
    """A program with pages for people. The word is the first part of its host name."""

    GRAFANA = ("grafana", "Dashboards; it has a login.")
    PROMETHEUS = ("prometheus", "Queries, targets and rules; it has no login.")
    ALERTMANAGER = ("alertmanager", "Alerts and silences; it has no login.")
    KIBANA = ("kibana", "Log search, if Elasticsearch is deployed; it has a login.")
    JAEGER = ("jaeger", "Traces; it has no login.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """Where a program listens, by its Service, and how the load balancer sees that it is up.

    ``health_path`` answers 200 without a login. ``sticky``: replicas answer differently, and a browser stays with one.
    """

    namespace: str
    service: str
    port: int
    health_path: str
    has_login: bool = False
    encrypted: bool = False
    sticky: bool = False


BACKENDS: Mapping[Program, Backend] = {
    Program.GRAFANA: Backend(
        namespace=names.MONITORING,
        service=names.GRAFANA,
        port=names.GRAFANA_PORT,
        health_path="/api/health",
        has_login=True,
    ),
    # Each of the pair has scraped for itself: from one to the other, a graph would jump.
    Program.PROMETHEUS: Backend(
        namespace=names.MONITORING,
        service=names.PROMETHEUS,
        port=names.PROMETHEUS_PORT,
        health_path="/-/ready",
        sticky=True,
    ),
    Program.ALERTMANAGER: Backend(
        namespace=names.MONITORING,
        service=names.ALERTMANAGER,
        port=names.ALERTMANAGER_PORT,
        health_path="/-/ready",
    ),
    # Its operator gives it a certificate of an authority of its own; a load balancer checks no backend's certificate.
    Program.KIBANA: Backend(
        namespace=names.LOGGING,
        service=names.KIBANA,
        port=names.KIBANA_PORT,
        health_path="/login",
        has_login=True,
        encrypted=True,
    ),
    Program.JAEGER: Backend(
        namespace=names.TRACING, service=names.JAEGER, port=names.JAEGER_QUERY_PORT, health_path="/"
    ),
}


def host(program: Program, domain: str) -> str:
    """The program's host name."""
    return f"{program}.{domain}"


def target_group(namespace: str, ingress: str, service: str, port: int) -> str:
    """How the controller names a target group in its tag ``ingress.k8s.aws/resource``."""
    return f"{namespace}/{ingress}-{service}:{port}"


def address(status: Any) -> str:
    """The load balancer's name in DNS. The engine waits for an Ingress until its controller has written it."""
    return str(status.load_balancer.ingress[0].hostname)
