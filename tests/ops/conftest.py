"""Operations against moto's AWS, with credentials that are simulated."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from model.verification import telemetry
from ops.verify import checks
from tests.ops.running_environment import Running, deploy_aws, project, running

REGION = "eu-central-1"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield


@pytest.fixture(name="root")
def checkout(tmp_path: Path) -> Path:
    return project(tmp_path)


@pytest.fixture(name="environment")
def started(root: Path, aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setattr(telemetry, "WAIT_SECONDS", 0)
    monkeypatch.setattr(checks, "DELIVERY_SECONDS", 0)
    deploy_aws()
    with running(root) as found:
        yield found
