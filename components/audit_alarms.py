"""Alarms on the Kubernetes audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from model import labels
from model.alarms.audit_filters import NAMESPACE, PERIOD_SECONDS, AuditFilter
from model.vocabulary import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditAlarmsArgs:
    """``log_group`` is the control plane's. ``prefix`` starts the alarms' names, ``runbooks`` is a base URL.

    An alarm whose severity has no topic has no action: Alertmanager or a composite alarm notifies of it.
    """

    filters: Sequence[AuditFilter]
    cluster_name: str
    log_group: pulumi.Input[str]
    topic_arns: Mapping[Severity, pulumi.Input[str]]
    prefix: str
    owner: str
    runbooks: str


@pulumi.type_token("belfry:aws:AuditAlarms")
class AuditAlarms(Component):
    """A metric filter and an alarm for each entry. A metric filter reads along; it changes nothing of the log."""

    arns: Sequence[pulumi.Output[str]]
    names: Mapping[str, pulumi.Output[str]]

    def __init__(self, name: str, args: AuditAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        made = {each.name: self._alarm(name, each, args) for each in args.filters}
        self.arns = [alarm.arn for alarm in made.values()]
        self.names = {key: alarm.name for key, alarm in made.items()}
        self.register_outputs({"arns": self.arns, "names": self.names})

    def _alarm(self, name: str, each: AuditFilter, args: AuditAlarmsArgs) -> aws.cloudwatch.MetricAlarm:
        metric = each.metric(args.cluster_name)
        source = aws.cloudwatch.LogMetricFilter(
            f"{name}-{each.name}",
            name=f"{args.prefix}-{each.name}",
            log_group_name=args.log_group,
            pattern=each.pattern,
            metric_transformation={"namespace": NAMESPACE, "name": metric, "value": "1", "unit": "Count"},
            opts=self.child(),
        )
        topics = [args.topic_arns[each.severity]] if each.severity in args.topic_arns else []
        return aws.cloudwatch.MetricAlarm(
            f"{name}-{each.name}",
            name=f"{args.prefix}-{each.name}",
            alarm_description=f"{each.summary}. {each.reason} Runbook: {args.runbooks}/aws/{each.name}.md",
            namespace=NAMESPACE,
            metric_name=metric,
            statistic="Sum",
            period=PERIOD_SECONDS,
            evaluation_periods=1,
            datapoints_to_alarm=1,
            comparison_operator="GreaterThanThreshold",
            threshold=float(each.threshold),
            treat_missing_data="notBreaching",
            alarm_actions=topics,
            ok_actions=topics,
            tags={labels.OWNER_TAG: args.owner, labels.SEVERITY: str(each.severity)},
            # The metric exists once its filter does.
            opts=self.child(depends_on=[source]),
        )
