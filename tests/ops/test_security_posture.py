"""The security posture: requests and answers against botocore's own models, and what Prometheus reads of them."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws
from prometheus_client import CollectorRegistry, generate_latest

from lab.process import request
from model.catalog.catalog import Catalog
from model.security import posture
from model.security.posture import ControlResult, Resolved, Violation, Vulnerability
from ops.security_posture import __main__ as program
from ops.security_posture.aws import AwsConfig, AwsInspector, AwsSecurityHub
from ops.security_posture.metrics import Numbers, PostureCollector, read
from ops.security_posture.ports import SourceUnavailable
from ops.serving import Served, serve
from tests.configs.collectors import free_ports
from tests.tools import PROJECT

KEYS = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "eu-central-1"}
TIME = datetime(2026, 11, 1, tzinfo=UTC)


def client(service: str) -> tuple[Any, Stubber]:
    made = boto3.client(service, **KEYS)
    stub = Stubber(made)
    stub.activate()
    return made, stub


def finding(severity: str, repository: str | None) -> dict[str, Any]:
    details = {"awsEcrContainerImage": {"repositoryName": repository, "imageHash": f"sha256:{0:064x}", "registry": "1"}}
    kind = "AWS_ECR_CONTAINER_IMAGE" if repository else "AWS_LAMBDA_FUNCTION"
    return {
        "awsAccountId": "123456789012",
        "description": "x",
        "findingArn": "arn:aws:inspector2:eu-central-1:123456789012:finding/1",
        "firstObservedAt": TIME,
        "lastObservedAt": TIME,
        "remediation": {},
        "resources": [{"id": "r", "type": kind, **({"details": details} if repository else {})}],
        "severity": severity,
        "status": "ACTIVE",
        "type": "PACKAGE_VULNERABILITY",
    }


def check(control: str, status: str, **times: str) -> dict[str, Any]:
    return {
        "SchemaVersion": "2018-10-08",
        "Id": "1",
        "ProductArn": "arn",
        "GeneratorId": "g",
        "AwsAccountId": "123456789012",
        "CreatedAt": times.get("created", "2026-11-01T00:00:00Z"),
        "UpdatedAt": times.get("updated", "2026-11-01T00:00:00Z"),
        "Title": "t",
        "Description": "d",
        "Resources": [{"Type": "AwsS3Bucket", "Id": "b"}],
        "Compliance": {"SecurityControlId": control, "Status": status},
    }


def status(found: str) -> dict[str, Any]:
    """What Inspector says of the account."""
    state = {"status": found, "errorCode": "ALREADY_ENABLED", "errorMessage": "none"}
    kinds = dict.fromkeys(("ec2", "ecr"), state)
    return {"accounts": [{"accountId": "123456789012", "state": state, "resourceState": kinds}], "failedAccounts": []}


def test_an_account_that_inspector_does_not_watch_is_unavailable_and_not_free_of_vulnerabilities() -> None:
    made, stub = client("inspector2")
    stub.add_response("batch_get_account_status", status("DISABLED"), {})
    with pytest.raises(SourceUnavailable, match="inspector2: its status in this account is DISABLED"):
        list(AwsInspector(made).vulnerabilities())


def test_vulnerabilities_with_a_fix_are_counted_over_all_pages_by_severity_and_repository() -> None:
    made, stub = client("inspector2")
    equals = [{"comparison": "EQUALS", "value": value} for value in ("ACTIVE", "YES", "CRITICAL", "HIGH")]
    stub.add_response("batch_get_account_status", status("ENABLED"), {})
    wanted = {"findingStatus": [equals[0]], "fixAvailable": [equals[1]], "severity": equals[2:]}
    first = {"findings": [finding("CRITICAL", "shop"), finding("HIGH", "shop")], "nextToken": "more"}
    stub.add_response("list_findings", first, {"filterCriteria": wanted})
    second = {"findings": [finding("CRITICAL", "shop"), finding("HIGH", None)]}
    stub.add_response("list_findings", second, {"filterCriteria": wanted, "nextToken": "more"})
    counted = posture.open_vulnerabilities(AwsInspector(made).vulnerabilities())
    assert counted == {("critical", "shop"): 2, ("high", "shop"): 1, ("high", "aws_lambda_function"): 1}
    stub.assert_no_pending_responses()


def test_a_control_passes_when_none_of_its_checks_fails() -> None:
    made, stub = client("securityhub")
    checks = [("S3.1", "PASSED"), ("S3.1", "FAILED"), ("S3.1", "PASSED"), ("IAM.1", "PASSED"), ("EC2.2", "WARNING")]
    answer = {"Findings": [check(*one) for one in checks]}
    equals = {name: [{"Comparison": "EQUALS", "Value": value}] for name, value in WANTED_CHECKS.items()}
    not_suppressed = [{"Comparison": "NOT_EQUALS", "Value": "SUPPRESSED"}]
    filters = {**equals, "WorkflowStatus": not_suppressed}
    stub.add_response("get_findings", answer, {"Filters": filters, "MaxResults": 100})
    assert posture.score(AwsSecurityHub(made).control_results()) == 50
    stub.assert_no_pending_responses()


WANTED_CHECKS = {"ProductName": "Security Hub", "RecordState": "ACTIVE"}


def test_without_any_check_there_is_no_score() -> None:
    assert posture.score([]) is None
    assert posture.score([ControlResult("S3.1", "NOT_AVAILABLE")]) is None
    assert posture.score([ControlResult("S3.1", "PASSED"), ControlResult("S3.2", "FAILED")]) == Decimal(50)


def test_time_to_resolve_is_the_mean_of_findings_that_were_resolved() -> None:
    made, stub = client("securityhub")
    answer = {
        "Findings": [
            check("S3.1", "PASSED", created="2026-11-01T00:00:00.000Z", updated="2026-11-01T02:00:00.000Z"),
            check("S3.2", "PASSED", created="2026-11-01T00:00:00Z", updated="2026-11-01T04:00:00Z"),
        ]
    }
    labels = [{"Comparison": "EQUALS", "Value": value} for value in ("CRITICAL", "HIGH")]
    filters = {
        "SeverityLabel": labels,
        "WorkflowStatus": [{"Comparison": "EQUALS", "Value": "RESOLVED"}],
        "UpdatedAt": [{"DateRange": {"Value": 30, "Unit": "DAYS"}}],
    }
    stub.add_response("get_findings", answer, {"Filters": filters, "MaxResults": 100})
    assert posture.mean_time_to_resolve(AwsSecurityHub(made).resolved()) == 3 * 3600
    assert posture.mean_time_to_resolve([]) is None
    assert posture.mean_time_to_resolve([Resolved(created=10, resolved=5)]) == 0


def test_a_rule_counts_the_resources_that_break_it() -> None:
    made, stub = client("config")
    rules = [
        {
            "ConfigRuleName": "encrypted",
            "Compliance": {
                "ComplianceType": "NON_COMPLIANT",
                "ComplianceContributorCount": {"CappedCount": 25, "CapExceeded": True},
            },
        },
        {"ConfigRuleName": "root-mfa", "Compliance": {"ComplianceType": "NON_COMPLIANT"}},
        {"ConfigRuleName": "versioned", "Compliance": {"ComplianceType": "COMPLIANT"}},
        {"ConfigRuleName": "new"},
    ]
    stub.add_response("describe_compliance_by_config_rule", {"ComplianceByConfigRules": rules}, {})
    assert posture.violations(AwsConfig(made).violations()) == {"encrypted": 25, "root-mfa": 1}


def test_an_account_without_rules_is_unavailable_and_not_without_violations() -> None:
    made, stub = client("config")
    stub.add_response("describe_compliance_by_config_rule", {"ComplianceByConfigRules": []}, {})
    with pytest.raises(SourceUnavailable, match="config: the account has no rules"):
        list(AwsConfig(made).violations())


@pytest.mark.parametrize(
    ("service", "operation", "ask"),
    [
        ("inspector2", "batch_get_account_status", lambda made: list(AwsInspector(made).vulnerabilities())),
        ("securityhub", "get_findings", lambda made: list(AwsSecurityHub(made).control_results())),
        ("securityhub", "get_findings", lambda made: list(AwsSecurityHub(made).resolved())),
        ("config", "describe_compliance_by_config_rule", lambda made: list(AwsConfig(made).violations())),
    ],
)
def test_a_service_that_is_switched_off_is_unavailable(service: str, operation: str, ask: Any) -> None:
    made, stub = client(service)
    stub.add_client_error(operation, "InvalidAccessException", "Account is not subscribed")
    with pytest.raises(SourceUnavailable, match=f"{service}: .*not subscribed"):
        ask(made)


class Sources:
    """All three services, each with what it says or with its refusal."""

    def __init__(self, *, off: bool = False) -> None:
        self.off = off

    def vulnerabilities(self) -> Iterator[Vulnerability]:
        yield from [Vulnerability("critical", "shop"), Vulnerability("critical", "shop")]

    def control_results(self) -> Iterator[ControlResult]:
        if self.off:
            raise SourceUnavailable("securityhub: off")
        yield ControlResult("S3.1", "PASSED")

    def resolved(self) -> Iterator[Resolved]:
        if self.off:
            raise SourceUnavailable("securityhub: off")
        yield Resolved(0, 60)

    def violations(self) -> Iterator[Violation]:
        yield from ()


def exposed(numbers: Numbers | None) -> dict[str, float]:
    registry, collector = CollectorRegistry(), PostureCollector()
    collector.numbers = numbers
    registry.register(collector)
    lines = generate_latest(registry).decode().splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}


def test_what_is_known_is_exposed_and_none_is_zero() -> None:
    source = Sources()
    assert exposed(read(source, source, source, now=lambda: 100.0)) == {
        'security_open_vulnerabilities{image="shop",severity="critical"}': 2,
        'security_open_vulnerabilities{image="none",severity="critical"}': 0,
        'security_open_vulnerabilities{image="none",severity="high"}': 0,
        "security_score": 100,
        'security_policy_violations{policy="none"}': 0,
        "security_incident_resolution_seconds": 60,
        'security_posture_source_up{source="inspector"}': 1,
        'security_posture_source_up{source="security-hub"}': 1,
        'security_posture_source_up{source="config"}': 1,
        "security_posture_last_read_timestamp_seconds": 100,
    }


def test_what_a_source_did_not_say_has_no_series_and_the_others_have_theirs() -> None:
    source = Sources(off=True)
    found = exposed(read(source, source, source))
    assert "security_score" not in found
    assert "security_incident_resolution_seconds" not in found
    assert found['security_posture_source_up{source="security-hub"}'] == 0
    assert found['security_open_vulnerabilities{image="shop",severity="critical"}'] == 2


def test_before_the_first_reading_there_is_nothing() -> None:
    assert exposed(None) == {}


def test_the_catalog_has_the_metrics_that_the_reader_exposes() -> None:
    system = next(one for one in Catalog.load(PROJECT / "catalog").systems if one.system == "cloudmart")
    component = next(one for one in system.components if one.name == "security-reporter")
    names = {name.partition("{")[0] for name in exposed(read(Sources(), Sources(), Sources()))}
    assert {metric.name for metric in component.telemetry.metrics} == names


@mock_aws
def test_the_program_answers_prometheus_and_says_which_source_is_unavailable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """moto knows no account that Inspector watches; it cannot say what complies with rules."""
    for name, value in (("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x"), ("DEFAULT_REGION", "eu-central-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setattr(AwsConfig, "violations", lambda _: iter([Violation("encrypted", 3)]))
    (port,) = free_ports(1)
    answers: list[tuple[int, str]] = []

    def ask(_: float) -> None:
        answers.extend(request("GET", f"http://127.0.0.1:{port}{path}") for path in ("/-/healthy", "/metrics"))

    monkeypatch.setattr(time, "sleep", ask)
    program.main(["--host", "127.0.0.1", "--port", str(port), "--every", "1"], rounds=2)
    (healthy, _), (_, metrics) = answers
    assert healthy == HTTPStatus.OK
    assert 'security_policy_violations{policy="encrypted"} 3.0' in metrics
    assert 'security_posture_source_up{source="security-hub"} 1.0' in metrics
    assert 'security_posture_source_up{source="inspector"} 0.0' in metrics
    assert "security_open_vulnerabilities{" not in metrics
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["level"], one["source"]) for one in logged] == [("ERROR", "inspector")] * 2
    assert "its status in this account is unknown" in logged[0]["error"]


def test_a_reader_that_is_stuck_for_four_periods_is_restarted(monkeypatch: pytest.MonkeyPatch) -> None:
    served = Served(program.HUNG_PERIODS * 900)
    (port,) = free_ports(1)
    server = serve(served, "127.0.0.1", port)
    try:
        for late, answer in ((3590, HTTPStatus.OK), (3610, HTTPStatus.SERVICE_UNAVAILABLE)):
            served.alive = time.monotonic() - late
            assert request("GET", f"http://127.0.0.1:{port}/-/healthy")[0] == answer
    finally:
        server.shutdown()
        server.server_close()
