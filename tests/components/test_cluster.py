"""The cluster: safe by default, made in an order that works, and adopted without a trace."""

import json
import re
from dataclasses import replace

import pulumi_aws as aws
import pytest

from components.cluster import CONTROL_PLANE_LOGS, AdoptedCluster, AdoptedClusterArgs, EksCluster
from components.cluster_addons import ClusterAddons
from model.problems import BadInput
from tests import synth as synth_module
from tests.components.example_inputs import CLUSTER
from tests.components.examples import EXAMPLES, deploy
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
    assert (cluster.inputs["name"], cluster.inputs["version"]) == ("main", "1.34")
    assert cluster.inputs["vpcConfig"] == {
        "subnetIds": ["subnet-a", "subnet-b", "subnet-c"],
        "endpointPrivateAccess": True,
        "endpointPublicAccess": True,
        "publicAccessCidrs": ["0.0.0.0/0"],
    }
    assert cluster.inputs["kubernetesNetworkConfig"] == {"serviceIpv4Cidr": "172.20.0.0/16"}


def test_without_ranges_outside_only_the_network_reaches_the_api() -> None:
    closed = deploy(lambda: EksCluster("cluster", replace(CLUSTER, public_cidrs=()))).only(aws.eks.Cluster)

    assert closed.inputs["vpcConfig"]["endpointPublicAccess"] is False
    assert closed.inputs["vpcConfig"]["publicAccessCidrs"] is None


def test_no_unmanaged_addon_comes_with_the_cluster(cluster: Resource) -> None:
    assert cluster.inputs["bootstrapSelfManagedAddons"] is False


@pytest.mark.parametrize("protected", [True, False])
def test_a_protected_cluster_cannot_be_deleted_in_the_console_either(protected: bool) -> None:
    args = replace(CLUSTER, deletion_protection=protected)

    assert deploy(lambda: EksCluster("cluster", args)).only(aws.eks.Cluster).inputs["deletionProtection"] is protected


def test_the_control_plane_has_its_policy_before_it_is_used_and_loses_it_after(cluster: Resource) -> None:
    result = deploy(EXAMPLES[EksCluster])
    attached = result.only(aws.iam.RolePolicyAttachment)
    (trust,) = json.loads(result.only(aws.iam.Role).inputs["assumeRolePolicy"])["Statement"]

    assert attached.inputs["policyArn"] == "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
    assert attached.inputs["role"] == "cluster-control-plane-in-aws"
    assert attached.key in cluster.dependencies
    assert (trust["Principal"], trust["Action"]) == ({"Service": "eks.amazonaws.com"}, ["sts:AssumeRole"])
    assert trust["Condition"]["ArnLike"] == {"aws:SourceArn": "arn:aws:eks:eu-central-1:123456789012:cluster/main"}


@pytest.mark.parametrize(
    ("kind", "name", "endpoint", "authority"),
    [
        pytest.param(ClusterAddons, "main", "https://main.eks.example.com", "b3Vycw==", id="made"),
        pytest.param(AdoptedCluster, "theirs", "https://theirs.eks.example.com", "dGhlaXJz", id="adopted"),
    ],
)
def test_the_kubeconfig_names_the_cluster_and_lets_the_aws_cli_fetch_the_token(
    kind: type[ClusterAddons] | type[AdoptedCluster], name: str, endpoint: str, authority: str
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


def test_what_others_need_of_a_made_cluster_is_put_out() -> None:
    outputs = deploy(EXAMPLES[EksCluster]).only(EksCluster).outputs

    assert outputs == {
        "cluster_name": "main",
        "endpoint": "https://main.eks.example.com",
        "authority": "b3Vycw==",
        "issuer": "https://oidc.example.com/id/OURS",
        "log_group": "/aws/eks/main/cluster",
        "security_group_id": "sg-0123456789abcdef0",
    }


ENDPOINT, ISSUER = "https://theirs.eks.example.com", "https://oidc.example.com/id/THEIRS"


@pytest.mark.parametrize(
    ("endpoint", "issuer", "message"),
    [
        pytest.param("https://other", None, f"cluster theirs: endpoint: found {ENDPOINT}; allowed: https://other"),
        pytest.param(ENDPOINT, "https://oidc/x", f"cluster theirs: issuer: found {ISSUER}; allowed: https://oidc/x"),
    ],
    ids=["another endpoint", "another issuer"],
)
def test_another_cluster_of_the_same_name_is_not_adopted(endpoint: str, issuer: str | None, message: str) -> None:
    args = AdoptedClusterArgs(cluster_name="theirs", region="eu-central-1", endpoint=endpoint, issuer=issuer)

    with pytest.raises(BadInput, match=re.escape(message)):
        deploy(lambda: AdoptedCluster("cluster", args))
    deploy(lambda: AdoptedCluster("cluster", replace(args, endpoint=ENDPOINT, issuer=ISSUER)))


def test_a_cluster_that_is_still_being_made_is_not_adopted() -> None:
    unfinished = {"aws:eks/getCluster:getCluster": {"name": "theirs", "endpoint": "", "identities": []}}
    args = AdoptedClusterArgs(cluster_name="theirs", region="eu-central-1", issuer=ISSUER)

    with pytest.raises(BadInput) as mistakes:
        synth_module.synth(lambda: AdoptedCluster("cluster", args), invokes=unfinished)
    assert "cluster theirs: found no endpoint; allowed: a cluster that is active" in str(mistakes.value)
    assert "cluster theirs: issuer: found none" in str(mistakes.value)
