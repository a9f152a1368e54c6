"""What is installed in the cluster, how its parts are joined, and what of it an environment may choose."""

import itertools
import json
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest
import yaml

from model import names
from model.cluster import workloads
from tests.stacks.deployment import ENVIRONMENTS, deploy, deployed, made_up_secrets, stack_config
from tests.synth import Key, Synth

every_environment = pytest.mark.parametrize("stack", ENVIRONMENTS)

RELEASE = "kubernetes:helm.sh/v3:Release"
EVERYWHERE = {
    "falco",
    "falcosidekick",
    "jaeger",
    "loki",
    "monitoring",
    "otel-agent",
    "otel-cluster",
    "otel-gateway",
    "otel-sampler",
    "prometheus-blackbox-exporter",
    "prometheus-operator-crds",
}
IN_FULL = EVERYWHERE | {"eck-operator", "elastic", "external-secrets"}
ROLE = "eks.amazonaws.com/role-arn"
ADOPTED = {"mode": "adopt", "name": "theirs"}
THEIR_STORAGE = {"class": "gp3"}


def values_of(result: Synth, release: str) -> dict[str, Any]:
    """The Helm values of a release."""
    (found,) = (r.inputs["values"] for r in result.of(RELEASE).values() if r.inputs["name"] == release)
    return dict(found)


def releases(result: Synth) -> set[str]:
    """Names of all Helm releases."""
    return {str(resource.inputs["name"]) for resource in result.of(RELEASE).values()}


def config_of(result: Synth, release: str) -> dict[str, Any]:
    """The configuration of a collector."""
    return dict(values_of(result, release)["alternateConfig"])


def ancestors(result: Synth, key: Key) -> set[Key]:
    """Everything that is made before ``key``: what it and its parents depend on, and so on.

    A child is registered after its parent, and the parent only when all that it depends on is there.
    """
    found: set[Key] = set()
    todo = [key]
    while todo:
        resource = result.resources[todo.pop()]
        for before in (*resource.dependencies, *([resource.parent] if resource.parent else [])):
            if before not in found:
                found.add(before)
                todo.append(before)
    return found


def test_the_whole_platform_is_in_prod_and_dev_has_what_a_team_needs() -> None:
    assert releases(deployed("prod")) >= IN_FULL
    assert releases(deployed("dev")) >= EVERYWHERE
    assert not {"elastic", "external-secrets"} & releases(deployed("dev"))


@every_environment
def test_policies_and_quotas_are_there_before_the_first_pod(stack: str) -> None:
    result = deployed(stack)
    policies = set(result.of(kubernetes.networking.v1.NetworkPolicy))
    for name, release in result.of(RELEASE).items():
        before = {before for type_, before in ancestors(result, release.key) if type_.endswith(":NetworkPolicy")}
        assert before == policies, name


@every_environment
def test_whatever_brings_monitors_comes_after_the_release_that_defines_them(stack: str) -> None:
    result = deployed(stack)
    first = {"prometheus-operator-crds", "monitoring"}
    for release in result.of(RELEASE).values():
        if release.inputs["name"] not in first:
            before = {
                result.resources[key].inputs["name"] for key in ancestors(result, release.key) if key[0] == RELEASE
            }
            assert first <= before, release.name


@every_environment
def test_telemetry_is_installed_from_its_end_to_its_beginning(stack: str) -> None:
    result = deployed(stack)
    by_name = {str(release.inputs["name"]): release.key for release in result.of(RELEASE).values()}
    way = ["otel-agent", "otel-gateway", "otel-sampler", "jaeger", "loki", "monitoring"]
    for sender, receiver in itertools.pairwise(way):
        assert by_name[receiver] in ancestors(result, by_name[sender]), (sender, receiver)


