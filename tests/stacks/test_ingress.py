"""How people get in, in a whole environment: absent by default, and joined to the account where it is asked for."""

import functools
from collections.abc import Mapping
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest

from model import labels, names
from model.cluster.ingress import Program
from model.problems import BadInput
from tests.stacks.deployment import ENVIRONMENTS, deploy, deployed, made_up_secrets, stack_config
from tests.stacks.foundation import ADOPTED, THEIR_STORAGE
from tests.stacks.test_platform import ancestors, values_of
from tests.synth import Synth

HUSH = "the-clients-secret"
SIGN_ON = {
    "issuer": "https://id.example.com",
    "authorization_endpoint": "/authorize",
    "token_endpoint": "/token",
    "userinfo_endpoint": "https://users.example.com/info",
    "client_id": "belfry",
}
OFFICE = "203.0.113.0/24"
INGRESS = {"domain": "observability.example.com", "zone": "example.com", "sign_on": SIGN_ON}
LINKS = {"runbooks": "https://runbooks.example.com"}
SUBNETS = {"subnet-0a1": "10.1.0.0/27", "subnet-0b2": "10.1.0.32/27"}
ARN = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
PARAMETERS = "kubernetes:elbv2.k8s.aws/v1beta1:IngressClassParams"
OF_PEOPLE = ("Ingresses", "IngressSignOn", "LoadBalancerController", "Certificate", "HostNames")
Ingress = kubernetes.networking.v1.Ingress


def with_ingress(stack: str = "dev", ingress: Mapping[str, Any] = INGRESS, **changes: Any) -> Synth:
    secrets = {**made_up_secrets(), "ingress-sign-on": HUSH, "grafana-sign-on": "another"}
    return deploy(stack, changes={"ingress": dict(ingress), "links": LINKS, **changes}, secrets=secrets)


@functools.cache
def internal() -> Synth:
    return with_ingress()


def admits(result: Synth, policy: str) -> list[str]:
    """Ranges of addresses that a network policy lets in."""
    (found,) = (
        p.inputs["spec"]
        for p in result.of(kubernetes.networking.v1.NetworkPolicy).values()
        if p.inputs["metadata"]["name"] == policy
    )
    return [peer["ipBlock"]["cidr"] for rule in found["ingress"] for peer in rule["from"] if "ipBlock" in peer]


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_without_the_setting_nothing_is_installed_and_no_address_is_let_into_a_page(stack: str) -> None:
    result = deployed(stack)

    assert not [key for key in result.resources if key[0].rpartition(":")[2] in OF_PEOPLE]
    assert not result.of(Ingress)
    for program in ("grafana", "prometheus", "alertmanager", "kibana", "jaeger"):
        assert admits(result, program) == []


def test_no_rule_of_a_network_policy_has_an_empty_list_of_peers() -> None:
    """It would admit everybody."""
    for result in (deployed("prod"), internal()):
        for policy in result.of(kubernetes.networking.v1.NetworkPolicy).values():
            for side, peers in (("ingress", "from"), ("egress", "to")):
                assert all(rule[peers] for rule in policy.inputs["spec"][side]), policy.name


def test_an_internal_load_balancer_has_subnets_to_itself_and_they_alone_are_let_in() -> None:
    result = internal()
    subnets = result.of(aws.ec2.Subnet)
    own = [subnet for name, subnet in sorted(subnets.items()) if "load-balancer" in name]
    ranges = [subnet.inputs["cidrBlock"] for subnet in own]

    assert len(own) == 3
    for program in ("grafana", "prometheus", "alertmanager", "jaeger"):
        assert sorted(admits(result, program)) == sorted(ranges)
    spec = result.only(PARAMETERS).inputs["spec"]
    assert spec["subnets"]["ids"] == [f"{subnet.name}-id" for subnet in own]
    # The way to the sign-on provider, which is outside.
    routes = result.of(aws.ec2.RouteTableAssociation)
    assert {routes[subnet.name].inputs["routeTableId"] for subnet in own} <= {
        routes[name].inputs["routeTableId"] for name in routes if "private" in name
    }
    assert spec["inboundCIDRs"] == [stack_config("dev")["belfry:cluster"]["vpc_cidr"]]


def test_every_program_that_is_here_is_reached_by_its_name_and_links_follow() -> None:
    result = internal()

    hosts = {i.inputs["spec"]["rules"][0]["host"] for i in result.of(Ingress).values()}
    assert hosts == {f"{p}.observability.example.com" for p in Program if p is not Program.KIBANA}
    named = {r.inputs["name"] for name, r in result.of(aws.route53.Record).items() if name.startswith("host-names")}
    assert named == hosts
    grafana = values_of(result, "monitoring")["grafana"]["grafana.ini"]["server"]["root_url"]
    assert grafana == "https://grafana.observability.example.com"
    prometheus = values_of(result, "monitoring")["prometheus"]["prometheusSpec"]["externalUrl"]
    assert prometheus == "https://prometheus.observability.example.com"


def test_the_clients_secret_is_in_marked_secrets_of_kubernetes_alone() -> None:
    carriers = [r for r in internal().resources.values() if HUSH in str(r.inputs)]

    assert {carrier.type for carrier in carriers} == {"kubernetes:core/v1:Secret"}
    assert {carrier.inputs["metadata"]["namespace"] for carrier in carriers} == {names.MONITORING, names.TRACING}
    assert all(carrier.secrets for carrier in carriers)


