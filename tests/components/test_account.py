"""Keys, buckets, log groups, access and roles: closed by default, and nothing that ends is kept forever."""

import json
from dataclasses import replace

import pulumi_aws as aws
import pytest

from components.access import AccessEntries
from components.buckets import Buckets
from components.encryption_key import EncryptionKey
from components.log_groups import LogGroups
from components.pod_identity import IdentityProvider, Irsa, PodIdentity, PodIdentityArgs
from configs.iam import policies
from model.account.storage import S3_MANAGED_KEY, BucketUse
from model.cluster import workloads
from tests.components.account_examples import BUCKETS, KEY_ARN
from tests.components.examples import EXAMPLES, deploy


@pytest.mark.parametrize("use", list(BucketUse), ids=str)
def test_a_bucket_is_private_encrypted_versioned_and_speaks_tls(use: BucketUse) -> None:
    result, name = deploy(EXAMPLES[Buckets]), f"storage-{use}"
    closed = result.of(aws.s3.BucketPublicAccessBlock)[name].inputs
    (encryption,) = result.of(aws.s3.BucketServerSideEncryptionConfiguration)[name].inputs["rules"]

    assert result.of(aws.s3.Bucket)[name].inputs["bucket"] == f"belfry-prod-123456789012-eu-central-1-{use}"
    assert {value for key, value in closed.items() if key != "bucket"} == {True}
    assert len(closed) == 5
    if use in S3_MANAGED_KEY:
        assert encryption == {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
    else:
        by_key = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY_ARN}
        assert encryption["applyServerSideEncryptionByDefault"] == by_key
        assert encryption["bucketKeyEnabled"], "without it each object is a request to KMS, and billed as one"
    versioning = result.of(aws.s3.BucketVersioning)[name]
    assert versioning.inputs["versioningConfiguration"] == {"status": "Enabled"}
    assert versioning.key in result.of(aws.s3.BucketLifecycleConfiguration)[name].dependencies
    assert '"aws:SecureTransport": "false"' in result.of(aws.s3.BucketPolicy)[name].inputs["policy"]
    assert result.of(aws.s3.BucketOwnershipControls)[name].inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


def test_lifecycles_end_data_old_versions_and_unfinished_uploads() -> None:
    rules = deploy(EXAMPLES[Buckets]).of(aws.s3.BucketLifecycleConfiguration)

    for name, lifecycle in rules.items():
        (rule,) = lifecycle.inputs["rules"]
        assert rule["status"] == "Enabled"
        assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 7}
        assert rule["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
        kept = name in ("storage-jobs", "storage-elasticsearch-snapshots")
        assert bool(rule["expiration"]) != kept, "programs must never end, and snapshots share files"
    (blocks,) = rules["storage-long-term-metrics"].inputs["rules"]
    assert blocks["transitions"] == [{"days": 30, "storageClass": "GLACIER_IR"}]
    assert blocks["expiration"]["days"] > 400


@pytest.mark.parametrize("keep", [True, False])
def test_data_goes_with_the_stack_only_where_it_is_not_kept(keep: bool) -> None:
    result = deploy(lambda: Buckets("storage", replace(BUCKETS, keep=keep)))

    assert {bucket.inputs["forceDestroy"] for bucket in result.of(aws.s3.Bucket).values()} == {not keep}


def test_a_key_rotates_has_a_name_and_can_be_saved_for_a_month() -> None:
    result = deploy(EXAMPLES[EncryptionKey])
    key = result.only(aws.kms.Key).inputs

    assert key["enableKeyRotation"]
    assert key["deletionWindowInDays"] == 30
    assert result.only(aws.kms.Alias).inputs["name"] == "alias/belfry-prod-data"


def test_log_groups_have_an_end_and_a_key() -> None:
    group = deploy(EXAMPLES[LogGroups]).only(aws.cloudwatch.LogGroup).inputs

    assert group == {"name": "/belfry/prod/workloads", "retentionInDays": 30, "kmsKeyId": KEY_ARN}


def test_access_is_as_wide_as_asked_and_comes_after_its_entry() -> None:
    result = deploy(EXAMPLES[AccessEntries])
    policies_ = result.of(aws.eks.AccessPolicyAssociation)

    assert policies_["access-operators"].inputs["accessScope"]["type"] == "cluster"
    assert policies_["access-shop"].inputs["accessScope"] == {"type": "namespace", "namespaces": ["shop"]}
    assert policies_["access-shop"].inputs["policyArn"] == "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
    assert ("aws:eks/accessEntry:AccessEntry", "access-shop") in policies_["access-shop"].dependencies


def test_a_workload_has_a_role_of_its_own_by_pod_identity() -> None:
    result = deploy(EXAMPLES[PodIdentity])
    association = result.only(aws.eks.PodIdentityAssociation)

    assert association.inputs == {
        "clusterName": "main",
        "namespace": "monitoring",
        "serviceAccount": "cloudwatch-exporter",
        "roleArn": "arn:aws:mock:eu-central-1:123456789012:cloudwatch-exporter-role",
    }
    # A pod that starts with a role without rights keeps failing until it is restarted.
    assert ("aws:iam/rolePolicy:RolePolicy", "cloudwatch-exporter-role-policy") in association.dependencies
    assert result.only(aws.iam.RolePolicy).inputs["policy"] == policies.cloudwatch_exporter()


def test_by_irsa_nothing_in_eks_is_registered() -> None:
    args = PodIdentityArgs(
        cluster_name="main",
        cluster="main",
        region="eu-central-1",
        account_id="123456789012",
        workload=workloads.LOKI,
        policy=policies.cloudwatch_exporter(),
        irsa=Irsa(account_id="123456789012", issuer="https://oidc.example.com/id/THEIRS"),
    )
    result = deploy(lambda: PodIdentity("loki", args))
    (trust,) = json.loads(result.only(aws.iam.Role).inputs["assumeRolePolicy"])["Statement"]

    assert not [type_ for type_, _ in result.keys() if type_.startswith("aws:eks/")]  # noqa: SIM118 (no mapping)
    assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert "system:serviceaccount:logging:loki" in str(trust["Condition"])


def test_iam_knows_the_issuer_of_a_made_cluster() -> None:
    provider = deploy(EXAMPLES[IdentityProvider]).only(aws.iam.OpenIdConnectProvider).inputs

    assert provider == {"url": "https://oidc.example.com/id/OURS", "clientIdLists": ["sts.amazonaws.com"]}