@every_environment
def test_every_replica_of_prometheus_and_alertmanager_gets_everything(stack: str) -> None:
    result = deployed(stack)
    installed = values_of(result, "monitoring")
    watching, telling = (installed[part][f"{part}Spec"]["replicas"] for part in ("prometheus", "alertmanager"))
    prometheus = [names.prometheus_replica(index) for index in range(watching)]
    alertmanagers = [names.alertmanager_replica(index) for index in range(telling)]
    assert (watching, telling) == ((2, 3) if stack in ("staging", "prod") else (1, 1))
    for release in ("otel-gateway", "otel-sampler"):
        exporters = config_of(result, release)["exporters"]
        sent = {e["endpoint"].removesuffix("/api/v1/otlp") for n, e in exporters.items() if "prometheus" in n}
        assert sent == set(prometheus), release
    assert values_of(result, "falcosidekick")["config"]["alertmanager"]["hostport"] == ",".join(alertmanagers)
    ruler = values_of(result, "loki")["loki"]["rulerConfig"]
    assert set(ruler["alertmanager_url"].split(",")) == set(alertmanagers)


def test_logs_go_where_the_environment_keeps_them() -> None:
    full, small = (set(config_of(deployed(stack), "otel-gateway")["exporters"]) for stack in ("prod", "dev"))
    assert {"otlp_http/loki", "elasticsearch", "awscloudwatchlogs"} <= full
    assert "otlp_http/loki" in small
    assert not {"elasticsearch", "awscloudwatchlogs"} & small


def test_the_password_of_elasticsearch_stands_in_secrets_alone() -> None:
    result = deployed("prod")
    for name, release in result.of(RELEASE).items():
        assert "made-up-password" not in json.dumps(release.inputs), name
        assert not release.secrets, name


def test_receivers_secrets_of_prod_never_pass_through_pulumi() -> None:
    result = deployed("prod")
    (copy,) = (r for key, r in result.resources.items() if key[0].endswith(":ExternalSecret"))
    receivers = [r for r in result.of(kubernetes.core.v1.Secret).values() if "receivers" in r.name]
    taken = {entry["remoteRef"]["key"] for entry in copy.inputs["spec"]["data"]}
    assert not receivers
    assert copy.inputs["metadata"]["name"] == names.ALERTMANAGER_RECEIVERS_SECRET
    assert {"belfry/prod/dead-mans-switch", "belfry/prod/pagerduty-platform"} <= taken
    # Secrets of the stack are then needed for what no pod ever sees alone.
    deploy("prod", secrets={"pagerduty-aws": "https://pager.example.com/x"})


@every_environment
def test_what_watches_runs_on_nodes_of_its_own_and_agents_on_all(stack: str) -> None:
    result = deployed(stack)
    pool = {"belfry.dev/pool": "observability"}
    loki = values_of(result, "loki")
    for placed in (
        values_of(result, "otel-gateway"),
        values_of(result, "otel-sampler"),
        values_of(result, "falcosidekick"),
        values_of(result, "jaeger")["jaeger"],
        *(loki[part] for part in ("singleBinary", "gateway", "chunksCache", "resultsCache", "lokiCanary")),
    ):
        assert placed["nodeSelector"] == pool
        assert placed["tolerations"]
    for everywhere in (values_of(result, "otel-agent"), values_of(result, "falco")):
        assert everywhere["tolerations"] == [{"operator": "Exists"}]
        assert "nodeSelector" not in everywhere


def test_of_nodes_that_are_not_ours_nothing_is_asked() -> None:
    cluster = {**stack_config("dev")["belfry:cluster"]}
    del cluster["observability_nodes"]
    for changed in (cluster, ADOPTED):
        storage = THEIR_STORAGE if changed is ADOPTED else {}
        placed = values_of(deploy("dev", changes={"cluster": changed, "storage": storage}), "otel-gateway")
        assert not {"nodeSelector", "tolerations"} & placed.keys()


def test_a_cluster_without_rights_in_aws_is_not_configured_to_use_them() -> None:
    result = deploy("dev", changes={"cluster": ADOPTED, "storage": THEIR_STORAGE})
    assert "aws" not in values_of(result, "falcosidekick")["config"]
    assert "aws_cloudwatch/audit" not in config_of(result, "otel-cluster")["receivers"]
    assert not result.of(aws.pipes.Pipe)


