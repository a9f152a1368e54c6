"""CloudWatch and SNS as boto3 reaches them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from model.verification.aws import Alarm, Topic
from model.verification.expected import Dimensions

_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
_KINDS = ("MetricAlarm", "CompositeAlarm")


@dataclass(frozen=True, slots=True)
class AwsCloudWatch:
    """``client``: boto3's. ``prefixes`` begin the names of the environment's alarms."""

    client: Any = field(repr=False)
    prefixes: Sequence[str]

    def alarms(self) -> tuple[Sequence[Alarm], Sequence[Alarm]]:
        """Metric alarms and composite alarms of the environment."""
        found: dict[str, list[Alarm]] = {kind: [] for kind in _KINDS}
        for prefix in self.prefixes:
            pages = self.client.get_paginator("describe_alarms").paginate(
                AlarmNamePrefix=prefix, AlarmTypes=list(_KINDS)
            )
            for page in pages:
                for kind in _KINDS:
                    found[kind] += map(_alarm, page.get(f"{kind}s", ()))
        metric, composite = (found[kind] for kind in _KINDS)
        return metric, composite

    def has_metric(self, namespace: str, dimensions: Dimensions) -> bool:
        """Whether a metric with these dimensions, and perhaps more, reported within two weeks."""
        filters = [{"Name": name, "Value": value} for name, value in dimensions]
        pages = self.client.get_paginator("list_metrics").paginate(Namespace=namespace, Dimensions=filters)
        # A page can be empty although another follows.
        return any(page["Metrics"] for page in pages)


def _alarm(found: Mapping[str, Any]) -> Alarm:
    since = found.get("StateTransitionedTimestamp") or found["StateUpdatedTimestamp"]
    dimensions = tuple(sorted((one["Name"], one["Value"]) for one in found.get("Dimensions", ())))
    return Alarm(
        name=found["AlarmName"],
        enabled=found["ActionsEnabled"],
        actions=tuple(action for key in _ACTIONS for action in found.get(key, ())),
        state=found["StateValue"],
        since=since.timestamp(),
        decides={**found, "Dimensions": dimensions},
    )


@dataclass(frozen=True, slots=True)
class AwsSns:
    """``client``: boto3's."""

    client: Any = field(repr=False)

    def topics(self, names: Collection[str]) -> Sequence[Topic]:
        """Those of ``names`` that exist."""
        arns = {arn.rpartition(":")[2]: arn for arn in self._arns()}
        return [self._topic(name, arns[name]) for name in sorted(names) if name in arns]

    def _arns(self) -> Iterator[str]:
        for page in self.client.get_paginator("list_topics").paginate():
            yield from (one["TopicArn"] for one in page["Topics"])

    def _topic(self, name: str, arn: str) -> Topic:
        attributes = self.client.get_topic_attributes(TopicArn=arn)["Attributes"]
        pages = self.client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
        subscriptions = [(one["Protocol"], one["SubscriptionArn"]) for page in pages for one in page["Subscriptions"]]
        return Topic(
            name=name,
            key=attributes.get("KmsMasterKeyId", ""),
            policy=attributes.get("Policy", ""),
            subscriptions=tuple(sorted(subscriptions)),
        )
