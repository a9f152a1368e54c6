"""The cluster: safe by default, made in an order that works, and adopted without a trace."""

import json
from typing import Any

import pulumi_aws as aws
import pytest

from components.cluster import CONTROL_PLANE_LOGS, AdoptedCluster, EksCluster
from tests import synth as synth_module
from tests.components.examples import CLUSTER, EXAMPLES, deploy, shown
from tests.synth import Resource


@pytest.fixture(name="cluster")
def a_cluster() -> Resource:
    return deploy(EXAMPLES[EksCluster]).only(aws.eks.Cluster)


def test_the_log_group_with_an_end_is_there_before_the_cluster_would_make_one_without(cluster: Resource) -> None:
    logs = deploy(EXAMPLES[EksCluster]).only(aws.cloudwatch.LogGroup)

    assert logs.key in cluster.dependencies
    # The one name that EKS writes to.
    assert logs.inputs["name"] == f"/aws/eks/{cluster.inputs['name']}/cluster"
    assert logs.inputs["retentionInDays"] > 0


def test_every_part_of_the_control_plane_is_logged(cluster: Resource) -> None:
    assert cluster.inputs["enabledClusterLogTypes"] == list(CONTROL_PLANE_LOGS)
    assert set(CONTROL_PLANE_LOGS) == {"api", "audit", "authenticator", "controllerManager", "scheduler"}


def test_access_is_by_access_entries_alone_and_the_maker_is_let_in(cluster: Resource) -> None:
    assert cluster.inputs["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": True,
    }


def test_secrets_are_encrypted_with_a_key_that_rotates(cluster: Resource) -> None:
    key = deploy(EXAMPLES[EksCluster]).only(aws.kms.Key)

    assert cluster.inputs["encryptionConfig"] == {
        "provider": {"keyArn": "arn:aws:mock:eu-central-1:123456789012:cluster-secrets"},
        "resources": ["secrets"],
    }
    assert key.key in cluster.dependencies
    assert key.inputs["enableKeyRotation"]


def test_the_cluster_is_what_was_asked_for(cluster: Resource) -> None:
    nodes = deploy(EXAMPLES[EksCluster]).only(aws.eks.NodeGroup).inputs

    assert (cluster.inputs["name"], cluster.inputs["version"]) == ("main", "1.34")
    assert cluster.inputs["vpcConfig"] == {
        "subnetIds": ["subnet-a", "subnet-b", "subnet-c"],
        "endpointPrivateAccess": True,
    }
    assert nodes["subnetIds"] == ["subnet-a", "subnet-b", "subnet-c"]
    assert nodes["instanceTypes"] == ["m7i.large"]
    assert nodes["scalingConfig"] == {"minSize": 3, "desiredSize": 3, "maxSize": 6}


def test_an_update_leaves_the_number_of_nodes_to_the_autoscaler(monkeypatch: pytest.MonkeyPatch) -> None:
    ignored: dict[str, list[str]] = {}
    register = synth_module._Monitor.RegisterResource

    def spy(self: Any, request: Any) -> Any:
        ignored[request.name] = list(request.ignoreChanges)
        return register(self, request)

    monkeypatch.setattr(synth_module._Monitor, "RegisterResource", spy)
    deploy(EXAMPLES[EksCluster])

    assert ignored["cluster-nodes"] == ["scalingConfig.desiredSize"]
    assert ignored["cluster-cluster"] == []


