"""The job that publishes the status, and the gate's decision by each of its three sources."""

import json
import time
from pathlib import Path
from typing import Any

import boto3
import pytest

from model.gate import reading
from model.gate.status import read_status
from ops.http import Unreachable
from ops.identity import signed, workspace_region
from ops.slo_status.__main__ import main
from ops.slo_status.publishing import AwsBucket
from tests.ops.conftest import REGION
from tests.ops.fake_prometheus import Samples, fake_prometheus
from tests.ops.test_gate import project, run

__all__ = ["project"]  # the fixture

BUCKET = "belfry-prod-reports"
WORKSPACE = "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1"


def samples(now: float, remaining: float) -> dict[str, list[tuple[dict[str, str], float]]]:
    """What Prometheus knows of the two objectives of the system."""
    names = ({"objective": "errors"}, {"objective": "checkout", "feature": "pay"})
    both = [{"cluster": "c1", "system": "shop", "component": "api", **one} for one in names]
    return {
        "component:slo_error_budget_remaining": [(one, remaining) for one in both],
        "timestamp(": [(one, now - 5) for one in both],
        "component:slo_burn_rate": [(one, 0.5) for one in both],
        'component:slo_events:increase30d{system="shop", outcome="total"': [(one, 1000.0) for one in both],
        'component:slo_events:increase30d{system="shop", outcome="bad"': [(one, 1.0) for one in both],
        "component:slo_objective": [({**one, "window": "30d"}, 0.999) for one in both],
        'ALERTS{alertstate="firing", alertname="Watchdog"': [({"alertname": "Watchdog"}, 1.0)],
    }


def publish(url: str, *more: str, bucket: AwsBucket | None = None) -> int:
    words = ["--environment", "prod", "--system", "shop", "--watchdog", "Watchdog", "--bucket", BUCKET]
    return main([*words, "--prometheus", url, "--rounds", "1", *more], bucket, lambda _: None)


def objects() -> dict[str, Any]:
    client = boto3.client("s3")
    keys = [one["Key"] for one in client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
    return {key: json.loads(client.get_object(Bucket=BUCKET, Key=key)["Body"].read()) for key in keys}


@pytest.fixture(autouse=True)
def _bucket(aws: None) -> None:
    boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})


