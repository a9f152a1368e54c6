"""Maintenance windows for composite alarms, as mute rules of CloudWatch."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from model.alerting.alarm_mute_rules import MuteRule


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmMuteRulesArgs:
    """``prefix`` starts the rules' names in AWS."""

    rules: Sequence[MuteRule]
    prefix: str


@pulumi.type_token("belfry:aws:AlarmMuteRules")
class AlarmMuteRules(Component):
    """One mute rule for each announced window of whole systems. Alarms go on evaluating; only their actions are muted.

    Deliberately without mute times that come again: composites notify only while Alertmanager hears of nothing, and
    then one message too many is better than one too few.
    """

    def __init__(self, name: str, args: AlarmMuteRulesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for rule in args.rules:
            aws.cloudwatch.AlarmMuteRule(
                f"{name}-{rule.name}",
                name=f"{args.prefix}-{rule.name}",
                description=rule.reason[:1024],
                mute_targets={"alarm_names": list(rule.alarms)},
                rule={
                    "schedule": {
                        "expression": f"at({rule.at})",
                        "duration": rule.duration,
                        "timezone": rule.time_zone,
                    }
                },
                opts=self.child(),
            )
        self.register_outputs({})
