"""A program on a schedule: when it runs, with what, and with nothing besides."""

from dataclasses import replace
from typing import Any

import pulumi_kubernetes as kubernetes

from components.scheduled_program import ScheduledProgram
from tests.components.example_inputs import PROGRAM, SCHEDULED
from tests.components.examples import deploy
from tests.synth import Synth

CronJob = kubernetes.batch.v1.CronJob
ConfigMap = kubernetes.core.v1.ConfigMap


def made(**changes: Any) -> Synth:
    return deploy(lambda: ScheduledProgram("counting", replace(SCHEDULED, **changes)))


def spec_of(result: Synth) -> dict[str, Any]:
    spec: dict[str, Any] = result.only(CronJob).inputs["spec"]
    return spec


def pod_of(result: Synth) -> dict[str, Any]:
    pod: dict[str, Any] = spec_of(result)["jobTemplate"]["spec"]["template"]["spec"]
    return pod


def test_it_runs_by_its_schedule_in_utc_and_never_twice_at_once() -> None:
    spec = spec_of(made())

    assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == ("0 5 * * 1", "Etc/UTC", "Forbid")
    assert spec["startingDeadlineSeconds"] == 3600
    assert "suspend" not in spec


def test_a_run_ends_at_its_deadline_and_each_attempt_keeps_its_log() -> None:
    result = made()
    job = spec_of(result)["jobTemplate"]["spec"]

    assert (job["activeDeadlineSeconds"], job["backoffLimit"]) == (600, 2)
    assert pod_of(result)["restartPolicy"] == "Never"
    assert (spec_of(result)["successfulJobsHistoryLimit"], spec_of(result)["failedJobsHistoryLimit"]) == (1, 1)


def test_it_runs_its_module_of_the_archive_with_its_arguments() -> None:
    pod = pod_of(made())
    (unpack,), (container,) = pod["initContainers"], pod["containers"]

    assert unpack["command"][3:] == [
        "/job/unpack.py",
        "https://belfry-prod-jobs.s3.eu-central-1.amazonaws.com/0123.zip",
        "eu-central-1",
        "0123",
        "/program",
    ]
    assert container["command"] == [
        *("python", "-u", "-m", "ops.counting"),
        *("--to", "s3://belfry-prod-reports/counts.json"),
    ]
    environment = {one["name"]: one["value"] for one in container["env"]}
    assert (environment["PYTHONPATH"], environment["AWS_DEFAULT_REGION"]) == ("/program", "eu-central-1")
    assert "ports" not in container


def test_it_reads_its_files_and_writes_into_its_scratch_space_alone() -> None:
    result = made()
    pod = pod_of(result)
    (container,) = pod["containers"]
    input_ = result.of(ConfigMap)["counting-input"].inputs
    volumes = {volume["name"]: volume for volume in pod["volumes"]}

    assert input_["data"] == {"what.json": "{}"}
    assert volumes["input"]["configMap"] == {"name": input_["metadata"]["name"]}
    assert volumes["scratch"]["emptyDir"] == {"medium": "Memory", "sizeLimit": "8Mi"}
    assert {mount["mountPath"]: mount.get("readOnly", False) for mount in container["volumeMounts"]} == {
        "/program": True,
        "/input": True,
        "/tmp": False,  # noqa: S108 (the pod's own)
    }


def test_without_files_and_scratch_space_it_has_the_program_alone() -> None:
    result = made(files={}, scratch_mib=0)

    assert result.of(ConfigMap).keys() == {"counting-job"}
    assert [mount["mountPath"] for mount in pod_of(result)["containers"][0]["volumeMounts"]] == ["/program"]


def test_its_account_has_the_role_and_its_pods_the_labels_that_policies_know() -> None:
    role = "arn:aws:iam::123456789012:role/counting"
    result = made(program=replace(PROGRAM, role_arn=role, pod_annotations={"belfry.dev/identity": "1"}))
    account = result.only(kubernetes.core.v1.ServiceAccount).inputs["metadata"]
    template = spec_of(result)["jobTemplate"]["spec"]["template"]

    assert account["annotations"] == {"eks.amazonaws.com/role-arn": role}
    assert account["name"] == pod_of(result)["serviceAccountName"] == result.only(CronJob).inputs["metadata"]["name"]
    assert template["metadata"]["labels"]["app.kubernetes.io/name"] == "counting"
    assert template["metadata"]["annotations"] == {"belfry.dev/identity": "1"}
