"""How people get in: what the controller may read, what each Ingress asks of it, and what the load balancer is like."""

import json
from dataclasses import replace

import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest

from components.certificate import Certificate
from components.host_names import HostNames
from components.ingress_sign_on import IngressSignOn
from components.ingresses import Ingresses, annotations
from components.load_balancer_controller import values
from model import names
from model.cluster.ingress import BACKENDS, Program
from model.cluster.network_paths import PATHS, Addresses, Pods
from tests.components.examples import EXAMPLES, deploy, shown
from tests.components.ingress_examples import CONTROLLER, INGRESSES
from tests.synth import Synth

PARAMETERS = "kubernetes:elbv2.k8s.aws/v1beta1:IngressClassParams"
Ingress = kubernetes.networking.v1.Ingress

every_program = pytest.mark.parametrize("program", Program)


def ingresses() -> Synth:
    return deploy(EXAMPLES[Ingresses])


def annotated(program: Program) -> dict[str, str]:
    """The annotations of a program's Ingress, without the prefix."""
    found = ingresses().of(Ingress)[f"ingress-{program}"].inputs["metadata"]["annotations"]
    assert all(key.startswith("alb.ingress.kubernetes.io/") for key in found)
    return {key.partition("/")[2]: value for key, value in found.items()}


@every_program
def test_the_network_policies_let_the_load_balancer_into_what_it_sends_people_to(program: Program) -> None:
    backend = BACKENDS[program]
    (path,) = (p for p in PATHS if p.sender is Addresses.LOAD_BALANCER and p.service == backend.service)

    assert isinstance(path.receiver, Pods)
    assert path.receiver.namespace == backend.namespace
    assert [port.of_service for port in path.ports] == [backend.port]


def test_the_network_policies_let_it_into_nothing_else() -> None:
    let_in = {path.service for path in PATHS if path.sender is Addresses.LOAD_BALANCER}
    assert let_in == {backend.service for backend in BACKENDS.values()}


