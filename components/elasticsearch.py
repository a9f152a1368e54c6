"""Elasticsearch and Kibana, made and kept by Elastic's operator (ECK)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random as random

from components.base import Component, PodArgs
from components.chart import Chart, ChartArgs, pinned_chart
from configs.stores import elasticsearch
from model import labels, names
from model.yaml_text import to_yaml

PASSWORD_LENGTH = 32
CLUSTER = names.ELASTICSEARCH.removesuffix("-es-http")
KIBANA = names.KIBANA.removesuffix("-kb-http")
# The operator knows a claim of this name only; beside any other it makes its own, of 1 GiB.
CLAIM = "elasticsearch-data"
ROLES_SECRET = "elasticsearch-roles"  # noqa: S105 (the name of a Secret)
ZONE = "topology.kubernetes.io/zone"
METRICS_PORT = 8080
SERVICE_ACCOUNT = "elasticsearch"
# The one place from which Elasticsearch's S3 repository may read a token (entitlement policy of repository-s3).
TOKEN_FOLDER = "/usr/share/elasticsearch/config/repository-s3"  # noqa: S105 (a folder)
TOKEN_FILE = "aws-web-identity-token-file"  # noqa: S105 (the name of a file)
TOKEN_VOLUME = "aws-token"  # noqa: S105 (the name of a volume)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticsearchArgs(PodArgs):
    """``namespace`` takes Elasticsearch and Kibana, ``operator_namespace`` the operator.

    Sizes are one node's; half of its memory is the heap, which the operator sees to. ``placement``: nodeSelector and
    tolerations of the nodes that watch. ``snapshot_role_arn``: the role that writes snapshots, taken by IRSA: of
    Elasticsearch's own versions only 9.6 and later know Pod Identity.
    """

    operator_namespace: pulumi.Input[str]
    nodes: int = 1
    memory_gib: int = 4
    cpu_millis: int = 500
    volume_gib: int = 100
    kibana_replicas: int = 1
    storage_class: str | None = None
    snapshot_role_arn: pulumi.Input[str] | None = None
    region: str = "us-east-1"
    chart_mirror: str | None = None


@pulumi.type_token("belfry:kubernetes:Elasticsearch")
class Elasticsearch(Component):
    """The operator with its definitions, then the cluster with one user for each program that speaks to it.

    Settings inside Elasticsearch, such as retention, are in :mod:`components.elasticsearch_setup`. Deliberately
    without: an ingress, single sign-on (a paid feature).
    """

    passwords: Mapping[str, pulumi.Output[str]]  # by user; secret

    def __init__(self, name: str, args: ElasticsearchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        operator = Chart(
            f"{name}-operator",
            ChartArgs(
                chart="eck-operator",
                namespace=args.operator_namespace,
                values=operator_values(args),
                mirror=args.chart_mirror,
            ),
            opts=self.child(),
        )
        self.passwords = {user.name: self._password(name, user) for user in elasticsearch.USERS}
        users = [self._user(name, user, args) for user in elasticsearch.USERS]
        roles = kubernetes.core.v1.Secret(
            f"{name}-roles",
            metadata=_metadata(ROLES_SECRET, args.namespace),
            string_data={"roles.yml": to_yaml(elasticsearch.ROLES)},
            opts=self.child(),
        )
        account = kubernetes.core.v1.ServiceAccount(
            f"{name}-account",
            metadata=_metadata(SERVICE_ACCOUNT, args.namespace),
            automount_service_account_token=False,
            opts=self.child(),
        )
        Chart(
            f"{name}-stack",
            ChartArgs(chart="eck-stack", namespace=args.namespace, values=stack_values(args), mirror=args.chart_mirror),
            opts=self.child(depends_on=[operator, roles, account, *users]),
        )
        self.register_outputs({"passwords": dict(self.passwords)})

    def _password(self, name: str, user: elasticsearch.User) -> pulumi.Output[str]:
        """One that nobody chose."""
        return random.RandomPassword(
            f"{name}-{user.name}-password", length=PASSWORD_LENGTH, special=False, opts=self.child()
        ).result

    def _user(self, name: str, user: elasticsearch.User, args: ElasticsearchArgs) -> pulumi.Resource:
        """The password where Elasticsearch reads it and where its user does."""
        account: dict[str, pulumi.Input[str]] = {"username": user.name, "password": self.passwords[user.name]}
        kubernetes.core.v1.Secret(
            f"{name}-{user.name}-own",
            metadata=_metadata(user.secret, user.namespace),
            type="kubernetes.io/basic-auth",
            string_data=account,
            opts=self.child(),
        )
        return kubernetes.core.v1.Secret(
            f"{name}-{user.name}",
            metadata=_metadata(user.secret, args.namespace),
            type="kubernetes.io/basic-auth",
            string_data={**account, "roles": user.role},
            opts=self.child(),
        )


def operator_values(args: ElasticsearchArgs) -> dict[str, Any]:
    """The values of the operator's chart."""
    return {
        "managedNamespaces": [args.namespace],
        "telemetry": {"disabled": True},
        "podSecurityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "priorityClassName": args.priority_class or "",
        **args.placement,
        "config": {
            # Off by default. A monitor of the Service would want TLS of its own, one of the pod does not.
            "metrics": {"port": str(METRICS_PORT)},
            # A year by default. Others hold copies of the authority's certificate, and would refuse the next.
            "caValidity": "87600h",
        },
        "podMonitor": {
            "enabled": True,
            "interval": "30s",
            "podMetricsEndpointConfig": {"relabelings": labels.own_relabelings("elastic-operator")},
        },
    }


