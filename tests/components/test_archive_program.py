"""Programs from the job archive: one hardened pod each, with what it needs and nothing besides."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest

from components.alarm_forwarder import AlarmForwarder
from components.alarm_mute_rules import AlarmMuteRules
from components.archive_program import ProgramArgs
from components.base import Component
from components.incident_watch import IncidentWatch
from components.job_archive import JobArchive
from components.security_posture import SecurityPosture
from model.cluster import network_paths, workloads
from tests.components.account_examples import JOB_ARCHIVE
from tests.components.example_inputs import ALARM_FORWARDER, INCIDENT_WATCH, PROGRAM
from tests.components.examples import EXAMPLES, deploy
from tests.synth import Synth

Deployment = kubernetes.apps.v1.Deployment
Made = Callable[[ProgramArgs], Component]
PROGRAMS: dict[str, tuple[Made, str]] = {
    "alarm-forwarder": (
        lambda args: AlarmForwarder("alarm-forwarder", replace(ALARM_FORWARDER, program=args)),
        "ops.forwarder",
    ),
    "incident-watch": (
        lambda args: IncidentWatch("incident-watch", replace(INCIDENT_WATCH, program=args)),
        "ops.incidents",
    ),
    "security-posture": (lambda args: SecurityPosture("security-posture", args), "ops.security_posture"),
}
every_program = pytest.mark.parametrize("name", PROGRAMS)


def made(name: str, **changes: Any) -> Synth:
    return deploy(lambda: PROGRAMS[name][0](replace(PROGRAM, **changes)))


def pod_of(result: Synth) -> dict[str, Any]:
    spec: dict[str, Any] = result.only(Deployment).inputs["spec"]["template"]["spec"]
    return spec


@every_program
def test_there_is_one_and_the_old_one_ends_before_the_new_one_starts(name: str) -> None:
    spec = made(name).only(Deployment).inputs["spec"]

    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


@every_program
def test_it_fetches_the_archive_by_its_checksum_and_runs_its_module_read_only(name: str) -> None:
    pod = pod_of(made(name))
    (unpack,), (container,) = pod["initContainers"], pod["containers"]

    assert unpack["command"][3:] == [
        "/job/unpack.py",
        "https://belfry-prod-jobs.s3.eu-central-1.amazonaws.com/0123.zip",
        "eu-central-1",
        "0123",
        "/program",
    ]
    assert container["command"][:4] == ["python", "-u", "-m", PROGRAMS[name][1]]
    assert all(mount["readOnly"] for mount in container["volumeMounts"])
    environment = {one["name"]: one["value"] for one in container["env"]}
    assert (environment["PYTHONPATH"], environment["AWS_DEFAULT_REGION"]) == ("/program", "eu-central-1")


@every_program
def test_prometheus_finds_it_by_its_service_and_kubernetes_asks_whether_it_is_well(name: str) -> None:
    result = made(name)
    (container,) = pod_of(result)["containers"]
    service = result.only(kubernetes.core.v1.Service).inputs
    monitor = result.of("kubernetes:monitoring.coreos.com/v1:ServiceMonitor")[f"{name}-{name}"].inputs["spec"]
    pod = result.only(Deployment).inputs["spec"]["template"]["metadata"]["labels"]

    for selector in (service["spec"]["selector"], monitor["selector"]["matchLabels"]):
        assert selector.items() <= pod.items()
    assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    (port,) = container["ports"]
    assert [one["port"] for one in monitor["endpoints"]] == [port["name"]]
    assert [(one["port"], one["targetPort"]) for one in service["spec"]["ports"]] == [
        (port["containerPort"], port["name"])
    ]
    assert container["command"][-2:] == ["--port", str(port["containerPort"])]
    for probe in ("readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"] == {"path": "/-/healthy", "port": port["name"]}


@every_program
def test_its_account_is_the_one_that_has_the_role(name: str) -> None:
    (workload,) = (one for one in vars(workloads).values() if getattr(one, "name", None) == name)
    result = made(name, role_arn="arn:aws:iam::123456789012:role/program")
    account = result.only(kubernetes.core.v1.ServiceAccount).inputs["metadata"]

    assert (account["namespace"], account["name"]) == (workload.namespace, workload.service_account)
    assert pod_of(result)["serviceAccountName"] == workload.service_account
    assert account["annotations"] == {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/program"}
    assert not made(name).only(kubernetes.core.v1.ServiceAccount).inputs["metadata"].get("annotations")


@every_program
def test_it_runs_anywhere_by_default(name: str) -> None:
    bare, placed = pod_of(made(name, placement={}, priority_class=None)), pod_of(made(name))

    assert not {"nodeSelector", "priorityClassName"} & bare.keys()
    assert {"nodeSelector", "priorityClassName"} <= placed.keys()


@every_program
def test_it_is_reached_by_prometheus_alone_and_reaches_aws(name: str) -> None:
    pods = next(one for path in network_paths.PATHS for one in (path.sender,) if one.name == name)
    ports = {port["containerPort"] for container in pod_of(made(name))["containers"] for port in container["ports"]}
    to = [path for path in network_paths.PATHS if path.receiver == pods]
    outside = {path.receiver for path in network_paths.PATHS if path.sender == pods}

    assert {path.sender for path in to} == {network_paths.PROMETHEUS}
    assert ports <= {port.pod for path in to for port in path.ports}
    assert {network_paths.Addresses.OUTSIDE, network_paths.Addresses.POD_IDENTITY} <= outside


def test_the_archive_is_an_object_named_by_its_checksum() -> None:
    result = deploy(EXAMPLES[JobArchive])
    made = result.only(aws.s3.BucketObjectv2).inputs

    assert made["key"] == f"{'0123abcd' * 8}.zip"
    assert made["source"] == {"path": str(JOB_ARCHIVE.file)}
    bucket = "belfry-prod-123456789012-eu-central-1-jobs"
    outputs = result.only(JobArchive).outputs
    assert outputs["url"] == f"https://{bucket}.s3.eu-central-1.amazonaws.com/{made['key']}"
    assert (outputs["bucket"], outputs["key"]) == (bucket, made["key"]), "the code of a Lambda function"


def test_a_window_is_a_mute_rule_of_the_composites_it_means() -> None:
    made = deploy(EXAMPLES[AlarmMuteRules]).only(aws.cloudwatch.AlarmMuteRule).inputs

    assert made == {
        "name": "belfry-prod-upgrade-1-1",
        "description": "PostgreSQL 17.",
        "muteTargets": {"alarmNames": ["prod-shop-critical", "prod-shop-warning"]},
        "rule": {
            "schedule": {"expression": "at(2026-03-07T22:30)", "duration": "PT3H30M", "timezone": "Europe/Berlin"}
        },
    }
