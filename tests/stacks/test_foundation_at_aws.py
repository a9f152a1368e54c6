"""What is planned for the account, made in moto: AWS takes it as it is."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pulumi_aws as aws
import pytest
from moto import mock_aws

from tests.stacks.foundation import plan
from tests.synth import Synth


@pytest.fixture(name="replayed")
def made_in_moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[Synth]:
    """Prod's plan, with a made-up AWS behind boto3, which checks the shape of every request."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    with mock_aws():
        yield plan("prod")


def client(service: str, region: str = "eu-central-1") -> Any:
    return boto3.client(service, region_name=region)


def upper(value: Any) -> Any:
    """Keys as AWS spells them."""
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: upper(item) for key, item in value.items()}
    return [upper(item) for item in value] if isinstance(value, list) else value


def test_aws_takes_topics_policies_keys_and_subscriptions_as_they_are_planned(replayed: Synth) -> None:
    kms, sns, sqs = client("kms"), client("sns"), client("sqs")
    key = kms.create_key(Policy=replayed.of(aws.kms.Key)["alarms-key"].inputs["policy"])["KeyMetadata"]["KeyId"]
    assert json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])["Statement"]
    made: dict[str, str] = {}
    for name, topic in replayed.of(aws.sns.Topic).items():
        arn = sns.create_topic(Name=topic.inputs["name"], Attributes={"KmsMasterKeyId": key})["TopicArn"]
        planned = f"arn:aws:mock:eu-central-1:123456789012:{name}"
        policy = replayed.of(aws.sns.TopicPolicy)[name].inputs["policy"].replace(planned, arn)
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
        assert json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]) == json.loads(policy)
        made[planned] = arn
    for name, queue in replayed.of(aws.sqs.Queue).items():
        attributes = {"MessageRetentionPeriod": str(queue.inputs["messageRetentionSeconds"])}
        if queue.inputs.get("sqsManagedSseEnabled"):
            attributes["SqsManagedSseEnabled"] = "true"
        else:  # the topics' own key encrypts what others may put in
            attributes["KmsMasterKeyId"] = key
            attributes["Policy"] = replayed.of(aws.sqs.QueuePolicy)[name].inputs["policy"]
        url = sqs.create_queue(QueueName=queue.inputs["name"], Attributes=attributes)["QueueUrl"]
        back = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert {attribute: back[attribute] for attribute in attributes} == attributes
        made[f"arn:aws:mock:eu-central-1:123456789012:{name}"] = back["QueueArn"]
    for subscription in replayed.of(aws.sns.TopicSubscription).values():
        wanted, endpoint = subscription.inputs, subscription.inputs["endpoint"]
        attributes = {}
        if "redrivePolicy" in wanted:
            target = made[json.loads(wanted["redrivePolicy"])["deadLetterTargetArn"]]
            attributes = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": target})}
        arn = sns.subscribe(
            TopicArn=made[wanted["topic"]],
            Protocol=wanted["protocol"],
            Endpoint=made.get(endpoint, endpoint),
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        found = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        assert (found["Protocol"], found["Endpoint"]) == (wanted["protocol"], made.get(endpoint, endpoint))
        assert found.get("RedrivePolicy") == attributes.get("RedrivePolicy")


def test_aws_takes_rules_and_their_messages_as_they_are_planned(replayed: Synth) -> None:
    for name, rule in replayed.of(aws.cloudwatch.EventRule).items():
        wanted, target = rule.inputs, replayed.of(aws.cloudwatch.EventTarget)[name].inputs
        events = client("events", wanted.get("region", "eu-central-1"))
        source = {
            key[0].upper() + key[1:]: wanted[key] for key in ("eventPattern", "scheduleExpression") if key in wanted
        }
        events.put_rule(Name=wanted["name"], Description=wanted["description"], **source)
        sent: dict[str, Any] = {"Id": target["targetId"], "Arn": target["arn"].replace("arn:aws:mock", "arn:aws:sns")}
        if "input" in target:
            sent["Input"] = target["input"]
        if "inputTransformer" in target:
            transformer = target["inputTransformer"]
            sent["InputTransformer"] = {
                "InputPathsMap": transformer["inputPaths"],
                "InputTemplate": transformer["inputTemplate"],
            }
        if "roleArn" in target:
            sent["RoleArn"] = target["roleArn"]
        failed = events.put_targets(Rule=wanted["name"], Targets=[sent])
        assert failed["FailedEntryCount"] == 0
        back = events.describe_rule(Name=wanted["name"])
        assert {key: back[key] for key in source} == source
        assert events.list_targets_by_rule(Rule=wanted["name"])["Targets"] == [sent]


def test_aws_takes_log_groups_filters_and_alarms_as_they_are_planned(replayed: Synth) -> None:
    logs, cloudwatch = client("logs"), client("cloudwatch")
    for group in replayed.of(aws.cloudwatch.LogGroup).values():
        logs.create_log_group(logGroupName=group.inputs["name"])
        logs.put_retention_policy(logGroupName=group.inputs["name"], retentionInDays=group.inputs["retentionInDays"])
    kept = {group["logGroupName"]: group["retentionInDays"] for group in logs.describe_log_groups()["logGroups"]}
    assert kept == {
        g.inputs["name"]: g.inputs["retentionInDays"] for g in replayed.of(aws.cloudwatch.LogGroup).values()
    }
    for each in replayed.of(aws.cloudwatch.LogMetricFilter).values():
        sent = each.inputs["metricTransformation"]
        transformation = {
            "metricName": sent["name"],
            "metricNamespace": sent["namespace"],
            "metricValue": sent["value"],
            "unit": sent["unit"],
        }
        logs.put_metric_filter(
            logGroupName=each.inputs["logGroupName"],
            filterName=each.inputs["name"],
            filterPattern=each.inputs["pattern"],
            metricTransformations=[transformation],
        )
        (back,) = logs.describe_metric_filters(filterNamePrefix=each.inputs["name"])["metricFilters"]
        assert back["filterPattern"] == each.inputs["pattern"]
        assert {key: back["metricTransformations"][0][key] for key in transformation} == transformation
    for alarm in replayed.of(aws.cloudwatch.MetricAlarm).values():
        request = upper(
            {key: value for key, value in alarm.inputs.items() if key not in ("name", "tags", "dimensions")}
        )
        # Those that Alertmanager hears of have no actions.
        request |= {"AlarmName": alarm.inputs["name"], "OKActions": request.pop("OkActions", [])}
        request["Dimensions"] = [{"Name": key, "Value": v} for key, v in alarm.inputs.get("dimensions", {}).items()]
        cloudwatch.put_metric_alarm(**request)
        (back,) = cloudwatch.describe_alarms(AlarmNames=[alarm.inputs["name"]])["MetricAlarms"]
        assert {key: back[key] for key in request} == request


def test_moto_knows_no_chat_channels() -> None:
    """Amazon Q Developer's channel is compared with the components' test alone: moto does not know the service."""
    from moto.backend_index import backend_url_patterns  # noqa: PLC0415 (the one private look)

    services = {service for service, _ in backend_url_patterns}
    assert "chatbot" not in services
    assert {"sns", "sqs", "events", "logs", "cloudwatch", "kms"} <= services