def stack_values(args: ElasticsearchArgs) -> dict[str, Any]:
    """The values of the chart with Elasticsearch and Kibana."""
    # The operator upgrades when this changes: never by itself, never to what the chart's next version prefers.
    version = pinned_chart("eck-stack").app_version
    return {
        "eck-elasticsearch": {
            "fullnameOverride": CLUSTER,
            "version": version,
            "annotations": {"eck.k8s.elastic.co/downward-node-labels": ZONE},
            # Deleting the object keeps the data.
            "volumeClaimDeletePolicy": "DeleteOnScaledownOnly",
            "updateStrategy": {"changeBudget": {"maxSurge": 0, "maxUnavailable": 1}},
            "auth": {
                "fileRealm": [{"secretName": user.secret} for user in elasticsearch.USERS],
                "roles": [{"secretName": ROLES_SECRET}],
            },
            "nodeSets": [_nodes(args)],
        },
        "eck-kibana": {
            "fullnameOverride": KIBANA,
            "version": version,
            "count": args.kibana_replicas,
            "elasticsearchRef": {"name": CLUSTER},
            "config": {"telemetry.optIn": False},
            "podTemplate": {
                "spec": {
                    "automountServiceAccountToken": False,
                    **_scheduling(args),
                    "containers": [{"name": "kibana", "resources": _resources(250, 1)}],
                }
            },
        },
    }


def _nodes(args: ElasticsearchArgs) -> dict[str, Any]:
    storage = {"storageClassName": args.storage_class} if args.storage_class else {}
    return {
        "name": "default",
        "count": args.nodes,
        "config": {
            # Memory maps need a kernel setting that only a privileged container could change.
            "node.store.allow_mmap": False,
            "node.attr.zone": "${ZONE}",
            # The first is the operator's own default; a list of ours replaces it.
            "cluster.routing.allocation.awareness.attributes": "k8s_node_name,zone",
        },
        "podTemplate": {
            "spec": {
                "automountServiceAccountToken": False,
                "serviceAccountName": SERVICE_ACCOUNT,
                **_scheduling(args),
                **({"volumes": [_token()]} if args.snapshot_role_arn is not None else {}),
                "containers": [
                    {
                        "name": "elasticsearch",
                        **(
                            {"volumeMounts": [{"name": TOKEN_VOLUME, "mountPath": TOKEN_FOLDER, "readOnly": True}]}
                            if args.snapshot_role_arn is not None
                            else {}
                        ),
                        "resources": _resources(args.cpu_millis, args.memory_gib),
                        "env": [
                            {
                                "name": "ZONE",
                                "valueFrom": {"fieldRef": {"fieldPath": f"metadata.annotations['{ZONE}']"}},
                            },
                            *_snapshot_environment(args),
                        ],
                    }
                ],
                "topologySpreadConstraints": [
                    {
                        "maxSkew": 1,
                        "topologyKey": ZONE,
                        "whenUnsatisfiable": "ScheduleAnyway",
                        "labelSelector": {"matchLabels": {"elasticsearch.k8s.elastic.co/cluster-name": CLUSTER}},
                    }
                ],
            }
        },
        "volumeClaimTemplates": [
            {
                "metadata": {"name": CLAIM},
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": f"{args.volume_gib}Gi"}},
                    **storage,
                },
            }
        ],
    }


def _snapshot_environment(args: ElasticsearchArgs) -> list[dict[str, Any]]:
    if args.snapshot_role_arn is None:
        return []
    return [
        {"name": "AWS_ROLE_ARN", "value": args.snapshot_role_arn},
        {"name": "AWS_WEB_IDENTITY_TOKEN_FILE", "value": f"{TOKEN_FOLDER}/{TOKEN_FILE}"},
        {"name": "AWS_REGION", "value": args.region},
    ]


def _token() -> dict[str, Any]:
    """A token of the service account for AWS, which the kubelet renews."""
    source = {"audience": "sts.amazonaws.com", "expirationSeconds": 86400, "path": TOKEN_FILE}
    return {"name": TOKEN_VOLUME, "projected": {"sources": [{"serviceAccountToken": source}]}}


def _scheduling(args: ElasticsearchArgs) -> dict[str, Any]:
    return {**args.placement, **({"priorityClassName": args.priority_class} if args.priority_class else {})}


def _resources(cpu_millis: int, memory_gib: int) -> dict[str, Any]:
    return {
        "requests": {"cpu": f"{cpu_millis}m", "memory": f"{memory_gib}Gi"},
        "limits": {"memory": f"{memory_gib}Gi"},
    }


def _metadata(name: str, namespace: pulumi.Input[str]) -> kubernetes.meta.v1.ObjectMetaArgsDict:
    return {"name": name, "namespace": namespace, "labels": labels.of_object(name)}