def test_the_audit_log_is_read_where_it_is_ours_or_was_offered() -> None:
    ours = config_of(deployed("dev"), "otel-cluster")["receivers"]["aws_cloudwatch/audit"]
    adopted = {**ADOPTED, "identity": "pod-identity"}
    offered = deploy("dev", changes={"cluster": {**adopted, "audit_log": True}, "storage": THEIR_STORAGE})
    withheld = deploy("dev", changes={"cluster": adopted, "storage": THEIR_STORAGE})
    assert "/aws/eks/belfry-dev/cluster" in json.dumps(ours)
    assert "aws_cloudwatch/audit" in config_of(offered, "otel-cluster")["receivers"]
    assert "aws_cloudwatch/audit" not in config_of(withheld, "otel-cluster")["receivers"]


@pytest.mark.parametrize("release", ["loki", "falcosidekick", "otel-cluster"])
def test_accounts_name_their_role_with_irsa_and_never_with_pod_identity(release: str) -> None:
    irsa = deploy("dev", changes={"cluster": {**stack_config("dev")["belfry:cluster"], "identity": "irsa"}})
    assert "arn:" in json.dumps(values_of(irsa, release))
    for stack in ENVIRONMENTS:
        assert ROLE not in json.dumps(values_of(deployed(stack), release))


def test_findings_of_falco_reach_the_event_bus_if_it_is_set() -> None:
    security = stack_config("dev")["belfry:security"]
    without = deploy("dev", changes={"security": {**security, "event_bus": False}})
    assert values_of(deployed("dev"), "falcosidekick")["config"]["aws"]["sqs"]["url"]
    assert "sqs" not in values_of(without, "falcosidekick")["config"]["aws"]
    (policy,) = (
        r.inputs["policy"] for n, r in deployed("dev").of(aws.iam.RolePolicy).items() if n.startswith("falcosidekick")
    )
    assert "sqs:SendMessage" in policy


def test_without_falco_nothing_of_it_is_installed() -> None:
    result = deploy("dev", changes={"security": {"falco": False}})
    assert not {"falco", "falcosidekick"} & releases(result)
    assert not result.of(aws.pipes.Pipe)


def test_traces_in_an_opensearch_domain_are_written_with_rights_to_that_domain_alone() -> None:
    domain = {"domain": "traces", "url": "https://vpc-traces-abc.eu-central-1.es.amazonaws.com"}
    result = deploy("dev", changes={"traces": {"storage": "opensearch", "opensearch": domain}})
    assert domain["url"] in json.dumps(values_of(result, "jaeger")["userconfig"])
    (policy,) = (r.inputs["policy"] for n, r in result.of(aws.iam.RolePolicy).items() if n.startswith("jaeger"))
    assert "arn:aws:es:eu-central-1:123456789012:domain/traces/*" in policy
    account = result.of(aws.eks.PodIdentityAssociation)[f"{workloads.JAEGER.name}-association"].inputs
    assert (account["namespace"], account["serviceAccount"]) == (names.TRACING, names.JAEGER)


def test_tenants_are_named_by_whoever_sends() -> None:
    logs = {"tenants": [{"name": "shop"}, {"name": "trading", "retention": "3d"}]}
    result = deploy("dev", changes={"logs": logs})
    assert config_of(result, "otel-gateway")["exporters"]["otlp_http/loki"]["headers"] == {"X-Scope-OrgID": "shop"}
    assert values_of(result, "falcosidekick")["config"]["loki"]["tenant"] == "shop"
    assert values_of(result, "loki")["loki"]["auth_enabled"] is True


@every_environment
def test_falco_gets_the_shipped_rules_by_their_files_names(stack: str) -> None:
    rules = values_of(deployed(stack), "falco")["customRules"]
    assert set(rules) == {"falco.yaml"}
    assert yaml.safe_load(rules["falco.yaml"])


