"""Volumes: every claim names its class, in every environment and store."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.stacks.deployment import ENVIRONMENTS, deploy, deployed
from tests.stacks.test_platform import ancestors
from tests.synth import Synth

RELEASE = "kubernetes:helm.sh/v3:Release"
CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
THANOS = {"volume_gib": 200, "long_term": {"store": "thanos"}}
ADOPTED = {"cluster": {"mode": "adopt", "name": "theirs", "identity": "pod-identity"}, "storage": {"class": "fast"}}


def claims(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Path and class of everything below ``value`` that asks for a volume, as charts and Kubernetes spell it."""
    if isinstance(value, Mapping):
        asks = "accessModes" in value or (path.endswith(".persistence") and "size" in value)
        if asks and value.get("enabled") is not False:
            yield path, value.get("storageClassName", value.get("storageClass"))
        for key, below in value.items():
            yield from claims(below, f"{path}.{key}")
    elif isinstance(value, list):
        for below in value:
            yield from claims(below, path)


def found(plan: Synth) -> dict[str, Any]:
    return {
        path: class_
        for key, resource in plan.resources.items()
        if key[0].startswith("kubernetes:")
        for path, class_ in claims(resource.inputs, resource.name)
    }


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_every_claim_names_the_class_that_the_plan_makes(stack: str) -> None:
    plan = deployed(stack)
    (made,) = plan.of(CLASS).values()

    assert len(found(plan)) >= 5
    assert set(found(plan).values()) == {made.inputs["metadata"]["name"]} == {"belfry"}


def test_it_is_there_before_the_first_claim() -> None:
    plan = deployed("prod")
    claiming = [release for release in plan.of(RELEASE).values() if list(claims(release.inputs))]

    assert claiming
    for release in claiming:
        assert (CLASS, "storage-class-class") in ancestors(plan, release.key)


def test_what_prod_keeps_outlives_its_claim() -> None:
    policies = {
        stack: plan.only(CLASS).inputs["reclaimPolicy"] for stack in ("dev", "prod") for plan in [deployed(stack)]
    }

    assert policies == {"dev": "Delete", "prod": "Retain"}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="as shipped"),
        pytest.param({"metrics": THANOS}, id="long-term metrics"),
        pytest.param({"logs": {"mode": "distributed", "replicas": 3, "volume_gib": 50}}, id="Loki"),
    ],
)
def test_an_adopted_clusters_own_class_is_named_everywhere(changes: Mapping[str, Any]) -> None:
    changed = {
        **changes,
        "traces": {"storage": "opensearch", "opensearch": {"domain": "traces", "url": "https://x.es"}},
    }
    plan = deploy("prod", changes={**changed, **ADOPTED})

    assert plan.of(CLASS) == {}
    assert set(found(plan).values()) == {"fast"}
