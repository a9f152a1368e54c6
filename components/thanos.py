"""Thanos' reader of long-term metrics: one that answers, one that looks into the bucket, one that keeps it in order."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component, PodArgs
from components.hardened_pod import container_security, placed, pod_security
from components.operator_objects import OperatorObject, operator_objects
from configs.prometheus import thanos
from configs.prometheus.keep_list import Job
from configs.prometheus.prometheus_stack import scraped
from model import labels, names
from model.cluster.pods import Size, ThanosSizes
from model.quantities import Duration

GRPC, HTTP = "grpc", "http"
QUERIES = 2
# Longer than Thanos waits for requests under way (two minutes).
GRACE_SECONDS = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class ThanosReaderArgs(PodArgs):
    """``region`` is the bucket's. ``retention`` ends data; the bucket's own lifecycle must be later.

    ``store_volume_gib``: of what the store gateway keeps of each block, its index's header; never to be changed in
    place. ``scratch_gib``: what the compactor works on, gone with its pod. Role ARNs only with IRSA.
    """

    bucket: pulumi.Input[str]
    region: str
    retention: Duration
    store_volume_gib: int
    scratch_gib: int
    sizes: ThanosSizes = field(default_factory=ThanosSizes)
    keep_metrics: Sequence[str] = ()
    store_role_arn: pulumi.Input[str] | None = None
    compactor_role_arn: pulumi.Input[str] | None = None
    store_pod_annotations: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    compactor_pod_annotations: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    storage_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Program:
    """``name`` is its own, its Service's and its service account's."""

    name: str
    arguments: Sequence[str]
    size: Size
    ports: Mapping[str, int]
    stores: bool  # on a volume named data
    headless: bool
    role_arn: pulumi.Input[str] | None = None
    pod_annotations: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)

    @property
    def selector(self) -> dict[str, str]:
        return {labels.OBJECT_NAME: self.name, labels.PART_OF: labels.PROJECT}


@pulumi.type_token("belfry:kubernetes:ThanosReader")
class ThanosReader(Component):
    """Query in two replicas, Store Gateway and Compactor.

    Two compactors of one bucket spoil it. So there is one, in a StatefulSet: that never starts a pod before it is
    sure that the last one has ended, as a Deployment does when a node is lost. Deliberately not here: Query Frontend
    (a cache), Ruler (rules run in Prometheus, which sees all it needs) and Receive (the sidecars send).
    """

    def __init__(self, name: str, args: ThanosReaderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        files = pulumi.Output.from_input(args.bucket).apply(lambda bucket: thanos.configuration(bucket, args.region))
        config = kubernetes.core.v1.ConfigMap(
            f"{name}-config", metadata=_metadata(args, labels.of_object("thanos")), data=files, opts=self.child()
        )
        mark = files.apply(lambda known: hashlib.sha256(repr(sorted(known.items())).encode()).hexdigest())
        programs = _programs(args)
        for program in programs:
            self._around(name, args, program)
        query, store, compactor = programs
        kubernetes.apps.v1.Deployment(
            f"{name}-query",
            metadata=_metadata(args, labels.of_object(query.name)),
            spec={
                "replicas": QUERIES,
                "selector": {"match_labels": query.selector},
                "template": _template(args, query, config, mark, []),
            },
            opts=self.child(),
        )
        kubernetes.policy.v1.PodDisruptionBudget(
            f"{name}-query-budget",
            metadata=_metadata(args, labels.of_object(query.name)),
            spec={"max_unavailable": 1, "selector": {"match_labels": query.selector}},
            opts=self.child(),
        )
        claim = _claim(args, args.store_volume_gib)
        template = _template(args, store, config, mark, [])
        self._stateful(f"{name}-store", args, store, template, [{"metadata": {"name": "data"}, "spec": claim}])
        # Of the pod and not of the set: Kubernetes refuses another size of a set's claim, and nothing in it is worth
        # keeping. The compactor empties it when it starts.
        scratch = {"name": "data", "ephemeral": {"volume_claim_template": {"spec": _claim(args, args.scratch_gib)}}}
        self._stateful(
            f"{name}-compactor", args, compactor, _template(args, compactor, config, mark, [scratch]), claims=[]
        )
        monitors = (_monitor(program, args.keep_metrics) for program in programs)
        operator_objects(self, f"{name}-monitor", "ServiceMonitor", args.namespace, monitors)
        self.register_outputs({})

    def _around(self, name: str, args: ThanosReaderArgs, program: _Program) -> None:
        """The service account, by whose name the bucket is opened, and the Service."""
        arn = program.role_arn
        annotations = {"eks.amazonaws.com/role-arn": arn} if arn is not None else {}
        metadata = _metadata(args, labels.of_object(program.name))
        kubernetes.core.v1.ServiceAccount(
            f"{name}-{program.name}-account",
            metadata={**metadata, "annotations": annotations},
            automount_service_account_token=False,
            opts=self.child(),
        )
        kubernetes.core.v1.Service(
            f"{name}-{program.name}-service",
            metadata=metadata,
            spec={
                "selector": program.selector,
                "ports": [{"name": name_, "port": port, "target_port": name_} for name_, port in program.ports.items()],
                # Headless: a name for each pod.
                **({"cluster_ip": "None"} if program.headless else {}),
            },
            opts=self.child(),
        )

    def _stateful(
        self, name: str, args: ThanosReaderArgs, program: _Program, template: Any, claims: Sequence[Any]
    ) -> None:
        kubernetes.apps.v1.StatefulSet(
            name,
            metadata=_metadata(args, labels.of_object(program.name)),
            spec={
                "replicas": 1,
                "service_name": program.name,
                "selector": {"match_labels": program.selector},
                "template": template,
                "volume_claim_templates": claims,
            },
            opts=self.child(),
        )


def _programs(args: ThanosReaderArgs) -> tuple[_Program, _Program, _Program]:
    grpc = {GRPC: names.THANOS_GRPC_PORT, HTTP: names.THANOS_HTTP_PORT}
    return (
        _Program(
            name=names.THANOS_QUERY,
            arguments=thanos.query_arguments(),
            size=args.sizes.query,
            ports=grpc,
            stores=False,
            headless=False,
        ),
        _Program(
            name=names.THANOS_STORE,
            arguments=thanos.store_arguments(args.sizes.store.memory_mib),
            size=args.sizes.store,
            ports=grpc,
            stores=True,
            headless=True,
            role_arn=args.store_role_arn,
            pod_annotations=args.store_pod_annotations,
        ),
        _Program(
            name=names.THANOS_COMPACTOR,
            arguments=thanos.compactor_arguments(args.retention),
            size=args.sizes.compactor,
            ports={HTTP: names.THANOS_HTTP_PORT},
            stores=True,
            headless=True,
            role_arn=args.compactor_role_arn,
            pod_annotations=args.compactor_pod_annotations,
        ),
    )


def _metadata(args: ThanosReaderArgs, marks: Mapping[str, str]) -> kubernetes.meta.v1.ObjectMetaArgsDict:
    return {"name": marks[labels.OBJECT_NAME], "namespace": args.namespace, "labels": marks}


def _template(
    args: ThanosReaderArgs,
    program: _Program,
    config: kubernetes.core.v1.ConfigMap,
    mark: pulumi.Input[str],
    volumes: Sequence[Any],
) -> Any:
    """``mark`` changes with the files: Thanos reads them once."""
    return {
        "metadata": {
            "labels": labels.of_object(program.name),
            "annotations": {labels.SHA256: mark, **program.pod_annotations},
        },
        "spec": {
            "service_account_name": program.name,
            # It asks nothing of the API server; AWS's credentials come by volumes of their own.
            "automount_service_account_token": False,
            "termination_grace_period_seconds": GRACE_SECONDS,
            "security_context": pod_security(thanos.USER),
            **placed(args.placement, args.priority_class),
            "topology_spread_constraints": [
                {
                    "max_skew": 1,
                    "topology_key": key,
                    "when_unsatisfiable": "ScheduleAnyway",
                    "label_selector": {"match_labels": program.selector},
                }
                for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
            ],
            "containers": [_container(program)],
            "volumes": [{"name": "config", "config_map": {"name": config.metadata.name}}, *volumes],
        },
    }


def _container(program: _Program) -> Any:
    data = [{"name": "data", "mount_path": thanos.DATA_FOLDER}] if program.stores else []
    return {
        "name": program.name,
        "image": thanos.IMAGE,
        "args": list(program.arguments),
        "ports": [{"name": port, "container_port": number} for port, number in program.ports.items()],
        # Ready only when it has seen all blocks once: the store gateway of a large bucket takes minutes.
        "readiness_probe": {"http_get": {"path": "/-/ready", "port": HTTP}},
        "liveness_probe": {"http_get": {"path": "/-/healthy", "port": HTTP}, "failure_threshold": 6},
        "resources": program.size.resources,
        "security_context": container_security(),
        "volume_mounts": [{"name": "config", "mount_path": thanos.CONFIG_FOLDER, "read_only": True}, *data],
    }


def _claim(args: ThanosReaderArgs, gib: int) -> Any:
    return {
        "access_modes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": f"{gib}Gi"}},
        **({"storage_class_name": args.storage_class} if args.storage_class else {}),
    }


def _monitor(program: _Program, keep: Sequence[str]) -> OperatorObject:
    return OperatorObject(
        name=program.name,
        labels=labels.of_object(program.name),
        spec={
            "selector": {"matchLabels": program.selector},
            "endpoints": [
                {
                    "port": HTTP,
                    **scraped(Job.THANOS, keep),
                    "relabelings": labels.own_relabelings(program.name),
                }
            ],
        },
    )
