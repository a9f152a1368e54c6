"""CloudWatch alarms of one resource of the catalog, or of the account, the cluster or one of our topics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from components.base import Component
from model import labels
from model.alarms.alarm import BAND, RESULT, Alarm, MetricQuery, alarm_name, placeholders
from model.alarms.runbooks import runbook_url
from model.quantities import plain
from model.vocabulary import Direction, Severity

COMPARISON = {Direction.ABOVE: "GreaterThanThreshold", Direction.BELOW: "LessThanThreshold"}
BAND_COMPARISON = {Direction.ABOVE: "GreaterThanUpperThreshold", Direction.BELOW: "LessThanLowerThreshold"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceAlarmsArgs:
    """The alarms of one subject, and the topic of each severity that acts on its own.

    A severity without a topic is notified by Alertmanager or by a composite alarm
    (``components/composite_alarms.py``). ``prefix`` starts the alarms' names in AWS, which are shared by the whole
    account and region.
    ``account_id`` and ``region`` are for dimensions that name them; some services' do. ``made``: word -> the
    ID that AWS gave to what this program makes.
    """

    alarms: Sequence[Alarm]
    topic_arns: Mapping[Severity, pulumi.Input[str]]
    prefix: str
    owner: str
    runbooks: str
    account_id: pulumi.Input[str] | None = None
    region: str | None = None
    made: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)


@pulumi.type_token("belfry:aws:ResourceAlarms")
class ResourceAlarms(Component):
    """One metric alarm for each entry of ``args.alarms``. It notifies of recoveries too, or nobody closes incidents.

    ``names`` are the alarms' names in AWS by key, known once the alarms exist: what a composite alarm waits for.
    """

    arns: Sequence[pulumi.Output[str]]
    names: Mapping[str, pulumi.Output[str]]

    def __init__(self, name: str, args: ResourceAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        made = {alarm.key: self._alarm(name, alarm, args) for alarm in args.alarms}
        self.arns = [alarm.arn for alarm in made.values()]
        self.names = {key: alarm.name for key, alarm in made.items()}
        self.register_outputs({"arns": self.arns, "names": self.names})

    def _alarm(self, name: str, alarm: Alarm, args: ResourceAlarmsArgs) -> aws.cloudwatch.MetricAlarm:
        row = alarm.row
        topics = [args.topic_arns[alarm.severity]] if alarm.severity in args.topic_arns else []
        return aws.cloudwatch.MetricAlarm(
            f"{name}-{alarm.key}",
            name=alarm_name(args.prefix, alarm.key),
            alarm_description=f"{row.summary}. {row.reason} Runbook: {_runbook(alarm, args)}",
            evaluation_periods=row.periods,
            datapoints_to_alarm=row.datapoints,
            treat_missing_data=row.missing_data,
            alarm_actions=topics,
            ok_actions=topics,
            tags={labels.OWNER_TAG: args.owner, labels.SEVERITY: str(alarm.severity)},
            opts=self.child(),
            **_measure(alarm, args),
        )


def _runbook(alarm: Alarm, args: ResourceAlarmsArgs) -> str:
    return runbook_url(args.runbooks, alarm.metrics[0].namespace, alarm.row.name)


def _measure(alarm: Alarm, args: ResourceAlarmsArgs) -> dict[str, Any]:
    """What is measured and where its line is: a number for a single metric or for metric math, or a band.

    The unit is never given: CloudWatch would then look only at data points sent with that very unit.
    """
    row = alarm.row
    if row.threshold.band is not None:
        (metric,) = alarm.metrics
        band = {"id": BAND, "expression": f"ANOMALY_DETECTION_BAND({metric.id}, {plain(alarm.threshold)})"}
        return {
            "comparison_operator": BAND_COMPARISON[row.bad],
            # Both have to be returned: the band is compared with the metric.
            "metric_queries": [{**_query(metric, alarm, args), "return_data": True}, {**band, "return_data": True}],
            "threshold_metric_id": BAND,
        }
    line = {"comparison_operator": COMPARISON[row.bad], "threshold": float(alarm.threshold)}
    if row.expression is not None:
        queries = [_query(metric, alarm, args) for metric in alarm.metrics]
        return {**line, "metric_queries": [*queries, {"id": RESULT, "expression": row.expression, "return_data": True}]}
    (metric,) = alarm.metrics
    return {
        **line,
        "namespace": metric.namespace,
        "metric_name": metric.metric,
        "dimensions": _dimensions(metric, args),
        # The alarm itself takes a percentile under another name; a query takes both under one.
        "extended_statistic" if metric.statistic.startswith("p") else "statistic": metric.statistic,
        "period": row.period_seconds,
    }


def _query(metric: MetricQuery, alarm: Alarm, args: ResourceAlarmsArgs) -> dict[str, Any]:
    return {
        "id": metric.id,
        "metric": {
            "namespace": metric.namespace,
            "metric_name": metric.metric,
            "dimensions": _dimensions(metric, args),
            "stat": metric.statistic,
            "period": alarm.row.period_seconds,
        },
    }


def _dimensions(metric: MetricQuery, args: ResourceAlarmsArgs) -> dict[str, pulumi.Input[str]]:
    return {name: _placed(value, args) for name, value in metric.dimensions.items()}


def _placed(value: str, args: ResourceAlarmsArgs) -> pulumi.Input[str]:
    """The value with account, region and IDs, which only this deployment knows."""
    known = {**args.made, "region": args.region, "account": args.account_id}
    words = {word: known.get(word) for word in placeholders(value)}
    assert None not in words.values(), f"these alarms need {', '.join(words)}"
    if all(isinstance(word, str) for word in words.values()):
        return value.format_map(words)
    return pulumi.Output.all(**words).apply(value.format_map)
