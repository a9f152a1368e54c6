"""Nodes: as many as asked for, on the right image, closed to pods, and one group for the watchers alone."""

import json
from dataclasses import replace
from typing import Any

import pulumi_aws as aws
import pytest

from components.node_groups import NodeGroup, NodeGroups
from model.account.node_pools import POOL_LABEL, Pool, placement
from tests import synth as synth_module
from tests.components.account_examples import NODES
from tests.components.examples import EXAMPLES, deploy, shown


@pytest.fixture(name="groups")
def both_groups() -> dict[str, dict[str, Any]]:
    return {name: group.inputs for name, group in deploy(EXAMPLES[NodeGroups]).of(aws.eks.NodeGroup).items()}


def test_a_group_is_what_was_asked_for(groups: dict[str, dict[str, Any]]) -> None:
    nodes = groups["nodes-general"]

    assert set(groups) == {"nodes-general", "nodes-observability"}
    assert nodes["subnetIds"] == ["subnet-a", "subnet-b", "subnet-c"]
    assert nodes["instanceTypes"] == ["m7i.large"]
    assert nodes["scalingConfig"] == {"minSize": 3, "desiredSize": 3, "maxSize": 6}


def test_the_image_fits_the_processor(groups: dict[str, dict[str, Any]]) -> None:
    assert groups["nodes-general"]["amiType"] == "AL2023_x86_64_STANDARD"
    assert groups["nodes-observability"]["amiType"] == "AL2023_ARM_64_STANDARD"


def test_only_what_says_so_runs_on_the_observability_nodes(groups: dict[str, dict[str, Any]]) -> None:
    taint = {"key": POOL_LABEL, "value": "observability", "effect": "NO_SCHEDULE"}

    assert groups["nodes-observability"]["taints"] == [taint]
    assert "taints" not in groups["nodes-general"]
    said = placement(Pool.OBSERVABILITY)
    assert said["nodeSelector"] == groups["nodes-observability"]["labels"]
    (toleration,) = said["tolerations"]
    assert (toleration["key"], toleration["value"]) == (taint["key"], taint["value"])
    assert toleration["effect"] == "NoSchedule", "Kubernetes and EKS spell it differently"
    assert placement(Pool.GENERAL)["tolerations"] == []


def test_a_pod_cannot_ask_for_the_nodes_credentials_and_disks_are_encrypted() -> None:
    template = deploy(EXAMPLES[NodeGroups]).only(aws.ec2.LaunchTemplate).inputs

    assert template["metadataOptions"]["httpTokens"] == "required"
    assert template["metadataOptions"]["httpPutResponseHopLimit"] == 1
    (disk,) = template["blockDeviceMappings"]
    assert disk["ebs"]["encrypted"] == "true"


def test_nodes_follow_the_clusters_version_and_a_pinned_image(groups: dict[str, dict[str, Any]]) -> None:
    for nodes in groups.values():
        assert (nodes["version"], nodes["releaseVersion"]) == ("1.34", "1.34.9-20260714")


def test_a_larger_minimum_moves_the_number_of_nodes_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ignored: dict[str, list[str]] = {}
    register = synth_module._Monitor.RegisterResource

    def spy(self: Any, request: Any) -> Any:
        ignored[request.name] = list(request.ignoreChanges)
        return register(self, request)

    monkeypatch.setattr(synth_module._Monitor, "RegisterResource", spy)
    larger = replace(NODES, groups={Pool.GENERAL: NodeGroup(instance_type="m7i.large", minimum=6, maximum=12)})
    (group,) = deploy(lambda: NodeGroups("nodes", larger)).of(aws.eks.NodeGroup).values()

    # AWS refuses a minimum above the desired size, so an ignored one would stop every growth by hand.
    assert group.inputs["scalingConfig"] == {"minSize": 6, "desiredSize": 6, "maxSize": 12}
    assert ignored["nodes-general"] == []


def test_instances_and_disks_say_whose_they_are() -> None:
    template = deploy(EXAMPLES[NodeGroups]).only(aws.ec2.LaunchTemplate).inputs
    tagged = {each["resourceType"]: each["tags"] for each in template["tagSpecifications"]}

    assert set(tagged) == {"instance", "volume", "network-interface"}
    assert all(tags == {"owner": "platform", "Name": "main"} for tags in tagged.values())


def test_a_shell_on_nodes_is_a_setting() -> None:
    shells = deploy(lambda: NodeGroups("nodes", replace(NODES, session_manager=True)))
    policies = [each.inputs["policyArn"] for each in shells.of(aws.iam.RolePolicyAttachment).values()]

    assert "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" in policies


def test_a_role_has_its_policies_before_it_is_used() -> None:
    result = deploy(EXAMPLES[NodeGroups])
    attached = result.of(aws.iam.RolePolicyAttachment).values()
    (trust,) = json.loads(result.only(aws.iam.Role).inputs["assumeRolePolicy"])["Statement"]

    assert {each.inputs["policyArn"].removeprefix("arn:aws:iam::aws:policy/") for each in attached} == {
        "AmazonEKSWorkerNodePolicy",
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEKS_CNI_Policy",
    }
    for group in result.of(aws.eks.NodeGroup).values():
        assert {each.key for each in attached} <= group.dependencies
    assert trust["Principal"] == {"Service": "ec2.amazonaws.com"}


def test_whoever_needs_nodes_waits_for_every_group() -> None:
    _, waits_for = shown(lambda: {"name": NodeGroups("nodes", NODES).cluster_name})

    assert {("aws:eks/nodeGroup:NodeGroup", f"nodes-{pool}") for pool in Pool} <= waits_for


def test_without_a_group_for_watchers_all_run_together() -> None:
    one = replace(NODES, groups={Pool.GENERAL: NodeGroup(instance_type="m7i.large", minimum=1, maximum=2)})

    assert set(deploy(lambda: NodeGroups("nodes", one)).of(aws.eks.NodeGroup)) == {"nodes-general"}


def test_alarms_know_the_groups_that_ec2_scales() -> None:
    def program() -> dict[str, object]:
        made = NodeGroups("nodes", NODES)
        return {str(pool): group for pool, group in made.scaling_groups.items()}

    found, _ = shown(program)

    assert found == {"general": "eks-nodes-general", "observability": "eks-nodes-observability"}
