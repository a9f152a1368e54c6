"""The class of volumes: encrypted with our key, growable, in the pod's zone, and kept where data is protected."""

from dataclasses import replace
from typing import Any

import pulumi_kubernetes as kubernetes
import pytest

from components.storage_class import StorageClass
from tests.components.examples import deploy
from tests.components.guard_rail_examples import STORAGE_CLASS


def made(**changes: Any) -> dict[str, Any]:
    args = replace(STORAGE_CLASS, **changes)
    return deploy(lambda: StorageClass("storage-class", args)).only(kubernetes.storage.v1.StorageClass).inputs


def test_volumes_are_encrypted_with_the_environments_key_and_tagged() -> None:
    assert made()["provisioner"] == "ebs.csi.aws.com"
    assert made()["parameters"] == {
        "type": "gp3",
        "encrypted": "true",
        "kmsKeyId": STORAGE_CLASS.key_arn,
        "tagSpecification_1": "Name=main",
        "tagSpecification_2": "owner=platform",
    }


def test_volumes_can_grow_and_are_made_where_the_pod_is() -> None:
    assert made()["allowVolumeExpansion"] is True
    assert made()["volumeBindingMode"] == "WaitForFirstConsumer"


def test_this_class_is_not_the_clusters_default() -> None:
    assert "annotations" not in made()["metadata"]


@pytest.mark.parametrize(("keep", "policy"), [(True, "Retain"), (False, "Delete")])
def test_what_is_protected_outlives_its_claim(keep: bool, policy: str) -> None:
    assert made(keep=keep)["reclaimPolicy"] == policy
