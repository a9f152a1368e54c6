"""Events of the account and the audit log: matched against AWS's events, described, sent to the right topic."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest
from moto.events.models import EventPattern

from components.audit_alarms import AuditAlarms
from components.heartbeat import Heartbeat
from components.security_events import SecurityEvents
from model.alarms import forwarding_watch, heartbeat
from model.alarms.audit_filters import FILTERS, NAMESPACE
from model.alarms.security_events import GLOBAL_PATTERN, EventRule
from tests.components.account_examples import EVENTS, HEARTBEAT_ARN, RUNBOOKS, SECURITY_EVENTS, TOPIC_ARNS
from tests.components.examples import EXAMPLES, deploy
from tests.synth import Synth

RUNBOOK_FILES = Path(__file__).parents[2] / "docs" / "runbooks" / "aws"

every_rule = pytest.mark.parametrize("rule", EVENTS, ids=lambda rule: rule.name)

USER = {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/ann"}
ROOT = {"type": "Root", "arn": "arn:aws:iam::123456789012:root"}
FINDING = {
    "Severity": {"Label": "CRITICAL"},
    "Workflow": {"Status": "NEW"},
    "RecordState": "ACTIVE",
    "ProductName": "Security Hub",
}


def call(source: str, name: str, **detail: Any) -> dict[str, Any]:
    return {
        "source": source,
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {"eventName": name, "eventType": "AwsApiCall", "userIdentity": USER, **detail},
    }


def sign_in(**detail: Any) -> dict[str, Any]:
    return {
        "source": "aws.signin",
        "detail-type": "AWS Console Sign In via CloudTrail",
        "detail": {
            "eventName": "ConsoleLogin",
            "eventType": "AwsConsoleSignIn",
            "userIdentity": USER,
            "responseElements": {"ConsoleLogin": "Success"},
            "additionalEventData": {"MFAUsed": "Yes"},
            **detail,
        },
    }


def guard_duty(severity: float) -> dict[str, Any]:
    return {"source": "aws.guardduty", "detail-type": "GuardDuty Finding", "detail": {"severity": severity}}


def security_hub(**finding: Any) -> dict[str, Any]:
    return {
        "source": "aws.securityhub",
        "detail-type": "Security Hub Findings - Imported",
        # AWS sends a list of one and looks into lists; moto's matcher only looks into objects.
        "detail": {"findings": {**FINDING, **finding}},
    }


def inspector(**finding: Any) -> dict[str, Any]:
    detail = {"severity": "CRITICAL", "status": "ACTIVE", "exploitAvailable": "YES", "fixAvailable": "YES"}
    return {"source": "aws.inspector2", "detail-type": "Inspector2 Finding", "detail": {**detail, **finding}}


def config(compliance: str, rule: str = "s3-bucket-encrypted") -> dict[str, Any]:
    return {
        "source": "aws.config",
        "detail-type": "Config Rules Compliance Change",
        "detail": {
            "messageType": "ComplianceChangeNotification",
            "configRuleName": rule,
            "newEvaluationResult": {"complianceType": compliance},
        },
    }


def health(category: str, **detail: Any) -> dict[str, Any]:
    return {
        "source": "aws.health",
        "detail-type": "AWS Health Event",
        "detail": {"eventTypeCategory": category, **detail},
    }


def matching(event: dict[str, Any]) -> set[str]:
    """Names of the rules that an event sets off, as moto's event bus matches them."""
    return {rule.name for rule in EVENTS if matches(rule.pattern, event)}


def matches(pattern: Any, event: Any) -> bool:
    return bool(EventPattern.load(json.dumps(pattern)).matches_event(event))


