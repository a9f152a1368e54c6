"""The OpenTelemetry collectors that serve the whole cluster: gateway, samplers, and the single one for events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from components.base import Component, PodArgs
from components.chart import Chart, ChartArgs
from configs.collector import release
from configs.collector.cluster import ClusterInput, cluster
from configs.collector.gateway import CERTIFICATES_FOLDER, GatewayInput, gateway
from configs.collector.parts import MIB
from configs.collector.sampler import SamplerInput, sampler
from model import names
from model.cluster.compute import USUAL, Compute

# Of a volume; the rest is for the copy that compaction makes.
QUEUE_SHARE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Size of one tier. ``volume_gib`` is each replica's; all its queues must fit."""

    replicas: int = 1
    memory_mib: int = 1024
    cpu_millis: int = 250
    volume_gib: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretKey:
    """A value in a Kubernetes Secret of the collectors' namespace."""

    secret: pulumi.Input[str]
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTelemetryGatewayArgs(PodArgs):
    """Elasticsearch's password and certificate are named by their Secrets; AWS knows the pods by their accounts.

    The roles are for IRSA alone; none: EKS Pod Identity.
    """

    gateway: GatewayInput
    sampler: SamplerInput
    cluster: ClusterInput
    gateway_size: Tier = field(default_factory=Tier)
    sampler_size: Tier = field(default_factory=lambda: Tier(memory_mib=2048))
    elasticsearch_password: SecretKey | None = None
    elasticsearch_certificate: SecretKey | None = None
    storage_class: str | None = None
    gateway_role_arn: pulumi.Input[str] | None = None
    cluster_role_arn: pulumi.Input[str] | None = None
    compute: Compute = USUAL
    gateway_pod_annotations: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    cluster_pod_annotations: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    chart_mirror: str | None = None


@pulumi.type_token("belfry:kubernetes:OpenTelemetryGateway")
class OpenTelemetryGateway(Component):
    """Two tiers, because of tail sampling: the gateway sends all spans of a trace to the same sampler.

    And the single collector for what exists once, Kubernetes events and the audit log. It makes no network policy and
    no identity for AWS: whoever does finds accounts by the names of the releases.
    """

    def __init__(self, name: str, args: OpenTelemetryGatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        samplers = self._install(name, names.COLLECTOR_SAMPLER, sampler_values(args), args)
        gateways = self._install(name, names.COLLECTOR_GATEWAY, gateway_values(args), args, after=[samplers])
        self._install(name, names.COLLECTOR_CLUSTER, cluster_values(args), args, after=[gateways])
        self.register_outputs({})

    def _install(
        self,
        name: str,
        chart_release: str,
        values: dict[str, Any],
        args: OpenTelemetryGatewayArgs,
        after: list[pulumi.Resource] | None = None,
    ) -> Chart:
        return Chart(
            f"{name}-{chart_release}",
            ChartArgs(
                chart="opentelemetry-collector",
                release=chart_release,
                namespace=args.namespace,
                values=values,
                mirror=args.chart_mirror,
            ),
            opts=self.child(depends_on=after or []),
        )


def gateway_values(args: OpenTelemetryGatewayArgs) -> dict[str, Any]:
    """Values of the tier that parses, redacts and routes."""
    faro = ["faro"] if args.gateway.origins else []
    return {
        **_values(
            names.COLLECTOR_GATEWAY, gateway(args.gateway), args, args.gateway_size, ["otlp", "otlp-http", *faro]
        ),
        **_role(args.gateway_role_arn),
        "podAnnotations": dict(args.gateway_pod_annotations),
        **_elasticsearch(args),
    }


def sampler_values(args: OpenTelemetryGatewayArgs) -> dict[str, Any]:
    """Values of the tier that sees whole traces. Its Service has no address: the gateway balances over the pods."""
    values = _values(names.COLLECTOR_SAMPLER, sampler(args.sampler), args, args.sampler_size, ["otlp"])
    return {**values, "service": {"clusterIP": "None"}}


def cluster_values(args: OpenTelemetryGatewayArgs) -> dict[str, Any]:
    """Values of the single collector."""
    size = Tier(memory_mib=256, cpu_millis=50, volume_gib=2)
    return {
        **_values(names.COLLECTOR_CLUSTER, cluster(args.cluster), args, size, []),
        **_role(args.cluster_role_arn),
        "podAnnotations": dict(args.cluster_pod_annotations),
        "clusterRole": release.reader_of(("events.k8s.io", ("events",)), ("", ("events", "namespaces"))),
    }


def _values(
    chart_release: str, config: dict[str, Any], args: OpenTelemetryGatewayArgs, size: Tier, open_ports: list[str]
) -> dict[str, Any]:
    _share_volume(config, size.volume_gib)
    return {
        **release.values(
            chart_release, config, open_ports=open_ports, memory_mib=size.memory_mib, cpu_millis=size.cpu_millis
        ),
        **release.replicated(size.replicas, size.volume_gib, args.storage_class),
        "topologySpreadConstraints": release.spread(chart_release),
        **({"extraEnvs": args.compute.aws_environment} if args.compute.ipv6 else {}),
        **args.placement,
        **({"priorityClassName": args.priority_class} if args.priority_class else {}),
    }


def _role(arn: pulumi.Input[str] | None) -> dict[str, Any]:
    return {} if arn is None else {"serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": arn}}}


def _share_volume(config: dict[str, Any], volume_gib: int) -> None:
    """Size the queues in ``config``: together they fill the volume, and never more."""
    queues = [exporter["sending_queue"] for exporter in config["exporters"].values()]
    for queue in queues:
        queue["queue_size"] = int(volume_gib * 1024 * MIB * QUEUE_SHARE / len(queues))


def _elasticsearch(args: OpenTelemetryGatewayArgs) -> dict[str, Any]:
    """The password by the environment and the certificate by a mount: neither is a value of the chart."""
    if not args.gateway.elasticsearch:
        return {}
    found: dict[str, Any] = {}
    if password := args.elasticsearch_password:
        source = {"secretKeyRef": {"name": password.secret, "key": password.key}}
        password_variable = {"name": "ELASTICSEARCH_PASSWORD", "valueFrom": source}
        found["extraEnvs"] = [*args.compute.aws_environment, password_variable]
    if certificate := args.elasticsearch_certificate:
        items = [{"key": certificate.key, "path": "ca.crt"}]
        found["extraVolumes"] = [
            {"name": "elasticsearch", "secret": {"secretName": certificate.secret, "items": items}}
        ]
        mount = {"name": "elasticsearch", "mountPath": CERTIFICATES_FOLDER, "readOnly": True}
        # A list of its own replaces the other: the mount of the queue is said again.
        queue = release.replicated(1, 1, None)["extraVolumeMounts"]
        found["extraVolumeMounts"] = [*queue, mount]
    return found