@pytest.mark.parametrize("source", ["stack", "aws-secrets-manager"])
def test_a_database_is_asked_with_a_password_of_the_environment(source: str) -> None:
    databases = {"alchemorsel/cache": {"addresses": ["cache.example.com"], "password": True}}
    changes = {"exporters": {"databases": databases}, "secret_source": source}
    secrets = {**made_up_secrets(), "database-alchemorsel-cache": "made-up-database-password"}
    result = deploy("dev", changes=changes, secrets=secrets)
    exporters = list(result.of("belfry:kubernetes:DatabaseExporter"))
    assert exporters == ["redis-exporter"]


def test_an_own_metrics_server_is_installed_where_it_is_asked_for() -> None:
    adopted = {"mode": "adopt", "name": "theirs"}
    changes = {"cluster": adopted, "storage": THEIR_STORAGE, "exporters": {"metrics_server": True, "cloudwatch": False}}
    assert "metrics-server" in releases(deploy("dev", changes=changes))


def test_people_follow_links_to_the_addresses_of_the_environment() -> None:
    installed = values_of(deployed("prod"), "monitoring")
    for program in ("prometheus", "alertmanager"):
        assert installed[program][f"{program}Spec"]["externalUrl"] == f"https://{program}.prod.example.com"


def test_grafana_signs_on_by_the_company_with_a_secret_that_stands_in_a_secret() -> None:
    sign_on = {
        "issuer": "https://id.example.com",
        "authorization_endpoint": "/authorize",
        "token_endpoint": "/token",
        "userinfo_endpoint": "/userinfo",
        "client_id": "grafana",
        "admins": ["sre"],
    }
    secrets = {**made_up_secrets(), "grafana-sign-on": "made-up-client-secret"}
    result = deploy("dev", changes={"grafana": {"sign_on": sign_on}}, secrets=secrets)
    ini = values_of(result, "monitoring")["grafana"]["grafana.ini"]
    assert ini["auth.generic_oauth"]["enabled"] is True
    assert "made-up-client-secret" not in json.dumps(values_of(result, "monitoring"))


def test_a_mute_time_reaches_the_configuration_of_alertmanager() -> None:
    times = [
        {
            "name": "nights",
            "reason": "Nobody reads it.",
            "times": [{"start": "20:00", "end": "24:00"}],
            "time_zone": "Europe/Berlin",
        }
    ]
    alerting = {**stack_config("dev")["belfry:alerting"], "mute_times": times}
    result = deploy("dev", changes={"alerting": alerting})
    text = json.dumps([r.inputs for r in result.of(kubernetes.core.v1.Secret).values() if "alertmanager" in r.name])
    assert "nights" in text
    rules = json.dumps(result.of("kubernetes:monitoring.coreos.com/v1:PrometheusRule")["rules-muting"].inputs)
    assert "nights" in rules
    assert "Europe/Berlin" in rules


def test_a_forced_distributed_profile_splits_loki_into_as_many_parts_as_the_load_needs() -> None:
    sizing = {"profile": "distributed", "load_percent": 20}
    installed = values_of(deploy("dev", changes={"sizing": sizing}), "loki")
    assert installed["deploymentMode"] == "Distributed"
    assert installed["ingester"]["replicas"] == installed["querier"]["replicas"] == 3
    assert installed["singleBinary"]["replicas"] == 0


def test_annotated_pods_are_scraped_only_where_it_is_asked_for() -> None:
    def jobs(**metrics: Any) -> set[str]:
        given = {**stack_config("dev")["belfry:metrics"], **metrics}
        installed = values_of(deploy("dev", changes={"metrics": given}), "monitoring")
        return {job["job_name"] for job in installed["prometheus"]["prometheusSpec"].get("additionalScrapeConfigs", [])}

    assert jobs() == set()
    assert jobs(annotations=True) == {"annotated-pods", "annotated-services"}
    assert jobs(annotations=True, control_plane=True) >= {"annotated-pods", "kube-scheduler"}
