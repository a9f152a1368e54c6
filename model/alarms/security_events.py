"""Events of the account that somebody should know of, as EventBridge patterns with a message that can be read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model.vocabulary import Severity

API_CALL = "AWS API Call via CloudTrail"
SIGN_IN = "AWS Console Sign In via CloudTrail"

# CloudTrail writes calls of global services into the global region alone, and AWS Health sends what concerns no region
# there (AWS Health user guide, "Creating EventBridge rules for AWS Region coverage"); elsewhere a rule never sees them.
GLOBAL_PATTERN: Mapping[str, Any] = {
    "$or": [
        {"detail-type": [API_CALL, SIGN_IN], "source": ["aws.iam", "aws.signin"]},
        {"detail-type": [API_CALL, SIGN_IN], "detail": {"userIdentity": {"type": ["Root"]}}},
        {"detail-type": ["AWS Health Event"], "source": ["aws.health"], "detail": {"eventRegion": ["global"]}},
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRule:
    """One rule. ``words`` are the placeholders of ``text``, each with its path in the event.

    ``reason`` says why this severity; the runbook has the rule's name.
    """

    name: str
    severity: Severity
    summary: str
    text: str
    words: Mapping[str, str]
    reason: str
    pattern: Mapping[str, Any]

    def message(self, runbooks: str) -> str:
        """The message's template, in the schema of Amazon Q Developer's custom notifications.

        Slack shows nothing at all of a transformed event that has another shape; mail and pager take any.
        """
        return json.dumps(
            {
                "version": "1.0",
                "source": "custom",
                "content": {
                    "textType": "client-markdown",
                    "title": f"{self.severity.upper()}: {self.summary}",
                    "description": f"{self.text} Account <account>, region <region>, <time>.",
                    "nextSteps": [f"Runbook: {runbooks}/aws/{self.name}.md"],
                },
                "metadata": {"summary": self.summary, "eventType": self.name},
            }
        )

    @property
    def paths(self) -> dict[str, str]:
        """Placeholder -> path, with those that every message has."""
        return {"account": "$.account", "region": "$.region", "time": "$.time", **self.words}


_WHO = {"who": "$.detail.userIdentity.arn", "what": "$.detail.eventName", "from": "$.detail.sourceIPAddress"}
_FINDING = {
    "title": "$.detail.findings[0].Title",
    "product": "$.detail.findings[0].ProductName",
    "resource": "$.detail.findings[0].Resources[0].Id",
}
_THREAT = {"title": "$.detail.title", "type": "$.detail.type", "score": "$.detail.severity"}


def _call(*names: str, source: str) -> dict[str, Any]:
    return {"source": [source], "detail-type": [API_CALL], "detail": {"eventName": sorted(names)}}


def _guardduty(*numeric: str | int) -> dict[str, Any]:
    return {
        "source": ["aws.guardduty"],
        "detail-type": ["GuardDuty Finding"],
        "detail": {"severity": [{"numeric": list(numeric)}]},
    }


def _health(*categories: str) -> dict[str, Any]:
    return {
        "source": ["aws.health"],
        "detail-type": ["AWS Health Event"],
        "detail": {
            "eventTypeCategory": list(categories),
            # us-west-2 gets a copy of the events of all other regions, and us-east-1 one of those of us-west-2.
            "backupEvent": ["false", False, {"exists": False}],
        },
    }


def _security_hub(label: str) -> dict[str, Any]:
    return {
        "source": ["aws.securityhub"],
        "detail-type": ["Security Hub Findings - Imported"],
        "detail": {
            "findings": {
                "Severity": {"Label": [label]},
                # Security Hub sends a finding again at each of its checks; only a new one is news.
                "Workflow": {"Status": ["NEW"]},
                "RecordState": ["ACTIVE"],
                # These come by their own rules already.
                "ProductName": [{"anything-but": ["Config", "GuardDuty", "Inspector"]}],
            }
        },
    }


EVENTS = (
    EventRule(
        name="guardduty-high",
        severity=Severity.CRITICAL,
        summary="GuardDuty sees an attack",
        text="<title> (<type>, severity <score>).",
        words=_THREAT,
        reason="GuardDuty rates 7 and above as high: a resource is compromised and used by an attacker.",
        pattern=_guardduty(">=", 7),
    ),
    EventRule(
        name="guardduty-medium",
        severity=Severity.WARNING,
        summary="GuardDuty sees something suspicious",
        text="<title> (<type>, severity <score>).",
        words=_THREAT,
        reason="4 to 6.9 differs from usual behaviour: a look within the day. Below, GuardDuty only lists.",
        pattern=_guardduty(">=", 4, "<", 7),
    ),
    EventRule(
        name="security-hub-critical",
        severity=Severity.CRITICAL,
        summary="Security Hub found a critical weakness",
        text="<title> (<product>): <resource>.",
        words=_FINDING,
        reason="Critical: fix it immediately, before it is exploited.",
        pattern=_security_hub("CRITICAL"),
    ),
    EventRule(
        name="security-hub-high",
        severity=Severity.WARNING,
        summary="Security Hub found a serious weakness",
        text="<title> (<product>): <resource>.",
        words=_FINDING,
        reason="High: fix it soon; no intrusion is known.",
        pattern=_security_hub("HIGH"),
    ),
    EventRule(
        name="inspector-exploitable",
        severity=Severity.WARNING,
        summary="Inspector found a critical vulnerability with an exploit",
        text="<title> (<type>): <resource>.",
        words={"title": "$.detail.title", "type": "$.detail.type", "resource": "$.detail.resources[0].id"},
        # A new CVE is found in every image at once: only what is exploited already and can be mended is news, the rest
        # is counted by the security posture.
        reason="An exploit and a fixed version exist: build and roll out the image within the day.",
        pattern={
            "source": ["aws.inspector2"],
            "detail-type": ["Inspector2 Finding"],
            "detail": {
                "severity": ["CRITICAL"],
                "status": ["ACTIVE"],
                "exploitAvailable": ["YES"],
                "fixAvailable": ["YES"],
            },
        },
    ),
    EventRule(
        name="config-noncompliant",
        severity=Severity.WARNING,
        summary="A resource breaks a compliance policy",
        text="<resource> (<type>) breaks <rule>.",
        words={
            "resource": "$.detail.resourceId",
            "type": "$.detail.resourceType",
            "rule": "$.detail.configRuleName",
        },
        reason="Exceptions are written into the rule itself, so a resource that breaks it now is a mistake.",
        pattern={
            "source": ["aws.config"],
            "detail-type": ["Config Rules Compliance Change"],
            "detail": {
                "messageType": ["ComplianceChangeNotification"],
                "newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]},
                # Security Hub makes rules of its own, and its findings come by its rules.
                "configRuleName": [{"anything-but": {"prefix": "securityhub-"}}],
            },
        },
    ),
    EventRule(
        name="root-used",
        severity=Severity.CRITICAL,
        summary="The root user was used",
        text="<what> from <from>.",
        words={"what": "$.detail.eventName", "from": "$.detail.sourceIPAddress"},
        reason="Root has all permissions and should not be used; calls that AWS makes on its behalf are excluded.",
        pattern={
            "detail-type": [API_CALL, SIGN_IN],
            "detail": {
                "userIdentity": {"type": ["Root"], "invokedBy": [{"exists": False}]},
                "eventType": [{"anything-but": ["AwsServiceEvent"]}],
            },
        },
    ),
    EventRule(
        name="console-login-without-mfa",
        severity=Severity.WARNING,
        summary="A console login without a second factor",
        text="<who> from <from>.",
        words={"who": "$.detail.userIdentity.arn", "from": "$.detail.sourceIPAddress"},
        reason="A login with only a password. Only IAM users: logins through SSO always have MFAUsed No.",
        pattern={
            "source": ["aws.signin"],
            "detail-type": [SIGN_IN],
            "detail": {
                "eventName": ["ConsoleLogin"],
                "userIdentity": {"type": ["IAMUser"]},
                "responseElements": {"ConsoleLogin": ["Success"]},
                "additionalEventData": {"MFAUsed": ["No"]},
            },
        },
    ),
    EventRule(
        name="iam-user-change",
        severity=Severity.WARNING,
        summary="A way into the account was added",
        text="<who> called <what> from <from>.",
        words=_WHO,
        reason="New users, keys and passwords are how an intruder stays; with SSO and roles they are rare.",
        pattern=_call(
            *("AddUserToGroup", "CreateAccessKey", "CreateLoginProfile", "CreateOpenIDConnectProvider"),
            *("CreateSAMLProvider", "CreateUser", "DeactivateMFADevice", "UpdateLoginProfile", "UpdateSAMLProvider"),
            source="aws.iam",
        ),
    ),
    EventRule(
        name="iam-policy-change",
        severity=Severity.INFO,
        summary="Somebody's rights changed",
        text="<who> called <what> from <from>.",
        words=_WHO,
        reason="Every deployment with roles does this: useful as an audit trail for investigations.",
        pattern=_call(
            *("AttachGroupPolicy", "AttachRolePolicy", "AttachUserPolicy", "CreatePolicyVersion"),
            *("DeleteRolePermissionsBoundary", "DeleteUserPermissionsBoundary", "PutGroupPolicy", "PutRolePolicy"),
            *("PutUserPolicy", "SetDefaultPolicyVersion", "UpdateAssumeRolePolicy"),
            source="aws.iam",
        ),
    ),
    EventRule(
        name="trail-tampered",
        severity=Severity.CRITICAL,
        summary="The audit trail was changed or stopped",
        text="<who> called <what> from <from>.",
        words=_WHO,
        reason="Without CloudTrail none of the other rules sees anything; it is an intruder's first step.",
        pattern=_call("DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail", source="aws.cloudtrail"),
    ),
    EventRule(
        name="key-disabled",
        severity=Severity.CRITICAL,
        summary="A key was disabled or is to be deleted",
        text="<who> called <what> from <from>.",
        words=_WHO,
        reason="Without the topics' key no alarm notifies, and data encrypted with deleted keys is lost.",
        pattern=_call("DisableKey", "ScheduleKeyDeletion", source="aws.kms"),
    ),
    EventRule(
        name="aws-health-issue",
        severity=Severity.WARNING,
        summary="AWS has a problem",
        text="<service>: <code>.",
        words={"service": "$.detail.service", "code": "$.detail.eventTypeCode"},
        reason="It explains alarms that follow and excludes a cause of our own.",
        pattern=_health("issue"),
    ),
    EventRule(
        name="aws-health-change",
        severity=Severity.INFO,
        summary="AWS plans a change",
        text="<service>: <code>.",
        words={"service": "$.detail.service", "code": "$.detail.eventTypeCode"},
        reason="Retirements and end of support come with weeks of notice.",
        pattern=_health("scheduledChange", "accountNotification"),
    ),
)
