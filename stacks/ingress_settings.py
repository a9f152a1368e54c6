"""Settings of how people reach the platform's programs, and what of them is refused."""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Protocol

import pydantic
from pydantic import AfterValidator, Field

from components.network import load_balancer_subnets, subnets
from configs.grafana.sign_on import Provider
from configs.network_policies import PRIVATE
from model.addresses import check_url
from model.base import Model
from model.cluster.ingress import BACKENDS, Program, host
from model.problems import Problem
from stacks.account_settings import AdoptedCluster, CreatedCluster
from stacks.platform_settings import Collectors, Grafana, Logs

EVERYBODY = "0.0.0.0/0"
# A certificate's first name has at most 64 characters (ACM API reference, RequestCertificate), and it is *.<domain>.
LONGEST_DOMAIN = 62
LEAST_SUBNETS = 2  # in two zones (Elastic Load Balancing, "Subnets for your load balancer")


def _range(cidr: str) -> str:
    try:
        network = ipaddress.IPv4Network(cidr)
    except ValueError as error:
        raise ValueError(f"found {cidr!r}: {error}; allowed: a range of IPv4 addresses such as 10.0.0.0/8") from None
    return str(network)


def _issuer(text: str) -> str:
    check_url(text.removesuffix("/"), ("https",))
    return text


Cidr = Annotated[str, AfterValidator(_range)]
Domain = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$",
        max_length=LONGEST_DOMAIN,
        description="A domain name in lower case, without a dot at its end.",
    ),
]

CertificateChoice = Annotated[
    str, Field(pattern=r"^(make|arn:aws:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9A-Za-z-]+)$")
]
Subnets = dict[Annotated[str, Field(pattern=r"^subnet-[0-9a-f]+$")], Cidr]


class SignOn(Provider):
    """The provider that the load balancer sends people to, for what has no login of its own.

    Its host must be public: AWS asks it for tokens from outside the network. The client's secret is `ingress-sign-on`
    of belfry:secrets; its redirect URIs are https://<host>/oauth2/idpresponse.
    """

    issuer: Annotated[
        str,
        Field(
            pattern=r"^https://[^\s'\"`;#$%{}]+$",
            description="Exactly as in the provider's tokens, including a trailing slash.",
        ),
        AfterValidator(_issuer),
    ]


class Browsers(Model):
    """A load balancer of its own for what browsers of users measure, open to the internet behind a web ACL."""

    host: Annotated[Domain, Field(description="The name that pages send to, such as rum.example.com.")]
    certificate: CertificateChoice = Field(
        default="make", description="make: one for the host, validated in ingress.zone; or the ARN of one."
    )
    requests_per_5_minutes: Annotated[int, Field(ge=10, le=2_000_000_000)] = Field(
        default=3000, description="Of one address: ten busy browsers behind it send one a second each."
    )
    subnets: Subnets = Field(default_factory=dict, description="Id -> range, of public subnets. Only with mode adopt.")


class Ingress(Model):
    """One load balancer for all programs, each with a name below ``domain``."""

    domain: Annotated[Domain, Field(description="Names below it are grafana., prometheus., alertmanager. and so on.")]
    programs: tuple[Program, ...] = Field(
        default=(), min_length=1, description="None named: all that are here, those without a login only with sign_on."
    )
    scheme: Literal["internal", "internet-facing"] = "internal"
    cidrs: tuple[Cidr, ...] = Field(
        default=(),
        min_length=1,
        description="Ranges that may reach it; default: the VPC and its peers, or all addresses if internet-facing.",
    )
    zone: Domain | None = Field(default=None, description="An existing public hosted zone of Route 53, by its name.")
    records: bool = Field(default=True, description="Create DNS records in the zone; false: you create them.")
    certificate: CertificateChoice = Field(
        default="make", description="make: one for *.<domain>, validated in the zone; or the ARN of one."
    )
    controller: Literal["ours", "theirs"] | None = Field(
        default=None, description="theirs: the cluster has the AWS Load Balancer Controller. Stated with mode adopt."
    )
    subnets: Subnets = Field(
        default_factory=dict, description="Id -> range, of the subnets it is put into. Only with mode adopt."
    )
    browsers: Browsers | None = Field(default=None, description="Also a way in for measurements of users' browsers.")
    sign_on: SignOn | None = Field(default=None, description="OpenID Connect at the load balancer.")

    @property
    def chosen(self) -> tuple[Program, ...]:
        """Programs that are asked for, whether they are installed or not."""
        return self.programs or tuple(p for p in Program if BACKENDS[p].has_login or self.sign_on)


