"""Log groups with an end: CloudWatch keeps what nobody gave one forever, and bills it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroup:
    """``name`` in AWS, and how long lines are kept: a number of days that CloudWatch takes."""

    name: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroupsArgs:
    """Groups by a name of our own; the key must admit CloudWatch Logs."""

    groups: Mapping[str, LogGroup]
    key_arn: pulumi.Input[str]


@pulumi.type_token("belfry:aws:LogGroups")
class LogGroups(Component):
    """Encrypted log groups, made before whoever writes to them would make them without an end."""

    arns: Mapping[str, pulumi.Output[str]]

    def __init__(self, name: str, args: LogGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.arns = {
            key: aws.cloudwatch.LogGroup(
                f"{name}-{key}",
                name=group.name,
                retention_in_days=group.days,
                kms_key_id=args.key_arn,
                opts=self.child(),
            ).arn
            for key, group in sorted(args.groups.items())
        }
        self.register_outputs({"arns": dict(self.arns)})
