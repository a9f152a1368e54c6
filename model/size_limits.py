"""How large an object may be: every limit that a growing catalog can reach, in one table with its source.

What a limit is about is counted before the first resource is registered (``stacks/size_checks.py``), rules and boards
also when they are written (``authoring/bundles/sizes.py``). Without that, the cluster or AWS refuses one object in the
middle of an update, or the Prometheus Operator skips it and its alerts are missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from model.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most ``most`` of ``unit`` in one ``what``. ``source``: who refuses more, and where that is written."""

    what: str
    most: int
    unit: str
    source: str

    def problems(self, where: str, size: int, help_: str = "") -> Iterator[Problem]:
        """A mistake at ``where`` when ``size`` is too much; ``help_`` says how to make it less."""
        if size > self.most:
            rest = f"; {help_}" if help_ else ""
            yield Problem(where, f"found {self.what} of {size:,} {self.unit}", f"at most {self.most:,}{rest}")


# The operator's own limit is half of what a Secret holds: it copies rules into ConfigMaps. Its admission webhook counts
# the same; where the webhook is off, the operator skips the object and only PrometheusOperatorRejects fires.
PROMETHEUS_RULE: Final = Limit(
    what="a PrometheusRule",
    most=524_288,
    unit="bytes",
    source="prometheus-operator, pkg/operator/rules.go: MaxConfigMapDataSize, of the spec as YAML",
)
# etcd takes requests of 1.5 MiB; the API server's own limit for these two kinds is lower, and counts keys and values.
CONFIG_MAP: Final = Limit(
    what="a ConfigMap", most=1_048_576, unit="bytes", source="Kubernetes, core/v1: MaxSecretSize, of all values"
)
SECRET: Final = Limit(
    what="a Secret", most=1_048_576, unit="bytes", source="Kubernetes, core/v1: MaxSecretSize, of all values"
)
# Helm keeps chart, values and manifest in one Secret: JSON, gzip, base64.
HELM_RELEASE: Final = Limit(
    what="a Helm release", most=1_048_576, unit="bytes", source="Helm, storage/driver: one Secret for a revision"
)
ROLE_POLICY: Final = Limit(
    what="a role's inline policy",
    most=10_240,
    unit="characters without blanks",
    source="IAM and AWS STS quotas: inline policies of a role, all together; cannot be raised",
)
TOPIC_POLICY: Final = Limit(
    what="a topic's policy", most=30_720, unit="bytes", source="Amazon SNS quotas: size of a topic policy"
)
QUEUE_POLICY: Final = Limit(what="a queue's policy", most=8_192, unit="bytes", source="Amazon SQS policy quotas")
EVENT_PATTERN: Final = Limit(
    what="an event pattern", most=2_048, unit="characters", source="Amazon EventBridge quotas: event pattern size"
)
DASHBOARD_WIDGETS: Final = Limit(
    what="a CloudWatch dashboard", most=500, unit="widgets", source="CloudWatch service quotas: dashboards"
)
DASHBOARD_METRICS: Final = Limit(
    what="a CloudWatch dashboard", most=2_500, unit="metrics", source="CloudWatch service quotas: dashboards"
)
# AWS documents no number; larger bodies were refused.
DASHBOARD_BODY: Final = Limit(
    what="a CloudWatch dashboard", most=1_000_000, unit="bytes", source="PutDashboard refuses larger bodies"
)

LIMITS: Final = (
    *(PROMETHEUS_RULE, CONFIG_MAP, SECRET, HELM_RELEASE, ROLE_POLICY, TOPIC_POLICY, QUEUE_POLICY, EVENT_PATTERN),
    *(DASHBOARD_WIDGETS, DASHBOARD_METRICS, DASHBOARD_BODY),
)
