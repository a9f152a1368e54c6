"""Elasticsearch by its operator: each trap of the charts that concerns us has its test here."""

import json
from dataclasses import replace
from typing import Any

import pulumi_kubernetes as kubernetes
import yaml

from components.chart import Chart, check_values, pinned_chart
from components.elasticsearch import Elasticsearch, ElasticsearchArgs, operator_values, stack_values
from configs.stores import elasticsearch
from model import names
from tests.components.examples import EXAMPLES, deploy

Release = kubernetes.helm.v3.Release
Secret = kubernetes.core.v1.Secret

ARGS = ElasticsearchArgs(
    namespace=names.LOGGING,
    operator_namespace=names.ELASTIC_SYSTEM,
    nodes=3,
    volume_gib=200,
    storage_class="gp3",
    priority_class="observability",
)


def nodes(args: ElasticsearchArgs = ARGS) -> dict[str, Any]:
    (found,) = stack_values(args)["eck-elasticsearch"]["nodeSets"]
    return dict(found)


def test_every_value_is_one_that_the_charts_have() -> None:
    for args in (ARGS, replace(ARGS, storage_class=None, priority_class=None)):
        assert check_values("eck-operator", operator_values(args)) == []
        assert check_values("eck-stack", stack_values(args)) == []


def test_trap_elastics_objects_come_after_the_operator_that_knows_them() -> None:
    result = deploy(EXAMPLES[Elasticsearch])
    operator, stack = (result.of(Release)[f"elasticsearch-{part}-release"] for part in ("operator", "stack"))

    assert operator.inputs["namespace"] == "elastic-system"
    assert stack.inputs["namespace"] == "logging"
    # A release waits for its component, which waits for this.
    assert operator.key in result.of(Chart)["elasticsearch-stack"].dependencies


def test_trap_elasticsearchs_claim_is_one_gib_by_default() -> None:
    (claim,) = nodes()["volumeClaimTemplates"]

    assert claim["metadata"]["name"] == "elasticsearch-data"
    assert claim["spec"]["resources"]["requests"]["storage"] == "200Gi"
    assert claim["spec"]["storageClassName"] == "gp3"
    assert stack_values(ARGS)["eck-elasticsearch"]["volumeClaimDeletePolicy"] == "DeleteOnScaledownOnly"


def test_services_have_the_names_that_everybody_knows() -> None:
    found = stack_values(ARGS)

    assert f"{found['eck-elasticsearch']['fullnameOverride']}-es-http" == names.ELASTICSEARCH
    assert f"{found['eck-kibana']['fullnameOverride']}-kb-http" == names.KIBANA
    assert found["eck-kibana"]["elasticsearchRef"]["name"] == found["eck-elasticsearch"]["fullnameOverride"]
    assert f"{found['eck-elasticsearch']['fullnameOverride']}-es-elastic-user" == names.ELASTIC_PASSWORD_SECRET
    assert f"{found['eck-elasticsearch']['fullnameOverride']}-es-http-certs-public" == names.ELASTIC_CERTIFICATES_SECRET


def test_trap_metrics_of_elastics_operator_are_off_by_default() -> None:
    found = operator_values(ARGS)

    assert found["config"]["metrics"] == {"port": "8080"}
    assert found["podMonitor"]["enabled"] is True
    assert {"targetLabel": "system", "replacement": "platform"} in found["podMonitor"]["podMetricsEndpointConfig"][
        "relabelings"
    ]


def test_the_operator_sends_nothing_home_and_looks_after_one_namespace() -> None:
    assert operator_values(ARGS)["telemetry"] == {"disabled": True}
    assert operator_values(ARGS)["managedNamespaces"] == ["logging"]
    assert stack_values(ARGS)["eck-kibana"]["config"] == {"telemetry.optIn": False}