@pytest.mark.parametrize(
    ("user", "role", "service", "policies"),
    [
        pytest.param(
            ("aws:eks/cluster:Cluster", "cluster-cluster"),
            "cluster-control-plane",
            "eks.amazonaws.com",
            {"AmazonEKSClusterPolicy"},
            id="control plane",
        ),
        pytest.param(
            ("aws:eks/nodeGroup:NodeGroup", "cluster-nodes"),
            "cluster-nodes",
            "ec2.amazonaws.com",
            {"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy"},
            id="nodes",
        ),
        pytest.param(
            ("aws:eks/addon:Addon", "cluster-volumes"),
            "cluster-volumes",
            "pods.eks.amazonaws.com",
            {"service-role/AmazonEBSCSIDriverPolicy"},
            id="volumes",
        ),
    ],
)
def test_a_role_has_its_policies_before_it_is_used(
    user: tuple[str, str], role: str, service: str, policies: set[str]
) -> None:
    result = deploy(EXAMPLES[EksCluster])
    attached = {
        attachment.key: attachment.inputs["policyArn"].removeprefix("arn:aws:iam::aws:policy/")
        for attachment in result.of(aws.iam.RolePolicyAttachment).values()
        if attachment.inputs["role"] == f"{role}-in-aws"
    }
    (trust,) = json.loads(result.of(aws.iam.Role)[role].inputs["assumeRolePolicy"])["Statement"]

    assert set(attached.values()) == policies
    assert set(attached) <= result.resources[user].dependencies
    assert trust["Effect"] == "Allow"
    assert trust["Principal"] == {"Service": service}
    assert trust["Action"] == ["sts:AssumeRole", *(["sts:TagSession"] if service.startswith("pods.") else [])]


def test_volume_claims_are_served_by_a_default_storage_class() -> None:
    result = deploy(EXAMPLES[EksCluster])
    addons = {addon.inputs["addonName"]: addon for addon in result.of(aws.eks.Addon).values()}

    assert set(addons) == {"aws-ebs-csi-driver", "eks-pod-identity-agent"}
    driver = addons["aws-ebs-csi-driver"]
    assert json.loads(driver.inputs["configurationValues"]) == {"defaultStorageClass": {"enabled": True}}
    assert driver.inputs["podIdentityAssociations"] == [
        {
            "roleArn": "arn:aws:mock:eu-central-1:123456789012:cluster-volumes",
            "serviceAccount": "ebs-csi-controller-sa",
        }
    ]
    # The driver's pods need nodes to run on, and the agent to get their role from.
    assert addons["eks-pod-identity-agent"].key in driver.dependencies
    assert ("aws:eks/nodeGroup:NodeGroup", "cluster-nodes") in addons["eks-pod-identity-agent"].dependencies


def test_nothing_is_installed_before_there_are_nodes_and_volumes() -> None:
    _, waits_for = shown(lambda: {"kubeconfig": EksCluster("cluster", CLUSTER).kubeconfig})

    assert ("aws:eks/addon:Addon", "cluster-volumes") in waits_for


@pytest.mark.parametrize(
    ("kind", "name", "endpoint", "authority"),
    [
        pytest.param(EksCluster, "main", "https://main.eks.example.com", "b3Vycw==", id="made"),
        pytest.param(AdoptedCluster, "theirs", "https://theirs.eks.example.com", "dGhlaXJz", id="adopted"),
    ],
)
def test_the_kubeconfig_names_the_cluster_and_lets_the_aws_cli_fetch_the_token(
    kind: type[EksCluster] | type[AdoptedCluster], name: str, endpoint: str, authority: str
) -> None:
    outputs = deploy(EXAMPLES[kind]).only(kind).outputs
    config = json.loads(outputs["kubeconfig"])
    context = next(c["context"] for c in config["contexts"] if c["name"] == config["current-context"])
    (cluster,), (user,) = config["clusters"], config["users"]

    assert outputs["cluster_name"] == name
    assert (context["cluster"], context["user"]) == (cluster["name"], user["name"])
    assert cluster["cluster"] == {"server": endpoint, "certificate-authority-data": authority}
    # Whatever else stands beside `exec` would be a token, a password or a key.
    assert set(user["user"]) == {"exec"}
    assert set(user["user"]["exec"]) == {"apiVersion", "command", "args", "interactiveMode"}
    assert [user["user"]["exec"]["command"], *user["user"]["exec"]["args"]] == [
        *("aws", "eks", "get-token", "--region", "eu-central-1", "--cluster-name", name, "--output", "json")
    ]


def test_an_adopted_cluster_is_looked_up_and_nothing_of_it_is_registered() -> None:
    assert deploy(EXAMPLES[AdoptedCluster]).keys() == {("belfry:aws:AdoptedCluster", "cluster")}
