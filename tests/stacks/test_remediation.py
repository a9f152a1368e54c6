"""The setting `remediation`: nothing where it is off; where it is on, an engine that can do exactly its rules."""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest
import yaml

from model.plan import PlannedResource
from model.policies.registry import findings
from model.policies.rule import Resource
from model.problems import BadInput
from tests.configs.iam.test_remediation import allows
from tests.stacks.deployment import copy_of_project, deploy, deployed
from tests.stacks.test_deployer_policy import allowed_services, services_of
from tests.synth import Synth

RULES: list[dict[str, Any]] = [
    {
        "name": "restart-hung-backend",
        "alert": "SloOutage",
        "component": "backend",
        "action": {"kind": "restart-pod"},
        "mode": {"dev": "act"},
        "reason": "It hangs.",
    }
]
ROLES, BINDINGS = kubernetes.rbac.v1.Role, kubernetes.rbac.v1.RoleBinding


@cache
def on() -> Synth:
    """Development with the setting, and with a rule that acts there."""
    with TemporaryDirectory() as folder:
        root = copy_of_project(Path(folder))
        for file in sorted((root / "catalog").glob("*.yaml")):
            content = yaml.safe_load(file.read_text())
            rules = RULES if file.stem == "cloudmart" else []
            if file.stem != "teams":
                file.write_text(yaml.safe_dump({**content, "remediation": rules}, sort_keys=False))
        return deploy("dev", root=root, changes={"remediation": "on", "protect": True})


def engine(result: Synth) -> set[tuple[str, str]]:
    return {key for key in result.resources if key[1].startswith("remediation")}


def inputs(kind: Any, name: str) -> dict[str, Any]:
    return on().of(kind)[name].inputs


def test_where_it_is_off_nothing_is_made() -> None:
    assert engine(deployed("dev")) == set()
    beside = on().keys() - engine(on()) - deployed("dev").keys()
    assert {name.removesuffix("-policy") for _, name in beside} == {
        *("alertmanager", "alertmanager-association", "alertmanager-role")
    }


def test_a_preview_shows_the_same_resources() -> None:
    assert engine(deploy("dev", preview=True, changes={"remediation": "on"})) == engine(
        deploy("dev", changes={"remediation": "on"})
    )


def test_news_of_alertmanager_and_of_cloudwatch_lead_by_one_queue_to_the_machine() -> None:
    queue, pipe = inputs(aws.sqs.Queue, "remediation-queue"), inputs(aws.pipes.Pipe, "remediation-news")
    assert pipe["source"].endswith(":remediation-queue")
    assert pipe["target"].endswith(":remediation-machine")
    assert pipe["targetParameters"] == {"stepFunctionStateMachineParameters": {"invocationType": "FIRE_AND_FORGET"}}
    assert queue["kmsMasterKeyId"]
    assert "remediation-dead" in queue["redrivePolicy"]
    sources = {one.inputs["topic"] for one in on().of(aws.sns.TopicSubscription).values() if "remediation" in one.name}
    assert {source.rpartition(":")[2] for source in sources} == {"remediation-news", "alarms-state-changes"}
    (statement,) = json.loads(inputs(aws.sqs.QueuePolicy, "remediation-queue")["policy"])["Statement"]
    assert set(statement["Condition"]["ArnEquals"]["aws:SourceArn"]) == sources


def test_alertmanager_publishes_alerts_of_rules_beside_every_route_and_may_do_so() -> None:
    (secret,) = [
        one for one in on().of("kubernetes:core/v1:Secret").values() if one.name.endswith("alertmanager-config")
    ]
    config = yaml.safe_load(secret.inputs["stringData"]["alertmanager.yaml"])
    first = config["route"]["routes"][0]
    assert (first["matchers"][0], first["continue"], first["group_by"]) == ('alertname="SloOutage"', True, ["..."])
    (receiver,) = [one for one in config["receivers"] if one["name"] == first["receiver"]]
    (sns,) = receiver["sns_configs"]
    topic = "arn:aws:sns:eu-central-1:123456789012:belfry-dev-remediation-news"
    assert (sns["topic_arn"], sns["sigv4"], sns["send_resolved"]) == (topic, {"region": "eu-central-1"}, True)
    policy = inputs(aws.iam.RolePolicy, "alertmanager-role-policy")["policy"]
    assert allows(policy, "sns:Publish", topic)
    assert not allows(policy, "sns:Publish", topic.replace("remediation", "other"))


def test_the_ledger_is_kept_encrypted_and_forgets_by_itself() -> None:
    table = inputs(aws.dynamodb.Table, "remediation-ledger")
    assert (table["billingMode"], table["hashKey"], table["rangeKey"]) == ("PAY_PER_REQUEST", "kind", "name")
    assert table["ttl"] == {"attributeName": "expires", "enabled": True}
    assert table["pointInTimeRecovery"] == {"enabled": True}
    assert table["serverSideEncryption"]["kmsKeyArn"].endswith(":data-key")
    key = on().of(aws.kms.Key)["data-key"].inputs["policy"]
    assert "WhoeverMayUseATable" in key, "its roles have no rights of their own on the key"


