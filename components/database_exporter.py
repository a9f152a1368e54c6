"""An exporter of databases: one program for all PostgreSQL, another for all Redis and Valkey."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random as random

from components.base import Component, PodArgs
from components.hardened_pod import container_security, placed, pod_security
from model import labels, names
from model.metrics.database_exporters import CREDENTIALS_FOLDER, DatabaseTarget, ExporterProgram, credentials

USER = 65534  # nobody; the images run as others, and no file of theirs belongs to anybody
INTERVAL, TIMEOUT = "30s", "20s"
PORT = "metrics"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseExporterArgs(PodArgs):
    """``targets`` are all of ``exporter``. ``passwords``: key of a target -> its password; none for one without.

    ``addresses``: key of a target -> those of its members, where the target does not state them.

    No ``passwords`` at all: the Secret, named like the exporter and with its own file, comes from elsewhere (External
    Secrets). Then a changed password needs `kubectl rollout restart`: the exporter reads the file when it starts.
    """

    exporter: ExporterProgram
    targets: Sequence[DatabaseTarget]
    addresses: Mapping[str, Sequence[pulumi.Input[str]]] = field(default_factory=dict)
    passwords: Mapping[str, pulumi.Input[str]] | None = None
    replicas: int = 1


@pulumi.type_token("belfry:kubernetes:DatabaseExporter")
class DatabaseExporter(Component):
    """Deployment, Service, Secret, and one Probe for each database, which writes the labels that rules go by.

    The databases' own side, an account that reads statistics and nothing else, is described in docs/exporters.md:
    Belfry has no rights in them.
    """

    def __init__(self, name: str, args: DatabaseExporterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        exporter = args.exporter
        metadata: kubernetes.meta.v1.ObjectMetaArgsDict = {
            "name": exporter.name,
            "namespace": args.namespace,
            "labels": labels.of_object(exporter.name),
        }
        annotations, first = self._credentials(name, args, metadata)
        kubernetes.apps.v1.Deployment(
            f"{name}-deployment",
            metadata=metadata,
            spec={
                "replicas": args.replicas,
                "selector": {"match_labels": _selector(exporter)},
                "template": {
                    "metadata": {"labels": labels.of_object(exporter.name), "annotations": annotations},
                    "spec": _pod(args),
                },
            },
            opts=self.child(depends_on=first),
        )
        kubernetes.core.v1.Service(
            f"{name}-service",
            metadata=metadata,
            spec={
                "selector": _selector(exporter),
                "ports": [{"name": PORT, "port": exporter.port, "target_port": PORT}],
            },
            opts=self.child(),
        )
        if args.replicas > 1:
            kubernetes.policy.v1.PodDisruptionBudget(
                f"{name}-budget",
                metadata=metadata,
                spec={"max_unavailable": 1, "selector": {"match_labels": _selector(exporter)}},
                opts=self.child(),
            )
        self._scrapes(name, args, metadata)
        self.register_outputs({})

    def _credentials(
        self, name: str, args: DatabaseExporterArgs, metadata: kubernetes.meta.v1.ObjectMetaArgsDict
    ) -> tuple[dict[str, pulumi.Input[str]], list[pulumi.Resource]]:
        """The Secret, and an annotation that changes with it: another password is another pod."""
        if args.passwords is None:
            return {}, []
        file = _file(args, args.passwords)
        secret = kubernetes.core.v1.Secret(
            f"{name}-credentials",
            metadata=metadata,
            string_data={args.exporter.credentials_file: file},
            opts=self.child(),
        )
        # Not a checksum: an annotation can be read by many, and from a checksum a short password can be found.
        version = random.RandomId(f"{name}-version", byte_length=8, keepers={"credentials": file}, opts=self.child())
        return {"belfry.dev/credentials": version.hex}, [secret]

    def _scrapes(self, name: str, args: DatabaseExporterArgs, metadata: kubernetes.meta.v1.ObjectMetaArgsDict) -> None:
        kubernetes.apiextensions.CustomResource(
            f"{name}-monitor",
            api_version="monitoring.coreos.com/v1",
            kind="ServiceMonitor",
            metadata=metadata,
            spec=_monitor(args.exporter),
            opts=self.child(),
        )
        for target in sorted(args.targets, key=lambda target: target.key):
            probe = f"{args.exporter.name}-{target.key}"
            kubernetes.apiextensions.CustomResource(
                f"{name}-{target.key}",
                api_version="monitoring.coreos.com/v1",
                kind="Probe",
                # Not the probe's name in the label: that may be longer than the 63 characters of a label's value.
                metadata={**metadata, "name": probe},
                spec=_probe(target, located(target, args.addresses)),
                opts=self.child(),
            )


def located(
    target: DatabaseTarget, addresses: Mapping[str, Sequence[pulumi.Input[str]]]
) -> pulumi.Output[DatabaseTarget]:
    """The target with its addresses, once AWS has returned them."""
    if target.access.addresses:
        return pulumi.Output.from_input(target)
    return pulumi.Output.all(*addresses[target.key]).apply(target.at)


def _file(args: DatabaseExporterArgs, passwords: Mapping[str, pulumi.Input[str]]) -> pulumi.Output[str]:
    protected = sorted((target for target in args.targets if target.key in passwords), key=lambda target: target.key)
    known = pulumi.Output.all(
        *(pulumi.Output.all(located(target, args.addresses), passwords[target.key]) for target in protected)
    )
    return pulumi.Output.secret(known.apply(lambda pairs: credentials(args.exporter, [(t, p) for t, p in pairs])))


def _selector(exporter: ExporterProgram) -> dict[str, str]:
    return {labels.OBJECT_NAME: exporter.name, labels.PART_OF: labels.PROJECT}


def _pod(args: DatabaseExporterArgs) -> Any:
    exporter = args.exporter
    return {
        # It asks nothing of the API server.
        "automount_service_account_token": False,
        "security_context": pod_security(USER),
        **placed(args.placement, args.priority_class),
        "topology_spread_constraints": [
            {
                "max_skew": 1,
                "topology_key": "topology.kubernetes.io/zone",
                "when_unsatisfiable": "ScheduleAnyway",
                "label_selector": {"match_labels": _selector(exporter)},
            }
        ],
        "containers": [
            {
                "name": "exporter",
                "image": exporter.image,
                "args": list(exporter.arguments),
                "ports": [{"name": PORT, "container_port": exporter.port}],
                "readiness_probe": {"http_get": {"path": exporter.health, "port": PORT}},
                "liveness_probe": {"http_get": {"path": exporter.health, "port": PORT}},
                # A connection and some kB for each database that is asked at the moment.
                "resources": {"requests": {"cpu": "20m", "memory": "48Mi"}, "limits": {"memory": "128Mi"}},
                "security_context": container_security(),
                "volume_mounts": [{"name": "credentials", "mount_path": CREDENTIALS_FOLDER, "read_only": True}],
            }
        ],
        "volumes": [{"name": "credentials", "secret": {"secret_name": exporter.name, "default_mode": 0o440}}],
    }


def _monitor(exporter: ExporterProgram) -> dict[str, Any]:
    """The exporter itself. Of the PostgreSQL one's own page only that: without a target it says `pg_up 0`."""
    return {
        "selector": {"matchLabels": _selector(exporter)},
        "endpoints": [
            {
                "port": PORT,
                "interval": INTERVAL,
                "relabelings": labels.own_relabelings(exporter.name),
                "metricRelabelings": [
                    {"sourceLabels": ["__name__"], "regex": "process_.+|.+_build_info", "action": "keep"}
                ],
            }
        ],
    }


def _probe(target: DatabaseTarget, there: pulumi.Output[DatabaseTarget]) -> dict[str, Any]:
    exporter = target.exporter
    return {
        "jobName": exporter.name,
        "interval": INTERVAL,
        # A database that answers late is worth knowing; one that keeps a connection for a minute is not.
        "scrapeTimeout": TIMEOUT,
        "prober": {"url": names.service(exporter.name, names.MONITORING, exporter.port), "path": exporter.path},
        "targets": {
            "staticConfig": {
                "static": there.apply(lambda known: list(known.urls)),
                "labels": {labels.SYSTEM: target.system, labels.COMPONENT: target.component},
                "relabelingConfigs": [
                    {"targetLabel": f"__param_{name}", "replacement": value}
                    for name, value in target.parameters.items()
                ],
            }
        },
    }
