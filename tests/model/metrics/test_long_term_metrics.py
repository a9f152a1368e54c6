"""Where samples go that outlive Prometheus' volumes."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from model.metrics.long_term_metrics import (
    LongTermStore,
    ManagedPrometheusStore,
    ThanosStore,
    object_storage,
    remote_write,
)

STORE: TypeAdapter[Any] = TypeAdapter(LongTermStore)
WORKSPACE = "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-0a1b2c3d-0000-4000-8000-000000000000"


def test_a_store_is_chosen_by_its_name() -> None:
    managed = STORE.validate_python({"store": "managed-prometheus", "url": WORKSPACE, "region": "eu-central-1"})

    assert isinstance(managed, ManagedPrometheusStore)
    assert STORE.validate_python({"store": "managed-prometheus"}).url is None, "the program makes the workspace"
    assert isinstance(STORE.validate_python({"store": "thanos"}), ThanosStore)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"store": "mimir"}, id="a store nobody knows"),
        pytest.param({"store": "managed-prometheus", "url": WORKSPACE}, id="a workspace without its region"),
        pytest.param({"store": "managed-prometheus", "region": "eu-central-1"}, id="a region without its workspace"),
        pytest.param(
            {"store": "managed-prometheus", "url": f"{WORKSPACE}/api/v1/remote_write", "region": "eu-central-1"},
            id="a path behind the workspace, which would stand there twice",
        ),
        pytest.param(
            {"store": "managed-prometheus", "url": "https://prometheus.example.com", "region": "eu-central-1"},
            id="somebody else's server, which would get signed requests",
        ),
        pytest.param({"store": "thanos", "access_key": "AKIA"}, id="a key of AWS among the settings"),
    ],
)
def test_a_mistake_in_a_store_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        STORE.validate_python(given)


def test_remote_write_is_signed_for_the_workspaces_region_by_the_pods_own_identity() -> None:
    found = remote_write(f"{WORKSPACE}/api/v1/remote_write", "eu-central-1")

    assert found["sigv4"] == {"region": "eu-central-1"}
    assert found["url"].endswith("/api/v1/remote_write")


def test_the_bucket_is_opened_by_the_pods_own_identity() -> None:
    config = object_storage("metrics", "eu-central-1")

    assert config["type"] == "S3"
    assert config["config"] == {
        "bucket": "metrics",
        "region": "eu-central-1",
        "endpoint": "s3.eu-central-1.amazonaws.com",
        "aws_sdk_auth": True,
    }
