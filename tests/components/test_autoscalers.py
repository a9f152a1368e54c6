"""Autoscalers: nodes like those of the managed groups, as many as the settings say, and rights for them alone."""

import json
from dataclasses import replace
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest

from components import cluster_autoscaler, karpenter
from components.chart import check_values
from components.cluster_autoscaler import ClusterAutoscaler
from components.karpenter import Karpenter
from components.node_groups import NodeGroups
from components.node_provisioning import NodeProvisioning
from configs.iam.karpenter import INTERRUPTIONS, Controller, controller
from model.account.iam_actions import WITHOUT_RESOURCE
from model.account.node_pools import Pool, placement
from tests.components.examples import EXAMPLES, deploy
from tests.components.guard_rail_examples import CLUSTER_AUTOSCALER, KARPENTER

ROLE = "arn:aws:iam::123456789012:role/karpenter"


def objects(kind: str) -> dict[str, dict[str, Any]]:
    found = deploy(EXAMPLES[Karpenter]).of(f"kubernetes:{kind}")
    return {each.inputs["metadata"]["name"]: each.inputs["spec"] for each in found.values()}


@pytest.fixture(name="pools")
def both_pools() -> dict[str, dict[str, Any]]:
    return objects("karpenter.sh/v1:NodePool")


def test_a_pool_takes_what_its_managed_group_takes(pools: dict[str, dict[str, Any]]) -> None:
    assert set(pools) == {"general", "observability"}
    watching = pools["observability"]["template"]
    (taint,) = watching["spec"]["taints"]
    wanted = placement(Pool.OBSERVABILITY)
    assert watching["metadata"]["labels"] == wanted["nodeSelector"]
    (tolerated,) = wanted["tolerations"]
    assert taint == {key: tolerated[key] for key in ("key", "value", "effect")}
    assert pools["general"]["template"]["spec"]["taints"] == []


def test_a_pool_grows_to_its_maximum_with_its_own_type_on_demand(pools: dict[str, dict[str, Any]]) -> None:
    assert pools["general"]["limits"] == {"nodes": "6"}
    required = {each["key"]: each["values"] for each in pools["general"]["template"]["spec"]["requirements"]}
    assert required == {
        "karpenter.sh/capacity-type": ["on-demand"],
        "node.kubernetes.io/instance-type": ["m7i.large"],
    }


def test_nodes_of_stores_go_when_they_are_empty_and_not_when_they_could_be(pools: dict[str, dict[str, Any]]) -> None:
    policies = {name: spec["disruption"]["consolidationPolicy"] for name, spec in pools.items()}
    assert policies == {"general": "WhenEmptyOrUnderutilized", "observability": "WhenEmpty"}


def test_a_node_is_made_as_the_launch_template_of_the_groups_has_it() -> None:
    template = deploy(EXAMPLES[NodeGroups]).only(aws.ec2.LaunchTemplate).inputs
    (ours,) = template["blockDeviceMappings"]
    for spec in objects("karpenter.k8s.aws/v1:EC2NodeClass").values():
        (disk,) = spec["blockDeviceMappings"]
        assert disk["deviceName"] == ours["deviceName"]
        assert disk["ebs"]["encrypted"] is True
        assert disk["ebs"]["volumeSize"] == f"{ours['ebs']['volumeSize']}Gi"
        assert spec["metadataOptions"]["httpTokens"] == template["metadataOptions"]["httpTokens"] == "required"
        assert spec["metadataOptions"]["httpPutResponseHopLimit"] == 1
        assert spec["amiSelectorTerms"] == [{"alias": "al2023@v20260714"}]
        assert spec["tags"] == template["tagSpecifications"][0]["tags"]
        assert [each["id"] for each in spec["subnetSelectorTerms"]] == ["subnet-a", "subnet-b", "subnet-c"]


def test_pools_end_before_what_ends_their_nodes() -> None:
    result = deploy(EXAMPLES[Karpenter])
    releases = result.of(kubernetes.helm.v3.Release)
    controller_release = releases["karpenter-controller-release"]
    for pool in Pool:
        made = result.of("kubernetes:karpenter.sh/v1:NodePool")[f"karpenter-{pool}-pool"]
        node_class = result.of("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass")[f"karpenter-{pool}-class"]
        assert node_class.key in made.dependencies
        assert controller_release.key in node_class.dependencies
    assert controller_release.inputs["skipCrds"] is True
    annotations = releases["karpenter-definitions-release"].inputs["values"]["additionalAnnotations"]
    assert annotations == {"helm.sh/resource-policy": "keep"}


