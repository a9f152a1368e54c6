"""The ports by boto3. Rights and region come from the environment, as boto3 reads them.

Rights: inspector2:BatchGetAccountStatus, inspector2:ListFindings, securityhub:GetFindings,
config:DescribeComplianceByConfigRule. All calls are free.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import boto3
from botocore.config import Config as Settings
from botocore.exceptions import BotoCoreError, ClientError

from model.security.posture import ControlResult, Resolved, Violation, Vulnerability
from ops.security_posture.ports import SourceUnavailable

# GetFindings takes three calls a second; the adaptive mode slows down before the service refuses.
SETTINGS = Settings(retries={"mode": "adaptive", "max_attempts": 8}, connect_timeout=10, read_timeout=30)
RESOLVED_DAYS = 30


@contextmanager
def _asking(service: str) -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise SourceUnavailable(f"{service}: {error}") from error


class AwsInspector:
    """Inspector2 by its findings: its aggregations cannot leave out what has no fix."""

    def __init__(self, client: Any = None) -> None:
        self._client = client or boto3.client("inspector2", config=SETTINGS)

    def vulnerabilities(self) -> Iterator[Vulnerability]:
        """Open critical and high vulnerabilities with a fixed version. Raises SourceUnavailable."""
        wanted = {
            "findingStatus": _is("ACTIVE"),
            "fixAvailable": _is("YES"),
            "severity": [*_is("CRITICAL"), *_is("HIGH")],
        }
        with _asking("inspector2"):
            # Of an account that it does not watch it has no findings: that is no zero.
            accounts = self._client.batch_get_account_status()["accounts"]
            status = accounts[0]["state"]["status"] if accounts else "unknown"
            if status != "ENABLED":
                raise SourceUnavailable(f"inspector2: its status in this account is {status}")
            for page in self._client.get_paginator("list_findings").paginate(filterCriteria=wanted):
                for finding in page["findings"]:
                    yield Vulnerability(finding["severity"].lower(), _image(finding["resources"][0]))


class AwsSecurityHub:
    """Security Hub by its findings: it has no call for the score that its console shows."""

    def __init__(self, client: Any = None) -> None:
        self._client = client or boto3.client("securityhub", config=SETTINGS)

    def control_results(self) -> Iterator[ControlResult]:
        """The results of all checks that are not suppressed. Raises SourceUnavailable."""
        wanted = {
            "ProductName": _equals("Security Hub"),
            "RecordState": _equals("ACTIVE"),
            "WorkflowStatus": [{"Comparison": "NOT_EQUALS", "Value": "SUPPRESSED"}],
        }
        for finding in self._findings(wanted):
            compliance = finding.get("Compliance", {})
            if "SecurityControlId" in compliance and "Status" in compliance:
                yield ControlResult(compliance["SecurityControlId"], compliance["Status"])

    def resolved(self) -> Iterator[Resolved]:
        """Critical and high findings that were resolved in the last 30 days. Raises SourceUnavailable."""
        wanted = {
            "SeverityLabel": [*_equals("CRITICAL"), *_equals("HIGH")],
            "WorkflowStatus": _equals("RESOLVED"),
            "UpdatedAt": [{"DateRange": {"Value": RESOLVED_DAYS, "Unit": "DAYS"}}],
        }
        for finding in self._findings(wanted):
            yield Resolved(_seconds(finding["CreatedAt"]), _seconds(finding["UpdatedAt"]))

    def _findings(self, wanted: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        pages = self._client.get_paginator("get_findings")
        with _asking("securityhub"):
            for page in pages.paginate(Filters=dict(wanted), PaginationConfig={"PageSize": 100}):
                yield from page["Findings"]


class AwsConfig:
    """AWS Config by the compliance of its rules."""

    def __init__(self, client: Any = None) -> None:
        self._client = client or boto3.client("config", config=SETTINGS)

    def violations(self) -> Iterator[Violation]:
        """The rules that any resource breaks now. Raises SourceUnavailable."""
        pages = self._client.get_paginator("describe_compliance_by_config_rule")
        with _asking("config"):
            # All rules and not the broken ones alone: without any rule nothing is checked, which is no zero.
            rules = [rule for page in pages.paginate() for rule in page["ComplianceByConfigRules"]]
        if not rules:
            raise SourceUnavailable("config: the account has no rules")
        for rule in rules:
            compliance = rule.get("Compliance", {})
            if compliance.get("ComplianceType") == "NON_COMPLIANT":
                counted = compliance.get("ComplianceContributorCount", {})
                yield Violation(rule["ConfigRuleName"], counted.get("CappedCount", 1))


def _is(value: str) -> list[dict[str, str]]:
    """A filter of Inspector."""
    return [{"comparison": "EQUALS", "value": value}]


def _equals(value: str) -> list[dict[str, str]]:
    """A filter of Security Hub."""
    return [{"Comparison": "EQUALS", "Value": value}]


def _image(resource: Mapping[str, Any]) -> str:
    """The repository of an image: tags and digests would make a series for every build."""
    image = resource.get("details", {}).get("awsEcrContainerImage", {})
    return str(image.get("repositoryName") or resource["type"].lower())


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
