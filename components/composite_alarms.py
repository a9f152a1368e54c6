"""The direct way to people: one composite alarm for each severity of a system, above all its metric alarms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from model import labels
from model.alarms.composites import composites
from model.alarms.plan import COMPOSED
from model.vocabulary import Severity

# How long a composite waits for the suppressor to go into ALARM, and how long it stays quiet after the suppressor has
# left ALARM: seconds. One evaluation of the suppressor each: it may be late by that much, and a page waits no longer.
SUPPRESSOR_WAIT, SUPPRESSOR_EXTENSION = 60, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A metric alarm. ``name`` is known beforehand, ``created`` is the same once the alarm exists."""

    name: str
    severity: Severity
    created: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeAlarmsArgs:
    """All metric alarms of a system. ``prefix`` starts the names in AWS.

    ``suppressor`` (a name or ARN): the composites notify nobody while it is in ALARM. It is in ALARM as long as
    Alertmanager hears of the leaves (``components/alarm_events.py``); without one, composites always notify.
    """

    system: str
    leaves: Sequence[Leaf]
    topic_arns: Mapping[Severity, pulumi.Input[str]]
    prefix: str
    owner: str
    runbooks: str
    suppressor: pulumi.Input[str] | None = None


@pulumi.type_token("belfry:aws:CompositeAlarms")
class CompositeAlarms(Component):
    """One composite alarm a severity, which notifies where nothing else does: twenty alarms of one cause are one page.

    Leaves of severity critical and warning have no actions of their own. Where the forwarder delivers, each leaf is an
    alert of its own in Alertmanager, a further leaf too, and the composite is suppressed. Where it does not, the
    composite notifies in its place: of the first leaf and of the end of the last one, since it stays in ALARM between.
    Leaves of severity info have no composite: nobody is woken, and a sum of curiosities says nothing.

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
            alarm_description=_description(severity, args),
            alarm_rule=_after(top.rule, [known[child] for child in top.children]),
            alarm_actions=[topic],
            ok_actions=[topic],
            actions_suppressor=None if args.suppressor is None else _suppressor(args.suppressor),
            tags=tags,
            opts=self.child(),
        ).arn


def _after(rule: str, children: Sequence[pulumi.Output[str]]) -> pulumi.Output[str]:
    """The rule, once all it names exists: CloudWatch refuses a rule over an alarm that does not."""
    return pulumi.Output.all(*children).apply(lambda _: rule)


def _description(severity: Severity, args: CompositeAlarmsArgs) -> str:
    said = (
        f"At least one alarm of {args.system} of severity {severity} is in ALARM; its children are the alarms, and "
        f"the description of each links to its runbook below {args.runbooks}/."
    )
    if args.suppressor is None:
        return f"{said} A further child that goes into ALARM is not notified again."
    return (
        f"{said} Alertmanager notifies of each child. This alarm notifies only while alarms do not reach "
        f"Alertmanager, and only of the first child. The suppressor's ALARM means that they do."
    )


def _suppressor(alarm: pulumi.Input[str]) -> aws.cloudwatch.CompositeAlarmActionsSuppressorArgs:
    return aws.cloudwatch.CompositeAlarmActionsSuppressorArgs(
        alarm=alarm, wait_period=SUPPRESSOR_WAIT, extension_period=SUPPRESSOR_EXTENSION
    )
