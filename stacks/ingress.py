"""How people get in: the controller, a certificate, the sign-on, an Ingress for each program, and its name."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.certificate import Certificate, CertificateArgs
from components.host_names import HostNames, HostNamesArgs
from components.ingress_sign_on import IngressSignOn, IngressSignOnArgs
from components.ingresses import AskForSignOn, Ingresses, IngressesArgs, Route
from components.load_balancer_controller import LoadBalancerController, LoadBalancerControllerArgs
from model import labels, names
from model.account.storage import BucketUse
from model.alarms.scopes import LOAD_BALANCER, target_group_word
from model.cluster import workloads
from model.cluster.ingress import BACKENDS, PEOPLE_CLASS, Program, host, target_group
from stacks import browser_ingress
from stacks.in_cluster import InCluster
from stacks.ingress_settings import (
    Ingress,
    SignOn,
    admitted_ranges,
    behind_sign_on,
    exposed,
    installs_controller,
    needs_sign_on_secret,
)
from stacks.made_load_balancers import balancer, group


def build(target: InCluster) -> Mapping[str, pulumi.Output[str]]:
    """Register it, where the settings ask for it. Returns what AWS calls it, by the words of alarms' scopes."""
    settings, foundation, wanted = target.settings, target.foundation, target.settings.ingress
    if wanted is None:
        return {}
    in_aws = pulumi.ResourceOptions(provider=foundation.aws)
    first: list[pulumi.Resource] = []
    if installs_controller(settings):
        first.append(_controller(target))
    routes = {
        program: Route(
            host=host(program, wanted.domain),
            backend=BACKENDS[program],
            sign_on=_ask(wanted.sign_on) if wanted.sign_on and behind_sign_on(settings, program) else None,
        )
        for program in exposed(settings)
    }
    if wanted.sign_on and needs_sign_on_secret(settings):
        asking = {route.backend.namespace for route in routes.values() if route.sign_on}
        first.append(
            IngressSignOn(
                names.INGRESS_SIGN_ON_SECRET,
                IngressSignOnArgs(
                    namespaces={name: target.namespace(name) for name in asking},
                    client_id=wanted.sign_on.client_id,
                    client_secret=target.inputs.secrets.get(names.INGRESS_SIGN_ON_SECRET),
                ),
                opts=target.opts(),
            )
        )
    zone_id = _zone_id(wanted, foundation.aws)
    certificate: pulumi.Input[str] = wanted.certificate
    if zone_id is not None and wanted.certificate == "make":
        certificate = Certificate(
            "ingress", CertificateArgs(domain=f"*.{wanted.domain}", zone_id=zone_id), opts=in_aws
        ).arn
    ingresses = Ingresses(
        "ingress",
        IngressesArgs(
            routes=routes,
            namespaces=target.namespaces.names,
            scheme=wanted.scheme,
            cidrs=admitted_ranges(settings, wanted),
            subnet_ids=foundation.cluster.load_balancer_subnet_ids,
            certificate_arn=certificate,
            log_bucket=foundation.buckets.names[BucketUse.LOAD_BALANCER_LOGS],
            tags=labels.of_aws(settings.environment, target.inputs.catalog.organization.platform_team),
        ),
        # The bucket with its policy: a load balancer that may not write there is refused its attributes.
        opts=target.opts(*first, foundation.buckets),
    )
    if zone_id is not None and wanted.records:
        HostNames(
            "host-names",
            HostNamesArgs(
                zone_id=zone_id,
                targets={
                    program.value: (route.host, ingresses.load_balancers[program.value])
                    for program, route in routes.items()
                },
            ),
            opts=in_aws,
        )
    made = _made(ingresses, routes, settings.cluster.name, foundation.aws)
    if wanted.browsers is None:
        return made
    browsers = browser_ingress.build(target, wanted.browsers, zone_id=zone_id, records=wanted.records, first=first)
    return {**made, **browsers}


def _made(
    ingresses: Ingresses, routes: Mapping[Program, Route], cluster: str, provider: aws.Provider
) -> dict[str, pulumi.Output[str]]:
    addresses = ingresses.load_balancers
    found = balancer(provider, cluster, PEOPLE_CLASS, addresses[min(routes).value])
    return {
        LOAD_BALANCER: found.apply(lambda one: str(one.arn_suffix)),
        **{
            target_group_word(program): group(
                provider,
                cluster,
                PEOPLE_CLASS,
                target_group(route.backend.namespace, program, route.backend.service, route.backend.port),
                addresses[program.value],
            )
            for program, route in routes.items()
        },
    }


def _controller(target: InCluster) -> LoadBalancerController:
    settings, foundation = target.settings, target.foundation
    return LoadBalancerController(
        "load-balancers",
        LoadBalancerControllerArgs(
            cluster_name=settings.cluster.name,
            region=settings.region,
            vpc_id=foundation.cluster.vpc_id,
            role_arn=target.role_arn(workloads.LOAD_BALANCER_CONTROLLER),
            pod_annotations=target.pod_annotations(workloads.LOAD_BALANCER_CONTROLLER),
            placement=target.placement,
            chart_mirror=target.mirror,
        ),
        opts=target.opts(workloads.LOAD_BALANCER_CONTROLLER),
    )


def _zone_id(wanted: Ingress, provider: aws.Provider) -> pulumi.Output[str] | None:
    """The zone's id, looked up by its name; the lookup fails where there is none or several."""
    if wanted.zone is None:
        return None
    found = aws.route53.get_zone_output(
        name=wanted.zone, private_zone=False, opts=pulumi.InvokeOutputOptions(provider=provider)
    )
    return found.zone_id


def _ask(provider: SignOn) -> AskForSignOn:
    return AskForSignOn(
        issuer=provider.issuer,
        authorization_endpoint=provider.url(provider.authorization_endpoint),
        token_endpoint=provider.url(provider.token_endpoint),
        userinfo_endpoint=provider.url(provider.userinfo_endpoint),
        scopes=provider.scopes,
    )