def test_what_an_ingress_needs_is_there_before_it_and_goes_after_it() -> None:
    result = internal()
    for ingress in result.of(Ingress).values():
        before = ancestors(result, ingress.key)
        assert {
            ("kubernetes:helm.sh/v3:Release", "load-balancers-release-release"),
            ("aws:eks/podIdentityAssociation:PodIdentityAssociation", "aws-load-balancer-controller-association"),
            ("kubernetes:core/v1:Secret", "ingress-sign-on-monitoring"),
            ("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "ingress-sign-on-tracing"),
            ("aws:acm/certificateValidation:CertificateValidation", "ingress-validated"),
            ("aws:ec2/subnet:Subnet", "network-load-balancer-a"),
        } <= before


def test_a_preview_registers_what_an_update_does() -> None:
    secrets = {**made_up_secrets(), "ingress-sign-on": HUSH}
    preview = deploy("dev", changes={"ingress": INGRESS, "links": LINKS}, secrets=secrets, preview=True)
    assert preview.keys() == internal().keys()


def test_a_grafana_with_a_sign_on_of_its_own_is_not_asked_for_twice() -> None:
    def auth(result: Synth) -> list[str]:
        return [key for key in result.of(Ingress)["ingress-grafana"].inputs["metadata"]["annotations"] if "auth" in key]

    own = with_ingress(grafana={"sign_on": {**SIGN_ON, "admins": ["platform"]}})
    assert auth(internal())
    assert not auth(own)


def test_without_a_sign_on_only_what_has_a_login_is_shown() -> None:
    result = with_ingress("staging", {"domain": "o11y.example.com", "certificate": ARN})

    assert set(result.of(Ingress)) == {"ingress-grafana", "ingress-kibana"}
    assert not result.of("belfry:kubernetes:IngressSignOn")
    assert result.only(PARAMETERS).inputs["spec"]["certificateArn"] == [ARN]
    # Without a zone somebody else writes the names.
    assert not result.of(aws.route53.Record)
    assert not result.of("belfry:aws:Certificate")
    assert values_of(result, "monitoring")["grafana"]["grafana.ini"]["server"]["root_url"].startswith(
        "https://grafana."
    )


def test_an_internet_facing_one_is_in_the_public_subnets_and_admits_the_stated_ranges() -> None:
    ingress = {**INGRESS, "scheme": "internet-facing", "cidrs": [OFFICE], "records": False}
    result = with_ingress("prod", ingress)

    spec = result.only(PARAMETERS).inputs["spec"]
    assert (spec["scheme"], spec["inboundCIDRs"]) == ("internet-facing", [OFFICE])
    assert spec["subnets"]["ids"] == [f"network-public-{zone}-id" for zone in "abc"]
    assert not [name for name in result.of(aws.ec2.Subnet) if "load-balancer" in name]
    public = [s.inputs["cidrBlock"] for n, s in result.of(aws.ec2.Subnet).items() if "public" in n]
    assert sorted(admits(result, "kibana")) == sorted(public)
    assert set(result.of(aws.route53.Record)) == {"ingress-validation"}


@pytest.mark.parametrize("identity", [None, "pod-identity"])
def test_an_adopted_cluster_keeps_its_own_controller(identity: str | None) -> None:
    cluster = {**ADOPTED, **({"identity": identity} if identity else {})}
    ingress = {**INGRESS, "controller": "theirs", "subnets": SUBNETS}
    result = with_ingress("dev", ingress, cluster=cluster, storage=THEIR_STORAGE)

    assert not result.of("belfry:kubernetes:LoadBalancerController")
    assert "aws-load-balancer-controller" not in result.of("belfry:aws:PodIdentity")
    assert result.only(PARAMETERS).inputs["spec"]["subnets"]["ids"] == sorted(SUBNETS)
    assert sorted(admits(result, "jaeger")) == sorted(SUBNETS.values())


def test_an_adopted_cluster_without_a_controller_gets_ours_in_its_network() -> None:
    ingress = {**INGRESS, "controller": "ours", "subnets": SUBNETS}
    result = with_ingress("dev", ingress, cluster={**ADOPTED, "identity": "pod-identity"}, storage=THEIR_STORAGE)

    values = values_of(result, "aws-load-balancer-controller")
    assert (values["clusterName"], values["vpcId"]) == ("theirs", "vpc-theirs")
    assert set(values["podAnnotations"]) == {labels.IDENTITY}


def test_with_irsa_the_controllers_service_account_names_its_role() -> None:
    made = with_ingress(cluster={**stack_config("dev")["belfry:cluster"], "identity": "irsa"})
    account = values_of(made, "aws-load-balancer-controller")["serviceAccount"]
    assert account["annotations"]["eks.amazonaws.com/role-arn"].endswith(":aws-load-balancer-controller-role")


def test_a_sign_on_without_its_secret_is_refused() -> None:
    with pytest.raises(BadInput, match=r"secrets.ingress-sign-on: the secret is missing; allowed: `pulumi config set"):
        deploy("dev", changes={"ingress": INGRESS, "links": LINKS})