@pytest.mark.parametrize(
    ("event", "rules"),
    [
        pytest.param(guard_duty(8.5), {"guardduty-high"}, id="an attack"),
        pytest.param(guard_duty(7), {"guardduty-high"}, id="the lowest high one"),
        pytest.param(guard_duty(5), {"guardduty-medium"}, id="something odd"),
        pytest.param(guard_duty(2), set(), id="a scan of ports"),
        pytest.param(security_hub(), {"security-hub-critical"}, id="a critical finding"),
        pytest.param(security_hub(Severity={"Label": "HIGH"}), {"security-hub-high"}, id="a high finding"),
        pytest.param(security_hub(Severity={"Label": "LOW"}), set(), id="a low finding"),
        pytest.param(security_hub(Workflow={"Status": "NOTIFIED"}), set(), id="a finding that was notified before"),
        pytest.param(security_hub(RecordState="ARCHIVED"), set(), id="a finding that was fixed"),
        pytest.param(security_hub(ProductName="GuardDuty"), set(), id="GuardDuty's, which come by their own rule"),
        pytest.param(security_hub(ProductName="Inspector"), set(), id="Inspector's, which come by their own rule"),
        pytest.param(inspector(), {"inspector-exploitable"}, id="a vulnerability that is exploited and has a fix"),
        pytest.param(inspector(exploitAvailable="NO"), set(), id="a vulnerability without an exploit"),
        pytest.param(inspector(fixAvailable="NO"), set(), id="a vulnerability without a fix"),
        pytest.param(inspector(status="CLOSED"), set(), id="a vulnerability that is gone"),
        pytest.param(inspector(severity="HIGH"), set(), id="a high vulnerability"),
        pytest.param(config("NON_COMPLIANT"), {"config-noncompliant"}, id="a resource that breaks a policy"),
        pytest.param(config("COMPLIANT"), set(), id="a resource that follows it again"),
        pytest.param(config("NON_COMPLIANT", "securityhub-s3-1"), set(), id="a rule of Security Hub's own"),
        pytest.param(call("aws.s3", "PutBucketPolicy", userIdentity=ROOT), {"root-used"}, id="root calls"),
        pytest.param(
            call("aws.kms", "Decrypt", userIdentity={**ROOT, "invokedBy": "s3.amazonaws.com"}), set(), id="AWS as root"
        ),
        pytest.param(sign_in(userIdentity=ROOT), {"root-used"}, id="root signs in"),
        pytest.param(sign_in(), set(), id="a login with a second factor"),
        pytest.param(
            sign_in(additionalEventData={"MFAUsed": "No"}), {"console-login-without-mfa"}, id="a password alone"
        ),
        pytest.param(
            sign_in(additionalEventData={"MFAUsed": "No"}, responseElements={"ConsoleLogin": "Failure"}),
            set(),
            id="a password that was wrong",
        ),
        pytest.param(
            sign_in(additionalEventData={"MFAUsed": "No"}, userIdentity={"type": "AssumedRole"}), set(), id="SSO"
        ),
        pytest.param(call("aws.iam", "CreateAccessKey"), {"iam-user-change"}, id="a new key"),
        pytest.param(call("aws.iam", "AttachRolePolicy"), {"iam-policy-change"}, id="new rights"),
        pytest.param(call("aws.iam", "GetUser"), set(), id="a look"),
        pytest.param(call("aws.cloudtrail", "StopLogging"), {"trail-tampered"}, id="the trail stops"),
        pytest.param(call("aws.kms", "ScheduleKeyDeletion"), {"key-disabled"}, id="a key goes"),
        pytest.param(health("issue"), {"aws-health-issue"}, id="AWS is ill"),
        pytest.param(health("scheduledChange"), {"aws-health-change"}, id="AWS plans"),
        pytest.param(health("issue", backupEvent="false"), {"aws-health-issue"}, id="an event of this region"),
        pytest.param(health("issue", backupEvent="true"), set(), id="a copy of another region's event"),
    ],
)
def test_an_event_sets_off_the_rule_that_is_meant_and_no_other(event: dict[str, Any], rules: set[str]) -> None:
    assert matching(event) == rules


@every_rule
def test_a_message_can_be_read_and_every_word_of_it_has_a_path(rule: EventRule) -> None:
    template = rule.message(RUNBOOKS)
    message = json.loads(template)

    # Amazon Q Developer drops whatever has another shape, without a word.
    assert (message["version"], message["source"]) == ("1.0", "custom")
    assert message["content"]["title"].startswith(rule.severity.upper())
    assert set(re.findall(r"<([a-z]+)>", template)) <= set(rule.paths)
    assert set(rule.words) <= set(re.findall(r"<([a-z]+)>", template)), "a path that nothing uses"
    assert len(rule.paths) <= 100, "EventBridge takes no more"
    assert f"{RUNBOOKS}/aws/{rule.name}.md" in template


@every_rule
def test_a_rule_notifies_the_topic_of_its_severity(rule: EventRule) -> None:
    result = deploy(EXAMPLES[SecurityEvents])
    made = result.of(aws.cloudwatch.EventRule)[f"security-{rule.name}"].inputs
    target = result.of(aws.cloudwatch.EventTarget)[f"security-{rule.name}"].inputs

    assert json.loads(made["eventPattern"]) == rule.pattern
    assert made["name"] == target["rule"] == f"belfry-prod-{rule.name}"
    assert target["arn"] == TOPIC_ARNS[rule.severity]
    assert target["inputTransformer"] == {"inputPaths": rule.paths, "inputTemplate": rule.message(RUNBOOKS)}