def as_amazon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the server of this test for Amazon Managed Prometheus, whose name it cannot have."""
    monkeypatch.setattr("ops.identity.workspace_region", lambda _: REGION)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", boto3.Session("AKIA", "made-up", region_name=REGION))


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        pytest.param({}, "allowed", id="all is well"),
        pytest.param({"component:slo_error_budget_remaining": -0.5}, "blocked", id="budget exhausted"),
        pytest.param({"component:slo_objective": None}, "unknown", id="no objective"),
        pytest.param({"component:slo_error_budget_remaining": None}, "unknown", id="no budget"),
        pytest.param({'ALERTS{alertstate="firing", alertname="Watchdog"': None}, "unknown", id="no Watchdog"),
    ],
)
def test_the_decision_is_the_same_from_prometheus_from_amazons_and_from_s3(
    project: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, float | None], answer: str
) -> None:
    now = time.time()
    known: Samples = {
        start: [(labels, change.get(start) or value) for labels, value in series]
        for start, series in samples(now, 0.8).items()
        if change.get(start, 0) is not None
    }
    with fake_prometheus(known, now) as url, fake_prometheus(known, now, "made-up", REGION) as amazons:
        assert publish(url) == 0
        gate = ("gate", "--env", "prod", "--system", "shop", "--json")
        decisions = [
            run(project, *gate, "--prometheus", url),
            run(project, *gate, "--status", f"s3://{BUCKET}/status/prod/slo.json"),
        ]
        as_amazon(monkeypatch)
        decisions.append(run(project, *gate, "--prometheus", amazons))

    found = [{**json.loads(said), "source": "", "time": 0} for _, said, _ in decisions]
    assert found[0]["answer"] == answer
    assert found[0] == found[1] == found[2]
    assert len({code for code, _, _ in decisions}) == 1


def test_the_status_is_kept_as_the_latest_and_as_the_last_of_its_day() -> None:
    day = 1_796_126_400.0  # 2026-12-01
    for at in (day + 60, day + 120):
        with fake_prometheus(samples(at, 0.8), at) as url:
            assert publish(url) == 0
    found = objects()

    assert set(found) == {"status/prod/slo.json", "status/prod/days/2026-12-01.json"}
    assert found["status/prod/slo.json"] == found["status/prod/days/2026-12-01.json"]
    status = read_status(found["status/prod/slo.json"], "slo.json")
    assert (status.generated_at, [one.remaining for one in status.objectives]) == (day + 120, [0.8, 0.8])


def test_a_replica_that_does_not_answer_is_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    with fake_prometheus(samples(1e9, 0.8), 1e9) as url:
        assert publish("http://127.0.0.1:1", "--prometheus", url) == 0
    assert "status/prod/slo.json" in objects()
    assert capsys.readouterr().out == ""


def test_without_any_prometheus_nothing_is_written_and_the_job_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert publish("http://127.0.0.1:1", "--prometheus", "http://127.0.0.1:2") == 1
    assert objects() == {}
    logged = json.loads(capsys.readouterr().out)
    assert logged["level"] == "ERROR"
    assert "127.0.0.1:1" in logged["error"]
    assert "127.0.0.1:2" in logged["error"]


def test_a_bucket_that_refuses_fails_the_job_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with fake_prometheus(samples(1e9, 0.8), 1e9) as url:
        assert publish(url, bucket=AwsBucket("no-such-bucket")) == 1
    assert "s3://no-such-bucket/status/prod/slo.json: " in json.loads(capsys.readouterr().out)["error"]


def test_it_publishes_each_minute_and_fails_only_if_the_last_round_did(capsys: pytest.CaptureFixture[str]) -> None:
    class Failing:
        """Refuses what it is given the first time."""

        def __init__(self) -> None:
            self.keys: list[str] = []

        def put(self, key: str, content: bytes) -> None:
            self.keys.append(key)
            if len(self.keys) == 1:
                raise Unreachable("no")

    bucket, slept = Failing(), list[float]()
    words = ["--environment", "prod", "--system", "shop", "--watchdog", "Watchdog", "--bucket", "b", "--rounds", "3"]
    with fake_prometheus(samples(1e9, 0.8), 1e9) as url:
        assert main([*words, "--prometheus", url], bucket, slept.append) == 0
    assert len(bucket.keys) == 1 + 2 + 2
    # Each pause ends at the next minute of the first round, so that slow rounds do not add up.
    assert [round(seconds / 60) for seconds in slept] == [1, 2]
    assert capsys.readouterr().out.count("the status is not published") == 1


def test_amazon_refuses_who_does_not_sign_and_the_gate_says_unknown(project: Path) -> None:
    now = time.time()
    with fake_prometheus(samples(now, 0.8), now, "made-up", REGION) as amazons:
        code, said, _ = run(project, "gate", "--env", "prod", "--system", "shop", "--prometheus", amazons)
    assert code == 4
    assert "403" in said


def test_without_credentials_nothing_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(key)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(Unreachable, match=r"aps-workspaces\..*: found no AWS credentials"):
        signed(WORKSPACE, REGION)
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(Unreachable, match="nobody"):
        signed(WORKSPACE, REGION)


def test_the_session_of_a_role_is_in_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    session = boto3.Session("ASIA", "made-up", "token-of-a-role", region_name=REGION)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    assert signed(WORKSPACE, REGION)["X-Amz-Security-Token"] == "token-of-a-role"


@pytest.mark.parametrize(
    ("url", "region"),
    [
        (WORKSPACE, "eu-central-1"),
        ("https://aps-workspaces-fips.us-east-1.amazonaws.com/workspaces/ws-1", "us-east-1"),
        ("https://aps-workspaces.cn-north-1.amazonaws.com.cn/workspaces/ws-1", "cn-north-1"),
        ("https://aps-workspaces.eu-central-1.amazonaws.com.example.com/x", None),
        ("https://prometheus.example.com/aps-workspaces.eu-central-1.amazonaws.com", None),
    ],
)
def test_credentials_are_used_for_amazon_managed_prometheus_and_nobody_else(url: str, region: str | None) -> None:
    assert workspace_region(url) == region


def test_every_query_is_of_the_systems_that_are_asked_about_or_of_the_watchdog() -> None:
    asked = reading.queries(["shop", "bank"], "Watchdog")
    watchdog = asked.pop("watchdog")
    assert "Watchdog" in watchdog
    assert all('system=~"bank|shop"' in query for query in asked.values())