class IngressContext(Protocol):
    """What an ingress depends on, of an environment's settings."""

    @property
    def region(self) -> str:
        """Where the load balancer is."""

    @property
    def account(self) -> str:
        """Empty: any."""

    @property
    def cluster(self) -> CreatedCluster | AdoptedCluster:
        """Made or adopted."""

    @property
    def logs(self) -> Logs:
        """Whether there is a Kibana."""

    @property
    def collectors(self) -> Collectors:
        """Whether browsers may send anything."""

    @property
    def grafana(self) -> Grafana:
        """Whether it asks for a sign-on itself."""

    @property
    def ingress(self) -> Ingress | None:
        """None: people use port-forward."""


def exposed(settings: IngressContext) -> tuple[Program, ...]:
    """The programs that people reach, in the order of the vocabulary."""
    wanted = settings.ingress.chosen if settings.ingress else ()
    here = [p for p in Program if p is not Program.KIBANA or settings.logs.has_elasticsearch]
    return tuple(p for p in here if p in wanted)


def behind_sign_on(settings: IngressContext, program: Program) -> bool:
    """Whether the load balancer asks who comes. A Grafana that asks the provider itself is not asked for twice."""
    asks_itself = program is Program.GRAFANA and settings.grafana.sign_on is not None
    return settings.ingress is not None and settings.ingress.sign_on is not None and not asks_itself


def unprotected(settings: IngressContext) -> tuple[Program, ...]:
    """The programs that people reach without a single sign-on."""
    asks_itself = (Program.GRAFANA,) if settings.grafana.sign_on else ()
    return tuple(p for p in exposed(settings) if p not in asks_itself and not behind_sign_on(settings, p))


def needs_sign_on_secret(settings: IngressContext) -> bool:
    """Whether the load balancer is a client of the provider."""
    return any(behind_sign_on(settings, program) for program in exposed(settings))


def installs_controller(settings: IngressContext) -> bool:
    """Whether Belfry brings the controller, and so its role."""
    return settings.ingress is not None and settings.ingress.controller != "theirs"


def load_balancer_ranges(settings: IngressContext) -> tuple[str, ...]:
    """Address ranges of the load balancer's subnets; none without an ingress."""
    ingress, cluster = settings.ingress, settings.cluster
    if ingress is None:
        return ()
    if isinstance(cluster, AdoptedCluster):
        return tuple(sorted(set(ingress.subnets.values())))
    if ingress.scheme == "internal":
        return load_balancer_subnets(cluster.vpc_cidr)
    return subnets(cluster.vpc_cidr)[1]


def admitted_ranges(settings: IngressContext, ingress: Ingress) -> tuple[str, ...]:
    """Who reaches the load balancer, sorted."""
    cluster = settings.cluster
    if ingress.cidrs:
        return tuple(sorted(ingress.cidrs))
    if ingress.scheme == "internet-facing":
        return (EVERYBODY,)
    inside = (cluster.vpc_cidr, *cluster.peer_cidrs.values()) if isinstance(cluster, CreatedCluster) else PRIVATE
    return tuple(sorted(set(inside)))


