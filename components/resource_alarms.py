"""CloudWatch alarms of one resource of the catalog."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.base import Component
from model import labels
from model.alarms import RESULT, Alarm
from model.vocabulary import Direction, Severity

COMPARISON = {Direction.ABOVE: "GreaterThanThreshold", Direction.BELOW: "LessThanThreshold"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceAlarmsArgs:
    """The alarms of one resource, and the topic for each severity.

    ``prefix`` starts the alarms' names in AWS, which are shared by the whole account and region.
    """

    alarms: Sequence[Alarm]
    topic_arns: Mapping[Severity, pulumi.Input[str]]
    prefix: str
    owner: str
    runbooks: str


@pulumi.type_token("belfry:aws:ResourceAlarms")
class ResourceAlarms(Component):
    """One metric alarm for each entry of ``args.alarms``. It tells of the recovery too, or nobody closes anything."""

    arns: Sequence[pulumi.Output[str]]

    def __init__(self, name: str, args: ResourceAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.arns = [self._alarm(name, alarm, args).arn for alarm in args.alarms]
        self.register_outputs({"arns": self.arns})

    def _alarm(self, name: str, alarm: Alarm, args: ResourceAlarmsArgs) -> aws.cloudwatch.MetricAlarm:
        row = alarm.row
        topic = args.topic_arns[alarm.severity]
        return aws.cloudwatch.MetricAlarm(
            f"{name}-{alarm.key}",
            name=f"{args.prefix}-{alarm.key}",
            alarm_description=f"{row.summary}. {row.reason} Runbook: {args.runbooks}/cloudwatch/{row.name}.md",
            comparison_operator=COMPARISON[row.bad],
            threshold=float(alarm.threshold),
            evaluation_periods=row.periods,
            datapoints_to_alarm=row.datapoints,
            treat_missing_data=row.missing_data,
            alarm_actions=[topic],
            ok_actions=[topic],
            tags={labels.OWNER_TAG: args.owner, labels.SEVERITY: str(alarm.severity)},
            opts=self.child(),
            **_measure(alarm),
        )


def _measure(alarm: Alarm) -> dict[str, Any]:
    """What is measured: a single metric goes into the alarm itself, metric math into queries."""
    row = alarm.row
    if row.expression is None:
        (metric,) = alarm.metrics
        return {
            "namespace": alarm.namespace,
            "metric_name": metric.metric,
            "dimensions": metric.dimensions,
            # The alarm itself takes a percentile under another name; a query takes both under one.
            "extended_statistic" if metric.statistic.startswith("p") else "statistic": metric.statistic,
            "period": row.period_seconds,
        }
    queries: list[dict[str, Any]] = [
        {
            "id": metric.id,
            "metric": {
                "namespace": alarm.namespace,
                "metric_name": metric.metric,
                "dimensions": metric.dimensions,
                "stat": metric.statistic,
                "period": row.period_seconds,
            },
        }
        for metric in alarm.metrics
    ]
    return {"metric_queries": [*queries, {"id": RESULT, "expression": row.expression, "return_data": True}]}
