"""Security events of the account and AWS Health events, sent to the topics of the alarms."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.role import role
from configs.iam import policies
from configs.iam.policy import trust
from model.account.aws_regions import GLOBAL_REGION
from model.alarms.security_events import GLOBAL_PATTERN, EventRule
from model.vocabulary import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEventsArgs:
    """``prefix`` starts the rules' names; ``runbooks`` is a base URL.

    ``brings_global``: whether events of global services are brought here; one environment of an account does it.
    """

    rules: Sequence[EventRule]
    topic_arns: Mapping[Severity, pulumi.Input[str]]
    prefix: str
    region: str
    account_id: pulumi.Input[str]
    runbooks: str
    brings_global: bool = True


@pulumi.type_token("belfry:aws:SecurityEvents")
class SecurityEvents(Component):
    """EventBridge rules with readable messages, and a bridge that brings the events of global services here.

    It needs what sends the events: a CloudTrail trail with management events, GuardDuty, Security Hub.
    Deliberately without: switching those on. They are one for an account or an organization, and cost by what they see.
    """

    rule_names: Sequence[pulumi.Output[str]]

    def __init__(self, name: str, args: SecurityEventsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.rule_names = [self._rule(name, rule, args) for rule in args.rules]
        if args.brings_global and args.region != GLOBAL_REGION:
            self._bridge(name, args)
        self.register_outputs({"rule_names": self.rule_names})

    def _rule(self, name: str, rule: EventRule, args: SecurityEventsArgs) -> pulumi.Output[str]:
        made = aws.cloudwatch.EventRule(
            f"{name}-{rule.name}",
            name=f"{args.prefix}-{rule.name}",
            description=f"{rule.summary}. {rule.reason}"[:512],
            event_pattern=json.dumps(rule.pattern, sort_keys=True),
            opts=self.child(),
        )
        aws.cloudwatch.EventTarget(
            f"{name}-{rule.name}",
            rule=made.name,
            target_id="topic",
            arn=args.topic_arns[rule.severity],
            input_transformer={"input_paths": rule.paths, "input_template": rule.message(args.runbooks)},
            opts=self.child(),
        )
        return made.name

    def _bridge(self, name: str, args: SecurityEventsArgs) -> None:
        home = pulumi.Output.concat("arn:aws:events:", args.region, ":", args.account_id, ":event-bus/default")
        rule = aws.cloudwatch.EventRule(
            f"{name}-global",
            region=GLOBAL_REGION,
            name=global_rule_name(args),
            description=f"Calls of global services, and their health, which are known here alone, to {args.region}",
            event_pattern=json.dumps(GLOBAL_PATTERN, sort_keys=True),
            opts=self.child(),
        )
        aws.cloudwatch.EventTarget(
            f"{name}-global",
            region=GLOBAL_REGION,
            rule=rule.name,
            target_id="home",
            arn=home,
            role_arn=role(
                self,
                f"{name}-global",
                trust=pulumi.Output.from_input(args.account_id).apply(
                    lambda id_: trust(
                        "events.amazonaws.com",
                        account=id_,
                        source=f"arn:aws:events:{GLOBAL_REGION}:{id_}:rule/{global_rule_name(args)}",
                    )
                ),
                policy=home.apply(lambda bus: policies.forward_events(bus=bus)),
            ),
            opts=self.child(),
        )


def global_rule_name(args: SecurityEventsArgs) -> str:
    """Of the rule in the global region; environments in different regions have one each."""
    return f"{args.prefix}-{args.region}-global-events"
