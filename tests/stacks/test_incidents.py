"""The way of incidents, walked over what is deployed: from the servers that are read to the keys that are written."""

import json
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from model import names
from model.cluster.network_paths import INCIDENT_WATCH, PATHS
from model.incidents.scope import Scope
from tests.stacks.deployment import deploy, deployed
from tests.stacks.test_platform import every_environment
from tests.synth import Synth

ARN = "arn:aws:mock:eu-central-1:123456789012:"
ADOPTED = {"cluster": {"mode": "adopt", "name": "theirs"}, "storage": {"class": "gp3"}}
MONITOR = "kubernetes:monitoring.coreos.com/v1:ServiceMonitor"


def pod_of(result: Synth) -> dict[str, Any]:
    spec: dict[str, Any] = result.of(kubernetes.apps.v1.Deployment)["incident-watch-deployment"].inputs["spec"]
    pod: dict[str, Any] = spec["template"]["spec"]
    return pod


def options_of(result: Synth) -> list[tuple[str, str]]:
    (container,) = pod_of(result)["containers"]
    words: list[str] = container["command"]
    assert words[:4] == ["python", "-u", "-m", "ops.incidents"]
    return list(zip(words[4::2], words[5::2], strict=True))


@every_environment
def test_it_reads_every_replica_and_writes_to_the_bucket_of_reports(stack: str) -> None:
    result = deployed(stack)
    given = options_of(result)
    urls = {value for option, value in given if value.startswith("http")}

    assert ("--environment", stack) in given
    bucket = result.of(aws.s3.Bucket)["storage-reports"].inputs["bucket"]
    assert ("--store", f"s3://{bucket}") in given
    assert {value for option, value in given if option == "--prometheus"} >= {names.prometheus_replica(0)}
    assert {value for option, value in given if option == "--alertmanager"} >= {names.alertmanager_replica(0)}
    assert f"http://{names.LOKI_GATEWAY}.{names.LOGGING}.svc:80" in urls
    reached = {path.receiver.name for path in PATHS if path.sender == INCIDENT_WATCH}
    assert {"prometheus", "alertmanager", "loki", "jaeger"} <= reached


@every_environment
def test_it_may_find_read_and_write_the_incidents_of_its_environment_and_nothing_else(stack: str) -> None:
    result = deployed(stack)
    policy = json.loads(result.of(aws.iam.RolePolicy)["incident-watch-role-policy"].inputs["policy"])
    reports, key = f"{ARN}storage-reports", f"{ARN}data-key"

    assert [(one["Action"], one["Resource"], one.get("Condition")) for one in policy["Statement"]] == [
        (["s3:ListBucket"], [reports], {"StringLike": {"s3:prefix": f"incidents/{stack}/*"}}),
        (["s3:GetObject", "s3:PutObject"], [f"{reports}/incidents/{stack}/*"], None),
        (["kms:GenerateDataKey"], [key], None),
        (["s3:GetObject"], [f"{ARN}storage-jobs/*"], None),
        (["kms:Decrypt"], [key], None),
    ]
    association = result.of(aws.eks.PodIdentityAssociation)["incident-watch-association"].inputs
    assert (association["namespace"], association["serviceAccount"]) == (
        names.MONITORING,
        pod_of(result)["serviceAccountName"],
    )


@every_environment
def test_its_series_say_themselves_which_system_they_are_about(stack: str) -> None:
    result = deployed(stack)
    (endpoint,) = result.of(MONITOR)["incident-watch-incident-watch"].inputs["spec"]["endpoints"]
    assert endpoint["honorLabels"] is True


@every_environment
def test_it_knows_the_catalog_and_reads_the_keys_of_teams_that_have_one(stack: str) -> None:
    result = deployed(stack)
    scope = result.of(kubernetes.core.v1.ConfigMap)["incident-watch-scope"].inputs["data"]["scope.json"]
    assert "cloudmart/frontend" in Scope.model_validate_json(scope).calls
    forwarder = result.of(kubernetes.apps.v1.Deployment)["alarm-forwarder-deployment"].inputs["spec"]
    secrets = [
        [volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume]
        for pod in (pod_of(result), forwarder["template"]["spec"])
    ]
    assert secrets[0] == secrets[1]
    assert (("--pagerduty-keys", "/keys") in options_of(result)) is bool(secrets[0])


def test_without_rights_in_aws_there_is_no_program() -> None:
    result = deploy("dev", changes=ADOPTED)
    assert "incident-watch-deployment" not in result.of(kubernetes.apps.v1.Deployment)
