"""The CloudWatch exporter (YACE): chosen metrics of AWS in Prometheus."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.base import AwsPodArgs, Component
from components.chart import Chart, ChartArgs
from model import labels, names
from model.cluster.compute import USUAL, Compute
from model.cluster.workloads import CLOUDWATCH_EXPORTER
from model.metrics import cloudwatch_metrics
from model.metrics.cloudwatch_metrics import POLL_SECONDS, TAG_PREFIX, Job
from model.yaml_text import to_yaml

CHART = "prometheus-yet-another-cloudwatch-exporter"
USER = 65534  # nobody, as in the image
# Between two polls the exporter answers from memory, so this costs nothing. Every five minutes would leave gaps:
# Prometheus forgets a series five minutes after its last sample.
SCRAPE_INTERVAL = "60s"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudWatchExporterArgs(AwsPodArgs):
    """``jobs`` of :func:`model.metrics.cloudwatch_metrics.jobs`, at least one: the exporter does not start without."""

    region: str
    jobs: Sequence[Job]
    compute: Compute = USUAL
    chart_mirror: str | None = None


@pulumi.type_token("belfry:kubernetes:CloudWatchExporter")
class CloudWatchExporter(Component):
    """One pod, which asks for what `model/metrics/cloudwatch_metrics.yaml` lists, of the catalog's resources alone.

    It costs 0.09 USD a month for each metric (8,760 polls, 0.01 USD for 1,000 requests): about 9 USD for the five
    systems of the shipped catalog, 106 metrics. `make cost` shows the environment's own number. Deliberately without
    discovery by tags, which finds and bills whatever bears a tag.
    """

    def __init__(self, name: str, args: CloudWatchExporterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        Chart(
            f"{name}-exporter",
            ChartArgs(chart=CHART, namespace=args.namespace, values=values(args), mirror=args.chart_mirror),
            opts=self.child(),
        )
        self.register_outputs({})


def values(args: CloudWatchExporterArgs) -> dict[str, Any]:
    """The values of the chart."""
    config = to_yaml(cloudwatch_metrics.configuration(args.jobs, args.region))
    return {
        "fullnameOverride": names.CLOUDWATCH_EXPORTER,
        # Two would ask, and pay, for everything twice, and Prometheus would keep both answers.
        "replicaCount": 1,
        "config": config,
        # It reads its configuration once: another one is another pod.
        "podAnnotations": {
            "belfry.dev/config": hashlib.sha256(config.encode()).hexdigest()[:16],
            **args.pod_annotations,
        },
        "extraArgs": {"scraping-interval": POLL_SECONDS},
        **({"extraEnv": args.compute.aws_environment} if args.compute.ipv6 else {}),
        "serviceAccount": {
            "name": CLOUDWATCH_EXPORTER.service_account,
            # The token that AWS wants is another one, which EKS mounts.
            "automountServiceAccountToken": False,
            **({"annotations": {"eks.amazonaws.com/role-arn": args.role_arn}} if args.role_arn else {}),
        },
        "containerPort": names.CLOUDWATCH_EXPORTER_PORT,
        # A pod with an image that nobody pinned, for `helm test`.
        "testConnection": False,
        "podSecurityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        # It waits for AWS; a few hundred values are a few MB.
        "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
        "serviceMonitor": {
            "enabled": True,
            "namespace": names.MONITORING,
            "interval": SCRAPE_INTERVAL,
            "timeout": "30s",
            "relabelings": labels.own_relabelings(names.CLOUDWATCH_EXPORTER),
            # Whose metric it is stands on each metric of AWS; the exporter's own keep the labels above.
            "metricRelabelings": [
                *(
                    {"sourceLabels": [f"{TAG_PREFIX}{label}"], "regex": "(.+)", "targetLabel": label}
                    for label in (labels.SYSTEM, labels.COMPONENT)
                ),
                {"regex": f"{TAG_PREFIX}.+", "action": "labeldrop"},
            ],
        },
        **({"priorityClassName": args.priority_class} if args.priority_class else {}),
        **args.placement,
    }