def test_the_operator_may_run_where_pods_are_restricted() -> None:
    assert names.POD_SECURITY[names.ELASTIC_SYSTEM] is names.PodSecurity.RESTRICTED
    assert operator_values(ARGS)["podSecurityContext"] == {
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def test_no_node_needs_a_privileged_container_to_start() -> None:
    assert nodes()["config"]["node.store.allow_mmap"] is False


def test_the_authority_outlives_the_copies_of_its_certificate() -> None:
    assert operator_values(ARGS)["config"]["caValidity"] == "87600h"


def test_copies_of_a_shard_stand_in_several_zones() -> None:
    config = nodes()["config"]
    (container,) = nodes()["podTemplate"]["spec"]["containers"]

    assert config["cluster.routing.allocation.awareness.attributes"] == "k8s_node_name,zone"
    assert config["node.attr.zone"] == "${ZONE}"
    assert [variable["name"] for variable in container["env"]] == ["ZONE"]
    assert stack_values(ARGS)["eck-elasticsearch"]["annotations"] == {
        "eck.k8s.elastic.co/downward-node-labels": "topology.kubernetes.io/zone"
    }


def test_the_version_of_both_is_the_one_the_chart_was_pinned_with() -> None:
    found = stack_values(ARGS)

    assert found["eck-elasticsearch"]["version"] == found["eck-kibana"]["version"] == "9.5.0"
    assert pinned_chart("eck-stack").app_version == "9.5.0"


def test_every_pod_has_requests_a_limit_and_no_token_of_kubernetes() -> None:
    for template in (nodes()["podTemplate"], stack_values(ARGS)["eck-kibana"]["podTemplate"]):
        (container,) = template["spec"]["containers"]
        assert container["resources"]["requests"]["memory"] == container["resources"]["limits"]["memory"]
        assert template["spec"]["automountServiceAccountToken"] is False
        assert template["spec"]["priorityClassName"] == "observability"


def test_each_user_has_its_own_password_where_it_is_and_where_elasticsearch_reads_it() -> None:
    secrets = deploy(EXAMPLES[Elasticsearch]).of(Secret)
    auth = stack_values(ARGS)["eck-elasticsearch"]["auth"]

    for user in elasticsearch.USERS:
        own, theirs = secrets[f"elasticsearch-{user.name}-own"], secrets[f"elasticsearch-{user.name}"]
        assert (own.inputs["metadata"]["namespace"], theirs.inputs["metadata"]["namespace"]) == (
            user.namespace,
            "logging",
        )
        assert own.inputs["stringData"] == {"username": user.name, "password": "made-up-password"}
        assert theirs.inputs["stringData"]["roles"] == user.role
        assert {"secretName": user.secret} in auth["fileRealm"]
    roles = secrets["elasticsearch-roles"].inputs
    assert auth["roles"] == [{"secretName": roles["metadata"]["name"]}]
    assert yaml.safe_load(roles["stringData"]["roles.yml"]) == elasticsearch.ROLES


def test_no_password_is_in_the_values() -> None:
    assert "made-up-password" not in json.dumps([stack_values(ARGS), operator_values(ARGS)])
    for release in deploy(EXAMPLES[Elasticsearch]).of(Release).values():
        assert "made-up-password" not in json.dumps(release.inputs)


def test_snapshots_are_written_with_a_token_that_only_the_s3_repository_may_read() -> None:
    role = "arn:aws:iam::123456789012:role/elasticsearch"
    spec = nodes(replace(ARGS, snapshot_role_arn=role, region="eu-central-1"))["podTemplate"]["spec"]
    (container,) = spec["containers"]
    env = {each["name"]: each.get("value") for each in container["env"]}

    assert spec["serviceAccountName"] == "elasticsearch"
    assert env["AWS_ROLE_ARN"] == role
    assert env["AWS_REGION"] == "eu-central-1"
    (mount,), (volume,) = container["volumeMounts"], spec["volumes"]
    (source,) = volume["projected"]["sources"]
    # Elasticsearch's entitlements let the repository read this one file.
    assert mount["mountPath"] == "/usr/share/elasticsearch/config/repository-s3"
    token = f"{mount['mountPath']}/{source['serviceAccountToken']['path']}"
    assert env["AWS_WEB_IDENTITY_TOKEN_FILE"] == token == f"{mount['mountPath']}/aws-web-identity-token-file"
    assert source["serviceAccountToken"]["audience"] == "sts.amazonaws.com"
    assert "volumes" not in nodes()["podTemplate"]["spec"]
