"""The way in for what users' browsers measure: load balancer, certificate, web ACL and name."""

from collections.abc import Mapping, Sequence

import pulumi

from components.browser_ingress import BrowserIngress, BrowserIngressArgs
from components.certificate import Certificate, CertificateArgs
from components.host_names import HostNames, HostNamesArgs
from components.web_acl import WebAcl, WebAclArgs
from model import labels, names
from model.account.storage import BucketUse
from model.alarms.scopes import BROWSER_LOAD_BALANCER, target_group_word
from model.cluster.ingress import BROWSERS, BROWSERS_CLASS, target_group
from stacks.account_settings import CreatedCluster
from stacks.in_cluster import InCluster
from stacks.ingress_settings import Browsers
from stacks.made_load_balancers import balancer, group


def build(
    target: InCluster,
    wanted: Browsers,
    *,
    zone_id: pulumi.Input[str] | None,
    records: bool,
    first: Sequence[pulumi.Resource],
) -> Mapping[str, pulumi.Output[str]]:
    """Register it after ``first``. Returns what AWS calls it, by the words of alarms' scopes."""
    settings, foundation = target.settings, target.foundation
    in_aws = pulumi.ResourceOptions(provider=foundation.aws)
    certificate: pulumi.Input[str] = wanted.certificate
    if wanted.certificate == "make":
        assert zone_id is not None, "checked with the settings"
        made = Certificate(BROWSERS, CertificateArgs(domain=wanted.host, zone_id=zone_id), opts=in_aws)
        certificate = made.arn
    ingress = BrowserIngress(
        BROWSERS,
        BrowserIngressArgs(
            host=wanted.host,
            namespace=target.namespace(names.COLLECTORS),
            subnet_ids=_subnets(target, wanted),
            certificate_arn=certificate,
            log_bucket=foundation.buckets.names[BucketUse.LOAD_BALANCER_LOGS],
            tags=labels.of_aws(settings.environment, target.inputs.catalog.organization.platform_team),
        ),
        opts=target.opts(*first, foundation.buckets),
    )
    cluster, address = settings.cluster.name, ingress.load_balancer
    found = balancer(foundation.aws, cluster, BROWSERS_CLASS, address)
    acl = WebAcl(
        f"{BROWSERS}-web-acl",
        WebAclArgs(
            name=f"{target.inputs.own_prefix}-{BROWSERS}",
            path=names.BROWSER_PATH,
            requests_per_window=wanted.requests_per_5_minutes,
            load_balancer_arn=found.apply(lambda one: str(one.arn)),
        ),
        opts=in_aws,
    )
    if zone_id is not None and records:
        HostNames(
            f"{BROWSERS}-host",
            HostNamesArgs(zone_id=zone_id, targets={BROWSERS: (wanted.host, address)}),
            # Nobody knows the load balancer before the web ACL stands in front of it.
            opts=pulumi.ResourceOptions(provider=foundation.aws, depends_on=[acl]),
        )
    resource = target_group(names.COLLECTORS, BROWSERS, names.COLLECTOR_GATEWAY, names.FARO_PORT)
    return {
        BROWSER_LOAD_BALANCER: found.apply(lambda one: str(one.arn_suffix)),
        target_group_word(BROWSERS): group(foundation.aws, cluster, BROWSERS_CLASS, resource, address),
    }


def _subnets(target: InCluster, wanted: Browsers) -> Sequence[pulumi.Input[str]]:
    network = target.foundation.cluster.network
    if isinstance(target.settings.cluster, CreatedCluster):
        assert network is not None, "made with the cluster"
        return network.public_subnet_ids
    return sorted(wanted.subnets)
