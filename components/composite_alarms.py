"""What people are told of: one composite alarm for each severity of a system, above all its metric alarms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from model import labels
from model.alarms.composites import composites
from model.alarms.plan import COMPOSED
from model.alarms.runbooks import FOLDER
from model.vocabulary import Severity

# How long actions wait for the maintenance alarm to come, and stay quiet after it has gone: seconds.
# A deployment begins within two minutes of its announcement, and a cold service is well again within five.
SUPPRESSOR_WAIT, SUPPRESSOR_EXTENSION = 120, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A metric alarm. ``name`` is known beforehand, ``created`` is the same once the alarm exists."""

    name: str
    severity: Severity
    created: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeAlarmsArgs:
    """All metric alarms of a system. ``prefix`` starts the names in AWS.

    ``maintenance_alarm`` (a name or ARN) silences the system's composites while it is in ALARM.
    """

    system: str
    leaves: Sequence[Leaf]
    topic_arns: Mapping[Severity, pulumi.Input[str]]
    prefix: str
    owner: str
    runbooks: str
    maintenance_alarm: pulumi.Input[str] | None = None


@pulumi.type_token("belfry:aws:CompositeAlarms")
class CompositeAlarms(Component):
    """One composite alarm a severity: twenty alarms with one cause are one page.

    Decision: leaves of severity critical and warning have no actions of their own and are told through the composite
    only, which also tells of the recovery. Leaves of severity info act on their own: nobody is woken, and a sum of
    curiosities says nothing. The price: while the composite is in ALARM a further leaf is not announced again; it is
    listed as a child in the console, and the composite recovers only when all have.

    A child without data is no alarm. Where children are too many for one rule, parts without actions stand between.
    """

    arns: Mapping[Severity, pulumi.Output[str]]

    def __init__(self, name: str, args: CompositeAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        leaves = {
            severity: sorted((leaf for leaf in args.leaves if leaf.severity is severity), key=lambda leaf: leaf.name)
            for severity in COMPOSED
        }
        self.arns = {severity: self._above(name, severity, of, args) for severity, of in leaves.items() if of}
        self.register_outputs({"arns": {str(severity): arn for severity, arn in self.arns.items()}})

    def _above(
        self, name: str, severity: Severity, leaves: Sequence[Leaf], args: CompositeAlarmsArgs
    ) -> pulumi.Output[str]:
        """The composite of one severity. Raises KeyError when the severity has no topic."""
        topic = args.topic_arns[severity]
        known = {leaf.name: pulumi.Output.from_input(leaf.created) for leaf in leaves}
        *parts, top = composites(f"{args.prefix}-{severity}", [leaf.name for leaf in leaves])
        tags = {labels.OWNER_TAG: args.owner, labels.SEVERITY: str(severity), labels.SYSTEM: args.system}
        for part in parts:
            made = aws.cloudwatch.CompositeAlarm(
                f"{name}-{part.name.removeprefix(f'{args.prefix}-')}",
                alarm_name=part.name,
                alarm_description=f"Part of {top.name}, which is the one that acts.",
                alarm_rule=_after(part.rule, [known[child] for child in part.children]),
                tags=tags,
                opts=self.child(),
            )
            known[part.name] = made.alarm_name
        return aws.cloudwatch.CompositeAlarm(
            f"{name}-{severity}",
            alarm_name=top.name,
            alarm_description=(
                f"{args.system} has an alarm of severity {severity}; its children say which, and the description of "
                f"each links to its section of the runbooks in {args.runbooks}/{FOLDER}/"
            ),
            alarm_rule=_after(top.rule, [known[child] for child in top.children]),
            alarm_actions=[topic],
            ok_actions=[topic],
            actions_suppressor=None if args.maintenance_alarm is None else _suppressor(args.maintenance_alarm),
            tags=tags,
            opts=self.child(),
        ).arn


def _after(rule: str, children: Sequence[pulumi.Output[str]]) -> pulumi.Output[str]:
    """The rule, once all it names exists: CloudWatch refuses a rule over an alarm that does not."""
    return pulumi.Output.all(*children).apply(lambda _: rule)


def _suppressor(alarm: pulumi.Input[str]) -> aws.cloudwatch.CompositeAlarmActionsSuppressorArgs:
    return aws.cloudwatch.CompositeAlarmActionsSuppressorArgs(
        alarm=alarm, wait_period=SUPPRESSOR_WAIT, extension_period=SUPPRESSOR_EXTENSION
    )
