"""The first layer alone, built from the project's own stacks: it needs neither rules nor dashboards."""

import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest

from configs.iam.resource_policies import Publisher
from model.assets import Assets
from model.catalog.catalog import Catalog
from stacks import foundation
from stacks.inputs import ROOT, Inputs
from stacks.settings import Settings
from tests.stacks.deployment import ENVIRONMENTS, INVOKES, computed, made_up_secrets, stack_config
from tests.synth import Resource, Synth, synth

every_environment = pytest.mark.parametrize("stack", ENVIRONMENTS)

ISSUER = "https://oidc.eks.eu-central-1.amazonaws.com/id/THEIRS"
FOUND = {
    "aws:eks/getCluster:getCluster": {
        **INVOKES["aws:eks/getCluster:getCluster"],
        "identities": [{"oidcs": [{"issuer": ISSUER}]}],
    }
}
ADOPTED = {"mode": "adopt", "name": "theirs"}
THEIR_STORAGE = {"class": "gp3"}  # without a class named, claims of an adopted cluster could wait forever


def settings(stack: str, changes: Mapping[str, Any] | None = None) -> Settings:
    given = {key.removeprefix("belfry:"): value for key, value in stack_config(stack).items()}
    return Settings.of(stack, {**given, **(changes or {})})


def deploy(stack: str, *, preview: bool = False, root: Path = ROOT, **changes: Any) -> Synth:
    """The first layer of a stack with changed settings."""

    def program() -> None:
        nothing = Assets(items=())
        inputs = Inputs(
            stated=settings(stack, changes),
            catalog=Catalog.load(root / "catalog"),
            lacking=(),
            renamed={},
            assets=nothing,
            rules={},
            log_rules={},
            alarms=(),
            security_events=(),
            dashboards=(),
        )
        foundation.build(inputs)

    return synth(
        program,
        stack=stack,
        preview=preview,
        secret_config={"secrets": made_up_secrets()},
        invokes={**INVOKES, **FOUND},
        state=computed,
    )


@functools.cache
def plan(stack: str) -> Synth:
    """A stack as it is shipped; tests look at it and change nothing."""
    return deploy(stack)


def documents(result: Synth) -> Iterator[tuple[Resource, dict[str, Any]]]:
    """Every policy of a plan, statement by statement."""
    for resource in result.resources.values():
        for key in ("policy", "assumeRolePolicy", "accessPolicy"):
            text = resource.inputs.get(key)
            if isinstance(text, str):
                for statement in json.loads(text)["Statement"]:
                    yield resource, statement


def words(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def admitted(statements: list[dict[str, Any]], service: str, action: str) -> bool:
    """Whether a policy on a resource lets a service do something, under no condition that the service cannot meet."""
    account = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    # EventBridge names no account when it asks SNS and KMS: under that condition it is refused.
    allowed = [{}] if service == "events.amazonaws.com" else [{}, account]
    return any(
        statement["Effect"] == "Allow"
        and statement["Principal"].get("Service") == service
        and action in words(statement["Action"])
        and statement.get("Condition", {}) in allowed
        for statement in statements
    )


def unreachable(result: Synth) -> list[str]:
    """Alarms, composites and rules of a plan that publish to a topic which would drop what they say."""
    keys = {f"{name}-id": key for name, key in result.of(aws.kms.Key).items()}
    policies = {policy.inputs["arn"]: policy for policy in result.of(aws.sns.TopicPolicy).values()}
    topics = {f"arn:aws:mock:eu-central-1:123456789012:{name}": t for name, t in result.of(aws.sns.Topic).items()}
    senders = [
        (name, Publisher.CLOUDWATCH, arn)
        for kind in (aws.cloudwatch.MetricAlarm, aws.cloudwatch.CompositeAlarm)
        for name, alarm in result.of(kind).items()
        for arn in (*alarm.inputs.get("alarmActions", []), *alarm.inputs.get("okActions", []))
    ]
    senders += [
        (name, Publisher.EVENTBRIDGE, target.inputs["arn"])
        for name, target in result.of(aws.cloudwatch.EventTarget).items()
        # A bus hands on, and Karpenter's queue is read by a program: neither notifies anybody.
        if ":event-bus/" not in target.inputs["arn"] and target.inputs["targetId"] != "karpenter"
    ]
    lost = []
    for name, service, arn in senders:
        topic = topics.get(arn)
        if topic is None:
            lost.append(f"{name}: no topic {arn}")
            continue
        key = json.loads(keys[topic.inputs["kmsMasterKeyId"]].inputs["policy"])["Statement"]
        policy = json.loads(policies[arn].inputs["policy"])["Statement"]
        if not all(admitted(key, service, action) for action in ("kms:Decrypt", "kms:GenerateDataKey*")):
            lost.append(f"{name}: the key of {arn} refuses {service}")
        if not admitted(policy, service, "sns:Publish"):
            lost.append(f"{name}: {arn} refuses {service}")
    return lost
