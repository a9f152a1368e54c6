"""Snapshots of Elasticsearch: a bucket that expires nothing, a role that the pods can take, and none without both."""

import json
from typing import Any

import pytest

from tests.stacks.foundation import ADOPTED, ISSUER, THEIR_STORAGE, deploy, plan
from tests.synth import Synth

ROLE = "aws:iam/role:Role"
BUCKET = "aws:s3/bucket:Bucket"
ELASTIC = {"backends": ["loki", "elasticsearch"], "volume_gib": 50, "elasticsearch": {"volume_gib": 100}}


def bucket(result: Synth) -> list[str]:
    return [name for name in result.of(BUCKET) if "elasticsearch-snapshots" in name]


def trust(result: Synth) -> dict[str, Any]:
    (statement,) = json.loads(result.of(ROLE)["elasticsearch-role"].inputs["assumeRolePolicy"])["Statement"]
    return dict(statement)


def test_prods_elasticsearch_takes_its_role_by_the_clusters_issuer_although_others_use_pod_identity() -> None:
    result = plan("prod")

    assert trust(result)["Action"] == "sts:AssumeRoleWithWebIdentity"
    conditions = trust(result)["Condition"]["StringEquals"].values()
    assert "system:serviceaccount:logging:elasticsearch" in conditions
    assert "elasticsearch-association" not in result.of("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    assert len(result.of("aws:iam/openIdConnectProvider:OpenIdConnectProvider")) == 1


def test_the_lifecycle_of_its_bucket_ends_no_snapshot_that_elasticsearch_still_knows() -> None:
    result = plan("prod")
    (name,) = bucket(result)
    rules = result.of("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
    (lifecycle,) = (each.inputs["rules"] for key, each in rules.items() if "elasticsearch-snapshots" in key)

    assert name
    assert not [rule for rule in lifecycle if "expiration" in rule and "days" in (rule["expiration"] or {})]


@pytest.mark.parametrize(
    ("cluster", "there"),
    [
        pytest.param({**ADOPTED, "identity": "pod-identity", "issuer": ISSUER}, True, id="issuer known"),
        pytest.param({**ADOPTED, "identity": "pod-identity"}, False, id="issuer unknown"),
        pytest.param(ADOPTED, False, id="no rights"),
    ],
)
def test_an_adopted_cluster_has_them_where_its_issuer_is_named(cluster: dict[str, Any], there: bool) -> None:
    result = deploy("dev", cluster=cluster, storage=THEIR_STORAGE, logs=ELASTIC)

    assert bool(bucket(result)) is there
    assert ("elasticsearch-role" in result.of(ROLE)) is there


def test_without_elasticsearch_there_is_neither() -> None:
    assert bucket(plan("dev")) == []
    assert "elasticsearch-role" not in plan("dev").of(ROLE)
