"""Add-ons: all that a cluster needs, in the order in which they can come up."""

import json

import pulumi_aws as aws

from components.cluster_addons import ClusterAddons, NodeAddons
from tests.components.examples import EXAMPLES, deploy, shown

ADDON = "aws:eks/addon:Addon"


def test_the_network_and_the_way_to_a_role_are_there_before_nodes() -> None:
    result = deploy(EXAMPLES[NodeAddons])
    addons = {addon.inputs["addonName"] for addon in result.of(aws.eks.Addon).values()}
    _, waits_for = shown(lambda: {"name": getattr(EXAMPLES[NodeAddons](), "cluster_name")})  # noqa: B009

    assert addons == {"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}
    assert {(ADDON, f"node-addons-{name}") for name in addons} <= waits_for


def test_prometheus_reaches_the_metrics_of_kube_proxy() -> None:
    proxy = deploy(EXAMPLES[NodeAddons]).of(aws.eks.Addon)["node-addons-kube-proxy"].inputs

    assert json.loads(proxy["configurationValues"]) == {"metricsBindAddress": "0.0.0.0:10249"}


def test_what_needs_nodes_comes_after_them() -> None:
    addons = deploy(EXAMPLES[ClusterAddons]).of(aws.eks.Addon).values()

    assert {addon.inputs["addonName"] for addon in addons} == {"coredns", "metrics-server", "aws-ebs-csi-driver"}


def test_volume_claims_are_served_by_a_default_storage_class() -> None:
    result = deploy(EXAMPLES[ClusterAddons])
    driver = result.of(aws.eks.Addon)["addons-aws-ebs-csi-driver"]

    assert json.loads(driver.inputs["configurationValues"]) == {"defaultStorageClass": {"enabled": True}}
    assert driver.inputs["podIdentityAssociations"] == [
        {
            "roleArn": "arn:aws:mock:eu-central-1:123456789012:addons-volumes",
            "serviceAccount": "ebs-csi-controller-sa",
        }
    ]
    attached = result.only(aws.iam.RolePolicyAttachment)
    assert attached.inputs["policyArn"].endswith("service-role/AmazonEBSCSIDriverPolicy")
    assert attached.key in driver.dependencies
    (trust,) = json.loads(result.only(aws.iam.Role).inputs["assumeRolePolicy"])["Statement"]
    # Pod Identity takes a role with tags of the session; without the second action it cannot.
    assert trust["Action"] == ["sts:AssumeRole", "sts:TagSession"]


def test_nothing_is_installed_before_there_are_volumes() -> None:
    _, waits_for = shown(lambda: {"kubeconfig": getattr(EXAMPLES[ClusterAddons](), "kubeconfig")})  # noqa: B009

    assert (ADDON, "addons-aws-ebs-csi-driver") in waits_for


def test_what_a_person_changed_in_an_emergency_stays() -> None:
    for example in (NodeAddons, ClusterAddons):
        for addon in deploy(EXAMPLES[example]).of(aws.eks.Addon).values():
            assert addon.inputs["resolveConflictsOnUpdate"] == "PRESERVE"
            assert addon.inputs["resolveConflictsOnCreate"] == "OVERWRITE"