def test_karpenter_knows_its_region_without_the_metadata_that_is_closed_to_pods() -> None:
    values = karpenter.values(KARPENTER)
    assert {"name": "AWS_REGION", "value": "eu-central-1"} in values["controller"]["env"]
    assert values["settings"]["interruptionQueue"] == "belfry-prod-node-interruptions"


def test_only_used_series_of_karpenter_are_kept() -> None:
    (kept,) = karpenter.values(KARPENTER)["serviceMonitor"]["metricRelabelings"]
    assert kept["action"] == "keep"
    assert "karpenter_nodepools_usage" in kept["regex"].split("|")
    assert "karpenter_cloudprovider_instance_type_offering_available" not in kept["regex"]


@pytest.mark.parametrize(
    ("chart", "values", "account"),
    [
        ("karpenter", karpenter.values(replace(KARPENTER, role_arn=ROLE)), ("serviceAccount",)),
        (
            "cluster-autoscaler",
            cluster_autoscaler.values(replace(CLUSTER_AUTOSCALER, role_arn=ROLE)),
            ("rbac", "serviceAccount"),
        ),
    ],
)
def test_with_irsa_the_account_names_its_role(chart: str, values: dict[str, Any], account: tuple[str, ...]) -> None:
    found: Any = values
    for key in account:
        found = found[key]
    assert found["annotations"] == {"eks.amazonaws.com/role-arn": ROLE}
    assert found["name"] == chart
    assert check_values(chart, values) == []


def test_the_cluster_autoscaler_finds_its_groups_by_the_tags_of_eks() -> None:
    release = deploy(EXAMPLES[ClusterAutoscaler]).only(kubernetes.helm.v3.Release).inputs
    values = release["values"]
    assert values["autoDiscovery"] == {"clusterName": "theirs"}
    assert values["rbac"]["serviceAccount"]["annotations"] == {}
    assert values["replicaCount"] == 2


def test_every_warning_of_an_interruption_reaches_the_queue() -> None:
    result = deploy(EXAMPLES[NodeProvisioning])
    queue = result.only(aws.sqs.Queue)
    rules = result.of(aws.cloudwatch.EventRule)
    targets = {each.inputs["rule"]: each.inputs["arn"] for each in result.of(aws.cloudwatch.EventTarget).values()}

    assert len(rules) == len(INTERRUPTIONS) == 5
    assert set(targets.values()) == {"arn:aws:mock:eu-central-1:123456789012:provisioning-interruptions"}
    assert set(targets) == {rule.inputs["name"] for rule in rules.values()}
    allowed, denied = json.loads(result.only(aws.sqs.QueuePolicy).inputs["policy"])["Statement"]
    assert len(allowed["Condition"]["ArnEquals"]["aws:SourceArn"]) == len(rules)
    assert denied["Effect"] == "Deny"
    assert queue.inputs["sqsManagedSseEnabled"] is True
    assert queue.inputs["messageRetentionSeconds"] == 300
    assert result.only(aws.iam.InstanceProfile).inputs["role"] == "nodes"


def test_karpenter_ends_nothing_but_what_it_launched_for_this_cluster() -> None:
    policy = json.loads(
        controller(
            Controller(
                region="eu-central-1",
                account="123456789012",
                cluster="main",
                node_role="arn:aws:iam::123456789012:role/nodes",
                profile="arn:aws:iam::123456789012:instance-profile/nodes",
                queue="arn:aws:sqs:eu-central-1:123456789012:q",
            )
        )
    )
    for statement in policy["Statement"]:
        if "ec2:TerminateInstances" in statement["Action"]:
            assert statement["Condition"]["StringEquals"] == {"aws:ResourceTag/kubernetes.io/cluster/main": "owned"}
            assert statement["Condition"]["StringLike"] == {"aws:ResourceTag/karpenter.sh/nodepool": "*"}
        if statement["Resource"] == ["*"]:
            assert set(statement["Action"]) <= set(WITHOUT_RESOURCE)
        if "iam:PassRole" in statement["Action"]:
            assert statement["Resource"] == ["arn:aws:iam::123456789012:role/nodes"]
    actions = {action for statement in policy["Statement"] for action in statement["Action"]}
    assert not {
        action for action in actions if action.startswith(("iam:Create", "iam:Delete", "iam:Add", "iam:Remove"))
    }