@every_program
def test_each_program_has_its_host_its_service_and_its_namespace(program: Program) -> None:
    found, backend = ingresses().of(Ingress)[f"ingress-{program}"].inputs, BACKENDS[program]

    (rule,) = found["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    assert rule["host"] == f"{program}.observability.example.com"
    assert path["backend"]["service"] == {"name": backend.service, "port": {"number": backend.port}}
    assert found["metadata"]["namespace"] == backend.namespace
    assert found["spec"]["ingressClassName"] == "belfry"


@every_program
def test_people_come_by_tls_to_pods_whose_health_is_checked_by_a_page_without_login(program: Program) -> None:
    found = annotated(program)

    assert json.loads(found["listen-ports"]) == [{"HTTP": 80}, {"HTTPS": 443}]
    assert found["ssl-redirect"] == "443"
    assert found["target-type"] == "ip"
    assert found["healthcheck-protocol"] == found["backend-protocol"]
    assert (found["healthcheck-path"], found["success-codes"]) == (
        {
            Program.GRAFANA: "/api/health",
            Program.PROMETHEUS: "/-/ready",
            Program.ALERTMANAGER: "/-/ready",
            Program.KIBANA: "/login",
            Program.JAEGER: "/",
        }[program],
        "200",
    )


def test_kibana_alone_speaks_tls_and_prometheus_alone_keeps_a_browser_at_one_replica() -> None:
    assert [p for p in Program if annotated(p)["backend-protocol"] == "HTTPS"] == [Program.KIBANA]
    sticky = [p for p in Program if "stickiness.enabled=true" in annotated(p).get("target-group-attributes", "")]
    assert sticky == [Program.PROMETHEUS]


def test_the_sign_on_is_asked_by_the_load_balancer_and_its_secret_is_named_and_not_shown() -> None:
    found = annotated(Program.JAEGER)

    assert (found["auth-type"], found["auth-on-unauthenticated-request"]) == ("oidc", "authenticate")
    assert found["auth-scope"] == "openid email"
    assert int(found["auth-session-timeout"]) <= 24 * 3600
    assert json.loads(found["auth-idp-oidc"]) == {
        "issuer": "https://id.example.com",
        "authorizationEndpoint": "https://id.example.com/authorize",
        "tokenEndpoint": "https://id.example.com/token",
        "userInfoEndpoint": "https://id.example.com/userinfo",
        "secretName": "ingress-sign-on",
    }


def test_a_program_with_a_sign_on_of_its_own_is_not_asked_for_twice() -> None:
    assert not [key for key in annotated(Program.GRAFANA) if key.startswith("auth")]
    assert annotations(replace(INGRESSES.routes[Program.GRAFANA], sign_on=INGRESSES.routes[Program.JAEGER].sign_on))


def test_all_share_one_load_balancer_that_is_set_by_the_class_and_no_other_namespace_joins_it() -> None:
    result = ingresses()
    spec = result.only(PARAMETERS).inputs["spec"]

    assert spec["group"] == {"name": "belfry"}
    (selector,) = spec["namespaceSelector"]["matchExpressions"]
    assert (selector["key"], selector["values"]) == (
        "kubernetes.io/metadata.name",
        [names.LOGGING, names.MONITORING, names.TRACING],
    )
    assert (spec["scheme"], spec["inboundCIDRs"]) == ("internal", ["10.20.0.0/16"])
    assert spec["subnets"] == {"ids": ["subnet-a", "subnet-b", "subnet-c"]}
    assert spec["certificateArn"] == [INGRESSES.certificate_arn]
    assert spec["sslPolicy"].startswith("ELBSecurityPolicy-TLS13-")
    attributes = {each["key"]: each["value"] for each in spec["loadBalancerAttributes"]}
    # Longer than the longest query: Prometheus ends one after two minutes.
    assert int(attributes["idle_timeout.timeout_seconds"]) > 120
    assert {"key": "owner", "value": "platform"} in spec["tags"]
    parameters = result.only(kubernetes.networking.v1.IngressClass).inputs["spec"]["parameters"]
    assert parameters == {"apiGroup": "elbv2.k8s.aws", "kind": "IngressClassParams", "name": "belfry"}


def test_the_class_outlives_its_ingresses_and_its_parameters_outlive_the_class() -> None:
    result = ingresses()
    class_ = result.only(kubernetes.networking.v1.IngressClass)

    assert all(class_.key in ingress.dependencies for ingress in result.of(Ingress).values())
    assert result.only(PARAMETERS).key in class_.dependencies


def test_the_load_balancers_name_is_read_from_the_ingress() -> None:
    found, waits_for = shown(lambda: {"made": Ingresses("ingress", INGRESSES).load_balancers})

    assert found["made"] == dict.fromkeys(Program, "k8s-belfry-1.elb.amazonaws.com")
    assert ("kubernetes:networking.k8s.io/v1:Ingress", "ingress-kibana") in waits_for


def test_the_controller_reads_the_one_secret_beside_each_ingress_and_no_other() -> None:
    result = deploy(EXAMPLES[IngressSignOn])
    secrets = result.of(kubernetes.core.v1.Secret).values()
    roles = result.of(kubernetes.rbac.v1.Role).values()
    bindings = result.of(kubernetes.rbac.v1.RoleBinding).values()

    for kind in (secrets, roles, bindings):
        assert {each.inputs["metadata"]["namespace"] for each in kind} == {"logging", "monitoring", "tracing"}
    for secret in secrets:
        assert secret.inputs["stringData"] == {"clientID": "belfry", "clientSecret": "hush"}
        assert "stringData.clientSecret" in secret.secrets or "stringData" in secret.secrets
    for role in roles:
        (rule,) = role.inputs["rules"]
        assert rule["resourceNames"] == ["ingress-sign-on"]
        assert rule["verbs"] == ["get", "list", "watch"]
    for binding in bindings:
        (subject,) = binding.inputs["subjects"]
        assert (subject["namespace"], subject["name"]) == ("kube-system", "aws-load-balancer-controller")


def test_the_controller_does_not_stand_in_the_way_of_other_services_and_has_no_part_it_has_no_right_to() -> None:
    found = values(CONTROLLER)

    assert found["enableServiceMutatorWebhook"] is False
    assert found["keepTLSSecret"] is True
    assert not [key for key in ("enableShield", "enableWaf", "enableWafv2", "createIngressClassResource") if found[key]]
    assert (found["clusterName"], found["region"], found["vpcId"]) == ("main", "eu-central-1", "vpc-main")


def test_pods_of_the_controller_are_replaced_when_they_get_rights_and_name_their_role_with_irsa_alone() -> None:
    assert values(CONTROLLER)["podAnnotations"] == CONTROLLER.pod_annotations
    assert values(CONTROLLER)["serviceAccount"] == {"name": "aws-load-balancer-controller", "annotations": {}}
    irsa = values(replace(CONTROLLER, role_arn="arn:role"))["serviceAccount"]
    assert irsa["annotations"] == {"eks.amazonaws.com/role-arn": "arn:role"}


def test_one_certificate_has_all_names_and_is_not_used_before_it_is_valid() -> None:
    result = deploy(EXAMPLES[Certificate])
    certificate, record = result.only(aws.acm.Certificate).inputs, result.only(aws.route53.Record).inputs

    assert (certificate["domainName"], certificate["validationMethod"]) == ("*.observability.example.com", "DNS")
    assert (record["zoneId"], record["type"], record["name"]) == ("Z1", "CNAME", "_made-up.observability.example.com.")
    assert record["records"] == ["_made-up.acm-validations.aws."]
    assert record["allowOverwrite"]
    _, waits_for = shown(lambda: {"arn": EXAMPLES[Certificate]().arn})  # type: ignore[attr-defined]
    assert ("aws:acm/certificateValidation:CertificateValidation", "ingress-validated") in waits_for


def test_a_host_name_follows_the_load_balancer_within_a_minute() -> None:
    record = deploy(EXAMPLES[HostNames]).only(aws.route53.Record).inputs

    assert (record["name"], record["type"]) == ("grafana.example.com", "CNAME")
    assert record["records"] == ["k8s-belfry-1.elb.amazonaws.com"]
    assert record["ttl"] <= 60
