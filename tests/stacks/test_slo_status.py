"""The way of the SLO status, walked over what is deployed: from Prometheus to the one place in S3 that is written."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from model import names
from model.dashboards import REPORTS_TITLE, Board
from ops.slo_status.__main__ import main
from stacks.own_programs import EVERY_MINUTES
from tests.stacks.deployment import deploy, deployed
from tests.stacks.test_platform import every_environment
from tests.synth import Synth

ARN = "arn:aws:mock:eu-central-1:123456789012:"
ADOPTED = {"cluster": {"mode": "adopt", "name": "theirs"}, "storage": {"class": "gp3"}}


def spec_of(result: Synth) -> dict[str, Any]:
    spec: dict[str, Any] = result.of(kubernetes.batch.v1.CronJob)["slo-status-schedule"].inputs["spec"]
    return spec


def command_of(result: Synth) -> list[str]:
    (container,) = spec_of(result)["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    command: list[str] = container["command"]
    return command


class Kept:
    """A bucket that remembers its keys."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def put(self, key: str, content: bytes) -> None:
        self.keys.append(key)


@every_environment
def test_the_program_understands_what_it_is_started_with_and_asks_for_every_system(stack: str) -> None:
    result = deployed(stack)
    words = command_of(result)
    given = list(zip(words[4::2], words[5::2], strict=True))

    assert words[:4] == ["python", "-u", "-m", "ops.slo_status"]
    assert ("--environment", stack) in given
    assert [value for key, value in given if key == "--system"] == [
        *("alchemorsel", "bakhmach", "cloudmart", "generic", "order-processor")
    ]
    assert {value for key, value in given if key == "--prometheus"} >= {names.prometheus_replica(0)}
    assert dict(given)["--bucket"] == result.of(aws.s3.Bucket)["storage-reports"].inputs["bucket"]
    # No Prometheus answers here: it says so by its exit code, and has written nothing.
    bucket = Kept()
    assert main([*words[4:], "--rounds", "1"], bucket, lambda _: None) == 1
    assert bucket.keys == []


@every_environment
def test_the_runs_leave_no_gap_that_the_gate_would_take_for_stale(stack: str) -> None:
    result = deployed(stack)
    words = command_of(result)
    rounds = int(words[words.index("--rounds") + 1])

    assert spec_of(result)["schedule"] == f"*/{EVERY_MINUTES} * * * *"
    assert rounds == EVERY_MINUTES, "one a minute"
    assert spec_of(result)["jobTemplate"]["spec"]["activeDeadlineSeconds"] > (rounds - 1) * 60


@every_environment
def test_the_job_may_write_the_status_of_its_environment_and_nothing_else(stack: str) -> None:
    result = deployed(stack)
    policy = json.loads(result.of(aws.iam.RolePolicy)["slo-status-role-policy"].inputs["policy"])
    given = {action: one["Resource"] for one in policy["Statement"] for action in one["Action"]}

    assert given == {
        "s3:PutObject": [f"{ARN}storage-reports/status/{stack}/*"],
        "kms:GenerateDataKey": [f"{ARN}data-key"],
        "s3:GetObject": [f"{ARN}storage-jobs/*"],
        "kms:Decrypt": [f"{ARN}data-key"],
    }
    association = result.of(aws.eks.PodIdentityAssociation)["slo-status-association"].inputs
    pod = spec_of(result)["jobTemplate"]["spec"]["template"]["spec"]
    assert (association["namespace"], association["serviceAccount"]) == (names.MONITORING, pod["serviceAccountName"])


@every_environment
def test_the_bucket_of_reports_is_encrypted_versioned_and_ends_what_it_holds(stack: str) -> None:
    result = deployed(stack)
    rules = result.of(aws.s3.BucketServerSideEncryptionConfiguration)["storage-reports"].inputs["rules"]
    (lifecycle,) = result.of(aws.s3.BucketLifecycleConfiguration)["storage-reports"].inputs["rules"]
    versioning = result.of(aws.s3.BucketVersioning)["storage-reports"].inputs["versioningConfiguration"]

    assert rules[0]["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "aws:kms"
    assert lifecycle["expiration"] == {"days": 744}
    assert lifecycle.get("transitions") is None, "a report is smaller than what cold storage bills"
    assert versioning == {"status": "Enabled"}
    assert "storage-reports" in result.of(aws.s3.BucketPublicAccessBlock)


def linked(result: Synth) -> dict[str, str]:
    """Board -> address of its link to the reports."""
    objects = result.of(kubernetes.core.v1.ConfigMap).values()
    files = [item for each in objects for item in (each.inputs.get("data") or {}).items()]
    return {
        name.removesuffix(".json"): link["url"]
        for name, text in files
        if name.startswith("belfry-") and name.endswith(".json")
        for link in json.loads(text).get("links", [])
        if link["title"] == REPORTS_TITLE
    }


@every_environment
def test_the_boards_about_objectives_lead_to_the_reports_in_the_bucket(stack: str) -> None:
    result = deployed(stack)
    bucket = result.of(aws.s3.Bucket)["storage-reports"].inputs["bucket"]
    found = linked(result)

    assert set(found) == {Board.SLO, Board.SLO_HISTORY, Board.EXECUTIVE}
    assert {urlsplit(url).path for url in found.values()} == {f"/s3/buckets/{bucket}"}
    assert {parse_qs(urlsplit(url).query)["prefix"][0] for url in found.values()} == {"slo/reports/"}


def test_without_rights_in_aws_there_is_neither_the_job_nor_its_bucket() -> None:
    result = deploy("dev", changes=ADOPTED)
    assert linked(result) == {}

    assert "slo-status-schedule" not in result.of(kubernetes.batch.v1.CronJob)
    assert "storage-reports" not in result.of(aws.s3.Bucket)
