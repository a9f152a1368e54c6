"""What pods ask for: Kubernetes' quantities, replicas, and what runs on every node."""

import pytest

from checks.charts.objects import Object, Pods
from checks.charts.requested import mebibytes, millis, requested


def pods(replicas: int | None, cpu: str, memory: str, *, passing: bool = False) -> Pods:
    asked = {"resources": {"requests": {"cpu": cpu, "memory": memory}}}
    spec = {"initContainers": [asked], "containers": [asked, {"name": "silent"}]}
    one = Object(release="shop", namespace="shop", body={"kind": "Deployment"})
    return Pods(of=one, labels={}, spec=spec, replicas=replicas, passing=passing)


@pytest.mark.parametrize(("text", "number"), [("250m", 250), ("1", 1000), ("0.5", 500), (2, 2000), (None, 0)])
def test_processor_time_is_read_in_all_its_forms(text: object, number: float) -> None:
    assert millis(text) == number


@pytest.mark.parametrize(
    ("text", "number"), [("512Mi", 512), ("2Gi", 2048), ("1048576", 1), ("1G", 10**9 / 2**20), (None, 0)]
)
def test_memory_is_read_in_all_its_forms(text: object, number: float) -> None:
    assert mebibytes(text) == number


def test_replicas_count_and_what_ends_by_itself_does_not() -> None:
    found = requested([pods(3, "500m", "1Gi"), pods(1, "4", "64Gi", passing=True)])
    assert (found.pods, found.cpu, found.memory_gib) == (3, 1.5, 3)


def test_what_runs_on_every_node_is_distinguished() -> None:
    found = requested([pods(None, "100m", "256Mi")])
    assert (found.pods, found.cpu, found.each_node_cpu, found.each_node_memory_gib) == (0, 0, 0.1, 0.25)
