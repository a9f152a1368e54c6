"""Add-ons: all that a cluster needs, in the order in which they can come up."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pulumi_aws as aws
import pytest

from components.cluster_addons import INSIGHTS, INSIGHTS_ADDON, NODE_ADDONS, WORKLOAD_ADDONS, ClusterAddons, NodeAddons
from tests.components.account_examples import CLUSTER_ADDONS, KEY_ARN, PINS
from tests.components.examples import EXAMPLES, deploy, shown

SCHEMAS = Path(__file__).parent / "addon_schemas"
ADDON = "aws:eks/addon:Addon"


def test_the_network_and_the_way_to_a_role_are_there_before_nodes() -> None:
    result = deploy(EXAMPLES[NodeAddons])
    addons = {addon.inputs["addonName"] for addon in result.of(aws.eks.Addon).values()}
    _, waits_for = shown(lambda: {"name": getattr(EXAMPLES[NodeAddons](), "cluster_name")})  # noqa: B009

    assert addons == {"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}
    assert {(ADDON, f"node-addons-{name}") for name in addons} <= waits_for


def schema_of(addon: str) -> dict[str, Any]:
    """What EKS checks a configuration against. None is kept of add-ons that are not configured."""
    document: dict[str, Any] = json.loads((SCHEMAS / f"{addon}.json").read_text())
    return document["configurationSchema"]  # type: ignore[no-any-return]


CONFIGURED = {**NODE_ADDONS, **WORKLOAD_ADDONS, INSIGHTS_ADDON: INSIGHTS}


@pytest.mark.parametrize("addon", [key for key, values in CONFIGURED.items() if values])
def test_eks_takes_the_configuration_of_an_addon(addon: str) -> None:
    given = CONFIGURED[addon]
    jsonschema.Draft6Validator.check_schema(schema_of(addon))
    jsonschema.validate(given, schema_of(addon), jsonschema.Draft6Validator)

    with pytest.raises(jsonschema.ValidationError, match="misspelt"):
        jsonschema.validate({**given, "misspelt": "1"}, schema_of(addon), jsonschema.Draft6Validator)


def test_kube_proxy_is_not_asked_for_metrics_that_its_addon_cannot_open() -> None:
    proxy = deploy(EXAMPLES[NodeAddons]).of(aws.eks.Addon)["node-addons-kube-proxy"].inputs

    assert "configurationValues" not in proxy
    with pytest.raises(jsonschema.ValidationError, match="metricsBindAddress"):
        jsonschema.validate({"metricsBindAddress": "0.0.0.0:10249"}, schema_of("kube-proxy"))


def test_every_addon_is_of_the_pinned_version() -> None:
    found = {
        addon.inputs["addonName"]: addon.inputs["addonVersion"]
        for example in (NodeAddons, ClusterAddons)
        for addon in deploy(EXAMPLES[example]).of(aws.eks.Addon).values()
    }

    assert found == {name: pin.version for name, pin in PINS.addons.items()}


def test_what_needs_nodes_comes_after_them() -> None:
    addons = deploy(EXAMPLES[ClusterAddons]).of(aws.eks.Addon).values()

    assert {addon.inputs["addonName"] for addon in addons} == {"coredns", "metrics-server", "aws-ebs-csi-driver"}


def test_the_driver_of_volumes_may_use_their_key() -> None:
    policy = json.loads(deploy(EXAMPLES[ClusterAddons]).only(aws.iam.RolePolicy).inputs["policy"])
    grants, use = policy["Statement"]

    assert grants["Action"] == ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]
    assert grants["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    assert "kms:GenerateDataKeyWithoutPlaintext" in use["Action"]
    assert grants["Resource"] == use["Resource"] == [KEY_ARN]


def test_the_driver_of_volumes_brings_no_class_of_unencrypted_ones() -> None:
    result = deploy(EXAMPLES[ClusterAddons])
    driver = result.of(aws.eks.Addon)["addons-aws-ebs-csi-driver"]

    assert "configurationValues" not in driver.inputs
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
    assert trust["Condition"]["StringEquals"]["aws:RequestTag/kubernetes-service-account"] == "ebs-csi-controller-sa"


def test_nothing_is_installed_before_there_are_volumes() -> None:
    _, waits_for = shown(lambda: {"kubeconfig": getattr(EXAMPLES[ClusterAddons](), "kubeconfig")})  # noqa: B009

    assert (ADDON, "addons-aws-ebs-csi-driver") in waits_for


def test_what_a_person_changed_in_an_emergency_stays() -> None:
    for example in (NodeAddons, ClusterAddons):
        for addon in deploy(EXAMPLES[example]).of(aws.eks.Addon).values():
            assert addon.inputs["resolveConflictsOnUpdate"] == "PRESERVE"
            assert addon.inputs["resolveConflictsOnCreate"] == "OVERWRITE"


def test_container_insights_sends_metrics_by_an_identity_of_its_own_and_no_logs() -> None:
    assert INSIGHTS_ADDON not in str(deploy(EXAMPLES[ClusterAddons]).of(aws.eks.Addon))
    result = deploy(lambda: ClusterAddons("addons", replace(CLUSTER_ADDONS, container_insights=True)))
    addon = result.of(aws.eks.Addon)[f"addons-{INSIGHTS_ADDON}"].inputs

    assert json.loads(addon["configurationValues"]) == {"containerLogs": {"enabled": False}}
    (identity,) = addon["podIdentityAssociations"]
    assert identity["serviceAccount"] == "cloudwatch-agent"
    attached = {one.inputs["policyArn"] for one in result.of(aws.iam.RolePolicyAttachment).values()}
    assert "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy" in attached
