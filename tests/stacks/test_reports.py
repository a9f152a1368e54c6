"""The reports' job, walked over what is deployed: what it is started with, reads and may do."""

import json
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from model import names
from model.catalog.catalog import Catalog
from model.reports.declared import subject
from model.reports.subject import Subject
from model.vocabulary import Environment
from ops.reports.__main__ import main
from tests.stacks.deployment import deploy, deployed
from tests.stacks.test_platform import every_environment
from tests.stacks.test_slo_status import ADOPTED, ARN
from tests.synth import Synth
from tests.tools import PROJECT

WINDOW = {
    "name": "upgrade",
    "systems": ["cloudmart"],
    "reason": "A new database.",
    "time_zone": "UTC",
    "start": "2026-11-10T22:00",
    "end": "2026-11-10T23:00",
}


def pod_of(result: Synth) -> Any:
    return result.of(kubernetes.batch.v1.CronJob)["reports-schedule"].inputs["spec"]["jobTemplate"]["spec"]["template"][
        "spec"
    ]


def words_of(result: Synth) -> list[str]:
    (container,) = pod_of(result)["containers"]
    assert container["command"][:4] == ["python", "-u", "-m", "ops.reports"]
    words: list[str] = container["command"][4:]
    return words


def subject_in(result: Synth) -> str:
    text: str = result.of(kubernetes.core.v1.ConfigMap)["reports-input"].inputs["data"]["subject.json"]
    return text


@every_environment
def test_the_program_understands_what_it_is_started_with(stack: str, tmp_path: Path) -> None:
    result = deployed(stack)
    words = words_of(result)
    given = list(zip(words[0::2], words[1::2], strict=True))
    bucket = result.of(aws.s3.Bucket)["storage-reports"].inputs["bucket"]

    assert dict(given)["--rows"] == f"s3://{bucket}/slo/rows"
    assert dict(given)["--out"] == f"s3://{bucket}/slo/reports", "where the boards' links lead"
    assert dict(given)["--subject"] == "/input/subject.json"
    assert {value for key, value in given if key == "--prometheus"} >= {names.prometheus_replica(0)}
    assert {"--alertmanager", "--loki"} <= dict(given).keys()
    # No Prometheus answers here: it says so by its exit code. A subject that it could not read would be a 2.
    (tmp_path / "subject.json").write_text(subject_in(result))
    assert main([*words, "--subject", str(tmp_path / "subject.json")]) == 1


@every_environment
def test_its_subject_is_what_the_catalog_declares_for_the_environment(stack: str) -> None:
    given = Subject.model_validate_json(subject_in(deployed(stack)))

    assert given.objectives == subject(Catalog.load(PROJECT / "catalog"), Environment[stack.upper()]).objectives


def test_maintenance_windows_of_the_settings_reach_it_and_loki_with_tenants_is_not_asked() -> None:
    tenant = {"name": "shop", "retention": "14d"}
    result = deploy(
        "dev", changes={"alerting": {"dead_mans_switch": False, "maintenance": [WINDOW]}, "logs": {"tenants": [tenant]}}
    )

    assert [one.name for one in Subject.model_validate_json(subject_in(result)).windows] == ["upgrade"]
    assert "--loki" not in words_of(result)


@every_environment
def test_it_may_keep_rows_and_write_reports_and_nothing_else(stack: str) -> None:
    policy = json.loads(deployed(stack).of(aws.iam.RolePolicy)["reports-role-policy"].inputs["policy"])
    rows, reports = (f"{ARN}storage-reports/slo/{folder}/*" for folder in ("rows", "reports"))

    assert [(one["Action"], one["Resource"]) for one in policy["Statement"]] == [
        (["s3:ListBucket"], [f"{ARN}storage-reports"]),
        (["s3:GetObject", "s3:PutObject"], [rows]),
        (["s3:PutObject"], [reports]),
        (["kms:GenerateDataKey"], [f"{ARN}data-key"]),
        (["s3:GetObject"], [f"{ARN}storage-jobs/*"]),
        (["kms:Decrypt"], [f"{ARN}data-key"]),
    ]
    assert policy["Statement"][0]["Condition"] == {"StringLike": {"s3:prefix": ["slo/rows/*", "slo/reports/*"]}}


def test_it_runs_each_day_when_the_last_one_is_over_everywhere() -> None:
    result = deployed("prod")
    spec = result.of(kubernetes.batch.v1.CronJob)["reports-schedule"].inputs["spec"]

    assert (spec["schedule"], spec["timeZone"]) == ("0 13 * * *", "Etc/UTC")
    assert pod_of(result)["serviceAccountName"] == "reports"
    assert pod_of(result).get("priorityClassName") is None, "it gives way to what notifies people"


def test_without_rights_in_aws_there_is_no_job() -> None:
    assert "reports-schedule" not in deploy("dev", changes=ADOPTED).of(kubernetes.batch.v1.CronJob)