def test_calls_of_global_services_are_brought_home() -> None:
    result = deploy(EXAMPLES[SecurityEvents])
    rule, target = (
        result.of(kind)["security-global"] for kind in (aws.cloudwatch.EventRule, aws.cloudwatch.EventTarget)
    )

    assert rule.inputs["region"] == target.inputs["region"] == "us-east-1"
    assert target.inputs["arn"] == "arn:aws:events:eu-central-1:123456789012:event-bus/default"
    assert matches(GLOBAL_PATTERN, call("aws.iam", "CreateUser"))
    assert matches(GLOBAL_PATTERN, sign_in())
    assert matches(GLOBAL_PATTERN, call("aws.sts", "GetSessionToken", userIdentity=ROOT))
    assert not matches(GLOBAL_PATTERN, call("aws.sts", "AssumeRole"))
    assert matches(GLOBAL_PATTERN, health("issue", eventRegion="global"))
    assert not matches(GLOBAL_PATTERN, health("issue", eventRegion="us-east-1")), "an outage elsewhere"
    policy = result.only(aws.iam.RolePolicy)
    assert json.loads(policy.inputs["policy"])["Statement"][0]["Action"] == ["events:PutEvents"]
    assert policy.key in target.dependencies


def test_at_home_in_the_global_region_there_is_nothing_to_bring() -> None:
    result = deploy(lambda: SecurityEvents("security", replace(SECURITY_EVENTS, region="us-east-1")))

    assert "security-global" not in result.of(aws.cloudwatch.EventRule)


@pytest.fixture(name="audit")
def audit_alarms() -> Synth:
    return deploy(EXAMPLES[AuditAlarms])


@pytest.mark.parametrize("each", FILTERS, ids=lambda each: each.name)
def test_an_audit_alarm_watches_the_very_metric_that_its_filter_sends(audit: Synth, each: Any) -> None:
    source = audit.of(aws.cloudwatch.LogMetricFilter)[f"audit-{each.name}"]
    alarm = audit.of(aws.cloudwatch.MetricAlarm)[f"audit-{each.name}"]
    sent = source.inputs["metricTransformation"]

    assert (sent["namespace"], sent["name"]) == (alarm.inputs["namespace"], alarm.inputs["metricName"])
    assert sent["namespace"] == NAMESPACE
    assert sent["name"].startswith("main-"), "clusters of one account would count into one metric"
    assert "dimensions" not in alarm.inputs
    assert "defaultValue" not in sent, "zeroes are no news, and a metric with a value each minute is billed all month"
    assert source.inputs["logGroupName"] == "/aws/eks/main/cluster"
    assert alarm.inputs["alarmActions"] == alarm.inputs["okActions"] == [TOPIC_ARNS[each.severity]]
    assert alarm.inputs["treatMissingData"] == "notBreaching"
    assert alarm.inputs["tags"] == {"owner": "platform", "severity": str(each.severity)}
    assert each.reason in alarm.inputs["alarmDescription"]


def test_the_heartbeat_fires_every_hour_and_reaches_only_the_archive() -> None:
    result = deploy(EXAMPLES[Heartbeat])
    beat = result.of(aws.cloudwatch.MetricAlarm)["heartbeat-heartbeat"].inputs
    clock, target = result.only(aws.cloudwatch.EventRule).inputs, result.only(aws.cloudwatch.EventTarget).inputs

    assert clock["scheduleExpression"] == "rate(1 hour)"
    assert target["arn"] == HEARTBEAT_ARN
    assert beat["alarmActions"] == beat["okActions"] == [HEARTBEAT_ARN]
    assert beat["dimensions"] == {"RuleName": clock["name"]}
    # Between two beats nothing is sent, and that must calm it: only a change of state sends a message.
    assert beat["treatMissingData"] == "notBreaching"


def test_a_missing_heartbeat_notifies_people() -> None:
    silent = deploy(EXAMPLES[Heartbeat]).of(aws.cloudwatch.MetricAlarm)["heartbeat-alarm-path-silent"].inputs

    assert silent["dimensions"] == {"TopicName": "belfry-prod-heartbeat"}
    assert (silent["metricName"], silent["statistic"]) == ("NumberOfNotificationsDelivered", "Sum")
    assert silent["treatMissingData"] == "breaching", "silence is what it is about"
    assert silent["threshold"] == 3, "the schedule's message, ALARM and OK"
    assert silent["alarmActions"] == [TOPIC_ARNS[heartbeat.SILENT_SEVERITY]]
    assert silent["alarmActions"] != [HEARTBEAT_ARN], "what is silent cannot say so"
    assert silent["period"] * silent["evaluationPeriods"] <= 86_400


def test_every_event_filter_and_heartbeat_has_its_runbook_and_no_runbook_is_left_over() -> None:
    names = {rule.name for rule in EVENTS} | {each.name for each in FILTERS} | {heartbeat.BEAT, heartbeat.SILENT}
    names.add(forwarding_watch.SUPPRESSOR)

    assert {path.stem for path in RUNBOOK_FILES.glob("*.md")} == names
