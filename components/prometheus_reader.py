"""The way from Grafana to a workspace of Amazon Managed Prometheus: a proxy that signs queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import AwsPodArgs, Component
from components.hardened_pod import container_security, placed, pod_security
from model import labels, names
from model.cluster.pods import Size
from model.versions import image

IMAGE = image("sigv4-proxy")
USER = 65534  # nobody; the image says no user
PORT = "http"
REPLICAS = 2
# It holds one answer at a time in memory; our planning figure for twenty queries at once.
SIZE = Size(cpu_millis=20, memory_mib=128)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusReaderArgs(AwsPodArgs):
    """``region`` is the workspace's."""

    region: str


@pulumi.type_token("belfry:kubernetes:PrometheusReader")
class PrometheusReader(Component):
    """Two replicas of AWS's own signing proxy, which may query one workspace and write nothing.

    Grafana 13 signs for Amazon Managed Prometheus by a plugin alone that is not in its image: at each start it would be
    fetched from outside, and Grafana would not start without it. Network policies let Grafana in, and nobody else.
    """

    def __init__(self, name: str, args: PrometheusReaderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        own = labels.of_object(names.PROMETHEUS_READER)
        metadata: kubernetes.meta.v1.ObjectMetaArgsDict = {
            "name": names.PROMETHEUS_READER,
            "namespace": args.namespace,
            "labels": own,
        }
        selector = {labels.OBJECT_NAME: names.PROMETHEUS_READER, labels.PART_OF: labels.PROJECT}
        annotations = {"eks.amazonaws.com/role-arn": args.role_arn} if args.role_arn is not None else {}
        kubernetes.core.v1.ServiceAccount(
            f"{name}-account",
            metadata={**metadata, "annotations": annotations},
            automount_service_account_token=False,
            opts=self.child(),
        )
        kubernetes.core.v1.Service(
            f"{name}-service",
            metadata=metadata,
            spec={
                "selector": selector,
                "ports": [{"name": PORT, "port": names.PROMETHEUS_READER_PORT, "target_port": PORT}],
            },
            opts=self.child(),
        )
        kubernetes.apps.v1.Deployment(
            f"{name}-deployment",
            metadata=metadata,
            spec={
                "replicas": REPLICAS,
                "selector": {"match_labels": selector},
                "template": {
                    "metadata": {"labels": own, "annotations": dict(args.pod_annotations)},
                    "spec": _pod(args, selector),
                },
            },
            opts=self.child(),
        )
        kubernetes.policy.v1.PodDisruptionBudget(
            f"{name}-budget",
            metadata=metadata,
            spec={"max_unavailable": 1, "selector": {"match_labels": selector}},
            opts=self.child(),
        )
        self.register_outputs({})


def _pod(args: PrometheusReaderArgs, selector: Mapping[str, str]) -> Any:
    return {
        "service_account_name": names.PROMETHEUS_READER,
        # It asks nothing of the API server; AWS's credentials come by volumes of their own.
        "automount_service_account_token": False,
        "security_context": pod_security(USER, owns_volumes=False),
        **placed(args.placement, args.priority_class),
        "topology_spread_constraints": [
            {
                "max_skew": 1,
                "topology_key": "topology.kubernetes.io/zone",
                "when_unsatisfiable": "ScheduleAnyway",
                "label_selector": {"match_labels": selector},
            }
        ],
        "containers": [
            {
                "name": names.PROMETHEUS_READER,
                "image": IMAGE,
                "args": [
                    "--name=aps",
                    f"--region={args.region}",
                    f"--host=aps-workspaces.{args.region}.amazonaws.com",
                    f"--port=:{names.PROMETHEUS_READER_PORT}",
                    "--log-failed-requests",
                ],
                "ports": [{"name": PORT, "container_port": names.PROMETHEUS_READER_PORT}],
                # It answers nothing by itself, and a query of a probe would be billed.
                "readiness_probe": {"tcp_socket": {"port": PORT}},
                "resources": SIZE.resources,
                "security_context": container_security(),
            }
        ],
    }
