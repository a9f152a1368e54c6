"""The way of the security posture, walked over what is deployed: from the rights of a pod to the KPIs that it feeds."""

import json
import re
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest

from model import names
from model.catalog.catalog import Catalog
from tests.stacks.deployment import deploy, deployed, stack_config
from tests.stacks.test_platform import every_environment
from tests.synth import Synth
from tests.tools import PROJECT

ARN = "arn:aws:mock:eu-central-1:123456789012:"
MONITOR = "kubernetes:monitoring.coreos.com/v1:ServiceMonitor"
ADOPTED = {"cluster": {"mode": "adopt", "name": "theirs"}, "storage": {"class": "gp3"}}


def monitor_of_the_catalog(result: Synth) -> dict[str, Any]:
    spec: dict[str, Any] = result.of(MONITOR)["scrape-cloudmart-security-reporter"].inputs["spec"]
    return spec


@every_environment
def test_what_the_reader_shows_bears_the_labels_that_the_kpis_ask_for(stack: str) -> None:
    result = deployed(stack)
    service = result.of(kubernetes.core.v1.Service)["security-posture-service"].inputs
    pod = result.of(kubernetes.apps.v1.Deployment)["security-posture-deployment"].inputs["spec"]["template"]
    spec = monitor_of_the_catalog(result)
    (endpoint,) = spec["endpoints"]

    assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    assert spec["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert spec["namespaceSelector"] == {"matchNames": [names.MONITORING]}
    assert service["metadata"]["namespace"] == names.MONITORING
    assert endpoint["port"] in {port["name"] for port in service["spec"]["ports"]}
    labels = {one["targetLabel"]: one["replacement"] for one in endpoint["relabelings"]}
    cloudmart = next(one for one in Catalog.load(PROJECT / "catalog").systems if one.system == "cloudmart")
    asking = {kpi.name for kpi in cloudmart.kpis if (cloudmart.system, kpi.component) == tuple(labels.values())}
    assert asking == {"critical-vulnerabilities", "security-score", "policy-violations", "security-mttr"}


@every_environment
def test_the_reader_may_do_what_it_does_and_nothing_else(stack: str) -> None:
    result = deployed(stack)
    policy = json.loads(result.of(aws.iam.RolePolicy)["security-posture-role-policy"].inputs["policy"])
    given = {action: one["Resource"] for one in policy["Statement"] for action in one["Action"]}

    assert given == {
        "inspector2:BatchGetAccountStatus": ["*"],
        "inspector2:ListFindings": ["*"],
        "securityhub:GetFindings": ["*"],
        "config:DescribeComplianceByConfigRule": ["*"],
        "s3:GetObject": [f"{ARN}storage-jobs/*"],
        "kms:Decrypt": [f"{ARN}data-key"],
    }
    association = result.of(aws.eks.PodIdentityAssociation)["security-posture-association"].inputs
    pod = result.of(kubernetes.apps.v1.Deployment)["security-posture-deployment"].inputs["spec"]["template"]["spec"]
    assert (association["namespace"], association["serviceAccount"]) == (names.MONITORING, pod["serviceAccountName"])


def test_the_program_calls_what_its_rights_are_for() -> None:
    """By the words of its source: a call more is a right more."""
    source = (PROJECT / "ops" / "security_posture" / "aws.py").read_text()
    called = set(re.findall(r"_client\.(\w+)\(", source)) - {"get_paginator"}
    called |= set(re.findall(r'get_paginator\("(\w+)"\)', source))

    assert called == {
        "batch_get_account_status",
        "list_findings",
        "get_findings",
        "describe_compliance_by_config_rule",
    }


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"security": {"replicas": 1, "posture": False}}, "security.posture false", id="not wanted"),
        pytest.param(ADOPTED, "no rights of workloads in AWS", id="no rights"),
    ],
)
def test_without_the_reader_nothing_of_it_is_there_and_a_warning_names_whose_numbers_are_missing(
    changes: dict[str, Any], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    result = deploy("dev", changes=changes)

    made = result.resources
    assert not [key for key in made if "security-posture" in key[1] and "network-" not in key[1]]
    assert "scrape-cloudmart-security-reporter" not in result.of(MONITOR)
    assert f"cloudmart/security-reporter has no numbers: found {why}" in caplog.text


def test_with_irsa_the_service_account_names_the_role() -> None:
    cluster = {**stack_config("dev")["belfry:cluster"], "identity": "irsa"}
    result = deploy("dev", changes={"cluster": cluster})
    account = result.of(kubernetes.core.v1.ServiceAccount)["security-posture-account"].inputs["metadata"]

    assert "security-posture" in account["annotations"]["eks.amazonaws.com/role-arn"]