def test_each_function_has_the_role_of_its_family_within_the_boundary() -> None:
    functions = {one.name.removeprefix("remediation-"): one for one in on().of(aws.lambda_.Function).values()}
    assert functions.keys() == {"engine", "kubernetes"}
    for family, function in functions.items():
        assert function.inputs["environment"]["variables"]["BELFRY_FAMILY"] == family
        assert function.inputs["role"].endswith(f":remediation-{family}")
        assert function.inputs["handler"] == "ops.remediation.function.handler"
        assert function.inputs["vpcConfig"]["securityGroupIds"] == ["remediation-group-id"]
    roles = [one for one in on().of(aws.iam.Role).values() if one.name.startswith("remediation-")]
    assert len(roles) == 4
    assert all(one.inputs["permissionsBoundary"].endswith(":remediation-boundary") for one in roles)


def test_the_machine_has_a_state_for_each_family_and_no_other() -> None:
    found = json.loads(inputs(aws.sfn.StateMachine, "remediation-machine")["definition"])
    states = found["States"]["Verdicts"]["ItemProcessor"]["States"]
    assert [name for name in states if name.startswith("Act: ")] == ["Act: kubernetes"]
    assert states["Act: kubernetes"]["Parameters"]["FunctionName"].endswith(":remediation-kubernetes")
    assert "Retry" not in states["Act: kubernetes"]


def test_in_the_cluster_they_have_exactly_the_verbs_of_their_rules() -> None:
    rights = {
        (one.inputs["metadata"]["name"], one.inputs["metadata"]["namespace"]): [
            (rule["resources"][0], *rule["verbs"], *rule.get("resourceNames", [])) for rule in one.inputs["rules"]
        ]
        for one in on().of(ROLES).values()
        if one.name.startswith("remediation-")
    }
    engine, actor = "belfry-remediation-engine", "belfry-remediation-kubernetes"
    proxies = ("monitoring-kube-prometheus-alertmanager:9093", "monitoring-kube-prometheus-prometheus:9090")
    assert rights == {
        (engine, "monitoring"): [("services/proxy", "get", *(f"http:{one}" for one in proxies))],
        (engine, "cloudmart"): [("deployments", "get", "ai-service", "backend")],
        (actor, "cloudmart"): [
            ("deployments", "get", "backend"),
            ("pods", "list"),
            ("pods/eviction", "create"),
        ],
    }
    bindings = [one.inputs for one in on().of(BINDINGS).values() if one.name.startswith("remediation-")]
    assert all(one["subjects"][0]["name"] == one["roleRef"]["name"] == one["metadata"]["name"] for one in bindings)
    made = [one.inputs for one in on().of(aws.eks.AccessEntry).values() if one.name.startswith("remediation")]
    entries = {one["kubernetesGroups"][0]: one["principalArn"] for one in made}
    assert entries == {
        engine: "arn:aws:mock:eu-central-1:123456789012:remediation-engine",
        actor: "arn:aws:mock:eu-central-1:123456789012:remediation-kubernetes",
    }


def test_the_api_servers_proxy_reaches_prometheus_and_alertmanager_only_where_it_is_on() -> None:
    def admits(result: Synth, pods: str) -> bool:
        spec = result.of(kubernetes.networking.v1.NetworkPolicy)[f"network-monitoring-{pods}"].inputs["spec"]
        port = {"prometheus": 9090, "alertmanager": 9093}[pods]
        vpc = [rule for rule in spec["ingress"] if {"port": port, "protocol": "TCP"} in rule.get("ports", [])]
        return any("ipBlock" in peer for rule in vpc for peer in rule["from"])

    for pods in ("prometheus", "alertmanager"):
        assert admits(on(), pods)
        assert not admits(deployed("dev"), pods)


def test_who_deploys_may_make_it() -> None:
    assert services_of(on()) - allowed_services() == set()


def test_the_policies_of_the_project_find_nothing_in_it() -> None:
    mine = [one for one in on().resources.values() if one.name.startswith("remediation")]
    planned = [
        Resource.of(
            PlannedResource(
                urn=f"urn:pulumi:prod::belfry::{one.type}::{one.name}",
                type=one.type,
                name=one.name,
                inputs=one.inputs,
                parent="",
                provider="",
                protect=True,
                dependencies=[],
            )
        )
        for one in mine
    ]
    found = {(one.rule, one.urn.rpartition("::")[2]) for one in findings(planned, "prod")}
    assert found == set()


@pytest.mark.parametrize(
    ("stack", "changes", "said"),
    [
        ("local", {}, "found on in local; allowed: off: `make up` has an engine of its own"),
        ("dev", {"cluster": {"mode": "adopt", "name": "theirs"}}, "found on with a cluster that Belfry did not make"),
        ("dev", {"remediation": "yes"}, "remediation: found 'yes'; allowed: input"),
    ],
)
def test_where_it_cannot_be_is_told(stack: str, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said.replace("`", ".")):
        deploy(stack, changes={"remediation": "on", **changes})