def with_links(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The given keys with the links that follow from the ingress, where the file states none.

    An empty ingress is none: Pulumi fills an absent key with the default of Pulumi.yaml, and demands one without.
    """
    if given.get("ingress") == {}:
        given = {key: value for key, value in given.items() if key != "ingress"}
    links = given.get("links", {})
    if given.get("ingress") is None or not isinstance(links, Mapping):
        return given
    try:
        ingress = Ingress.model_validate(given["ingress"])
    except pydantic.ValidationError:
        # Its own mistakes are reported with all others; that Grafana's link is missing is none.
        return {**given, "links": {Program.GRAFANA.value: "https://grafana.invalid", **links}}
    linked = (Program.GRAFANA, Program.PROMETHEUS, Program.ALERTMANAGER)
    derived = {p.value: f"https://{host(p, ingress.domain)}" for p in linked if p in ingress.chosen}
    return {**given, "links": {**derived, **links}}


def ingress_problems(at: str, settings: IngressContext) -> Iterator[Problem]:
    """What contradicts itself or the cluster; ``at`` starts the keys."""
    ingress = settings.ingress
    if ingress is None:
        return
    at = f"{at}:ingress"
    yield from _names(at, settings, ingress)
    yield from _programs(at, settings, ingress)
    yield from _cluster(at, settings, ingress)
    if ingress.browsers:
        yield from _browsers(f"{at}.browsers", settings, ingress, ingress.browsers)


def _names(at: str, settings: IngressContext, ingress: Ingress) -> Iterator[Problem]:
    if ingress.zone and not f".{ingress.domain}".endswith(f".{ingress.zone}"):
        yield Problem(f"{at}.domain", f"found {ingress.domain}", f"{ingress.zone}, which is the zone, or a name below")
    if ingress.certificate == "make":
        if not ingress.zone:
            yield Problem(
                f"{at}.certificate",
                "found make without a zone to validate it in",
                "zone, a public hosted zone of Route 53, or the ARN of a certificate",
            )
        return
    yield from _certificate(f"{at}.certificate", settings, ingress.certificate)


def _certificate(at: str, settings: IngressContext, arn: str) -> Iterator[Problem]:
    _, _, _, region, account, _ = arn.split(":")
    if region != settings.region:
        yield Problem(at, f"found a certificate in {region}", f"one in {settings.region}, as the load balancer")
    if settings.account and account != settings.account:
        yield Problem(at, f"found a certificate of account {account}", f"one of {settings.account}")


def _browsers(at: str, settings: IngressContext, ingress: Ingress, browsers: Browsers) -> Iterator[Problem]:
    if not settings.collectors.browser_origins:
        yield Problem(
            at,
            "found a way in for browsers, and the collectors take nothing from them",
            "collectors.browser_origins with the sites that may send, or no browsers",
        )
    if browsers.host in {host(program, ingress.domain) for program in Program}:
        yield Problem(f"{at}.host", f"found {browsers.host}, a page for people", "another name")
    if browsers.certificate != "make":
        yield from _certificate(f"{at}.certificate", settings, browsers.certificate)
    elif not ingress.zone or not f".{browsers.host}".endswith(f".{ingress.zone}"):
        yield Problem(
            f"{at}.certificate",
            f"found make for {browsers.host}, and ingress.zone is {ingress.zone or 'not stated'}",
            "a host in the zone, or the ARN of a certificate",
        )
    if isinstance(settings.cluster, CreatedCluster) and browsers.subnets:
        yield Problem(f"{at}.subnets", "found subnets, and a cluster of Belfry's making has public ones", "no subnets")
    if isinstance(settings.cluster, AdoptedCluster) and len(browsers.subnets) < LEAST_SUBNETS:
        yield Problem(
            f"{at}.subnets",
            f"found {len(browsers.subnets)} for a cluster that exists",
            "two or more public ones in different zones, id -> range",
        )


def _programs(at: str, settings: IngressContext, ingress: Ingress) -> Iterator[Problem]:
    for program in ingress.programs:
        if not BACKENDS[program].has_login and not ingress.sign_on:
            yield Problem(f"{at}.programs", f"found {program}, which has no login", "sign_on with it")
        if program not in exposed(settings):
            yield Problem(
                f"{at}.programs", f"found {program}, and there is no Elasticsearch here", "logs.backends with it"
            )


def _cluster(at: str, settings: IngressContext, ingress: Ingress) -> Iterator[Problem]:
    if isinstance(settings.cluster, CreatedCluster):
        if ingress.controller == "theirs":
            yield Problem(
                f"{at}.controller", "found theirs, but a cluster that Belfry creates has no controller", "ours"
            )
        if ingress.subnets:
            yield Problem(f"{at}.subnets", "found subnets, but a cluster that Belfry creates has its own", "no subnets")
        return
    if ingress.controller is None:
        yield Problem(
            f"{at}.controller",
            "missing for a cluster that exists",
            "ours, or theirs if it already runs the AWS Load Balancer Controller: two controllers would conflict",
        )
    if ingress.controller == "ours" and settings.cluster.identity is None:
        yield Problem(
            f"{at}.controller",
            "found ours, but workloads have no AWS permissions",
            "cluster.identity pod-identity or irsa, or controller theirs",
        )
    if len(ingress.subnets) < LEAST_SUBNETS:
        yield Problem(
            f"{at}.subnets",
            f"found {len(ingress.subnets)} for a cluster that exists",
            "two or more in different zones, id -> range, preferably dedicated: network policies admit the load "
            "balancer by these ranges",
        )
