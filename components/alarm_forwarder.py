"""The forwarder of CloudWatch alarms: one pod that takes state changes from a queue and posts them to Alertmanager."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from components.operator_objects import OperatorObject, operator_objects
from model import labels, names

# renovate: datasource=docker depName=python
IMAGE = (
    "docker.io/library/python:3.13.5-alpine3.22@sha256:37b14db89f587f9eaa890e4a442a3fe55db452b69cca1403cc730bd0fbdc8aaf"
)
USER = 65534  # nobody; the image has no user of its own
UNPACK = Path(__file__).parent.parent / "jobs" / "unpack.py"
JOB, PROGRAM, TABLE = "/job", "/program", "/table"
PORT, SECOND_PORT = "metrics", "metrics-2"
KEYS = "/keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmForwarderArgs:
    """``table``: file -> what alerts look like (``model.alerting.aws_alarms``); ``prefixes`` begin alarms' names.

    ``archive_url`` and ``archive_sha256``: the job archive. ``role_arn`` with IRSA alone.
    ``acknowledging``: teams whose acknowledgements in PagerDuty stop escalation. ``api_keys``: team -> its key of
    PagerDuty's API; none at all: the Secret comes from elsewhere (External Secrets).
    """

    namespace: pulumi.Input[str]
    archive_url: pulumi.Input[str]
    archive_sha256: str
    queue_url: pulumi.Input[str]
    alertmanagers: Sequence[str]
    table: Mapping[str, str]
    prefixes: Sequence[str]
    environment: str
    region: str
    acknowledging: Sequence[str] = ()
    api_keys: Mapping[str, pulumi.Input[str]] | None = None
    role_arn: pulumi.Input[str] | None = None
    priority_class: str | None = None
    placement: Mapping[str, Any] = field(default_factory=dict)


@pulumi.type_token("belfry:kubernetes:AlarmForwarder")
class AlarmForwarder(Component):
    """Deployment of one pod, its table of alarms, and a ServiceMonitor. Where teams want it, a second container.

    One pod, and the old one ends before the new one starts: of two, each would hear a part of the events, and one would
    post as firing what the other one knows to have ended. While there is none, messages wait, Alertmanager believes
    what it was told for half an hour, and composite alarms notify.
    """

    def __init__(self, name: str, args: AlarmForwarderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        annotations = {"eks.amazonaws.com/role-arn": args.role_arn} if args.role_arn else {}
        account = kubernetes.core.v1.ServiceAccount(
            f"{name}-account",
            metadata={**_metadata(args), "annotations": annotations},
            automount_service_account_token=False,
            opts=self.child(),
        )
        files = {"unpack.py": UNPACK.read_text(encoding="utf-8")}
        maps = [self._config_map(f"{name}-job", args, f"{names.ALARM_FORWARDER}-job", files)]
        # One for each system: a ConfigMap holds a MiB.
        maps += [
            self._config_map(f"{name}-{file.removesuffix('.json')}", args, _table_map(file), {file: text})
            for file, text in sorted(args.table.items())
        ]
        first = [account, *maps, *self._keys(name, args)]
        # A changed table is a new pod: the program reads it when it starts.
        content = hashlib.sha256(json.dumps([files, dict(args.table)], sort_keys=True).encode()).hexdigest()
        kubernetes.apps.v1.Deployment(
            f"{name}-deployment",
            metadata=_metadata(args),
            spec={
                "replicas": 1,
                "strategy": {"type": "Recreate"},
                "selector": {"match_labels": _selector()},
                "template": {
                    "metadata": {
                        "labels": labels.of_object(names.ALARM_FORWARDER),
                        "annotations": {labels.SHA256: content},
                    },
                    "spec": _pod(args),
                },
            },
            opts=self.child(depends_on=first),
        )
        ports = {PORT: names.ALARM_FORWARDER_PORT}
        if args.acknowledging:
            ports[SECOND_PORT] = names.ACKNOWLEDGEMENTS_PORT
        kubernetes.core.v1.Service(
            f"{name}-service",
            metadata=_metadata(args),
            spec={
                "selector": _selector(),
                "ports": [{"name": port, "port": number, "target_port": port} for port, number in ports.items()],
            },
            opts=self.child(),
        )
        monitor = OperatorObject(
            name=names.ALARM_FORWARDER,
            labels=labels.of_object(names.ALARM_FORWARDER),
            spec={
                "selector": {"matchLabels": _selector()},
                "endpoints": [
                    {"port": port, "interval": "30s", "relabelings": labels.own_relabelings(names.ALARM_FORWARDER)}
                    for port in ports
                ],
            },
        )
        operator_objects(self, name, "ServiceMonitor", args.namespace, [monitor])
        self.register_outputs({})

    def _keys(self, name: str, args: AlarmForwarderArgs) -> list[pulumi.Resource]:
        """The Secret with a key of PagerDuty's API for each team that named one."""
        if not args.api_keys:
            return []
        return [
            kubernetes.core.v1.Secret(
                f"{name}-keys",
                metadata=_metadata(args, names.ACKNOWLEDGEMENTS),
                string_data={team: pulumi.Output.secret(key) for team, key in sorted(args.api_keys.items())},
                opts=self.child(),
            )
        ]

    def _config_map(
        self, resource: str, args: AlarmForwarderArgs, name: str, data: Mapping[str, str]
    ) -> kubernetes.core.v1.ConfigMap:
        return kubernetes.core.v1.ConfigMap(resource, metadata=_metadata(args, name), data=data, opts=self.child())


def _metadata(args: AlarmForwarderArgs, name: str = names.ALARM_FORWARDER) -> kubernetes.meta.v1.ObjectMetaArgsDict:
    return {
        "name": name,
        "namespace": args.namespace,
        "labels": labels.of_object(names.ALARM_FORWARDER),
    }


def _selector() -> dict[str, str]:
    return {labels.OBJECT_NAME: names.ALARM_FORWARDER, labels.PART_OF: labels.PROJECT}


def _table_map(file: str) -> str:
    return f"{names.ALARM_FORWARDER}-{file.removesuffix('.json')}"


def _pod(args: AlarmForwarderArgs) -> Any:
    placement = args.placement
    return {
        "service_account_name": names.ALARM_FORWARDER,
        # It asks nothing of the Kubernetes API; the token for AWS is mounted all the same.
        "automount_service_account_token": False,
        "security_context": {
            "run_as_non_root": True,
            "run_as_user": USER,
            "run_as_group": USER,
            "fs_group": USER,
            "seccomp_profile": {"type": "RuntimeDefault"},
        },
        **({"priority_class_name": args.priority_class} if args.priority_class else {}),
        **({"node_selector": placement["nodeSelector"], "tolerations": placement["tolerations"]} if placement else {}),
        # A message that is in its hands comes again, so it may end at once.
        "termination_grace_period_seconds": 5,
        "init_containers": [
            _container(
                "unpack",
                # -I: nothing of the environment or of the folder it lies in is imported.
                ["python", "-I", "-u", f"{JOB}/unpack.py", args.archive_url, args.region, args.archive_sha256, PROGRAM],
                [
                    {"name": "job", "mount_path": JOB, "read_only": True},
                    {"name": "program", "mount_path": PROGRAM},
                ],
            )
        ],
        "containers": [
            {
                **_container(
                    "forwarder",
                    ["python", "-u", "-m", "ops.forwarder", *_arguments(args)],
                    [
                        {"name": "program", "mount_path": PROGRAM, "read_only": True},
                        {"name": "table", "mount_path": TABLE, "read_only": True},
                    ],
                ),
                "env": [
                    {"name": "PYTHONPATH", "value": PROGRAM},
                    {"name": "PYTHONDONTWRITEBYTECODE", "value": "1"},
                    {"name": "AWS_DEFAULT_REGION", "value": args.region},
                ],
                "ports": [{"name": PORT, "container_port": names.ALARM_FORWARDER_PORT}],
                "readiness_probe": {"http_get": {"path": "/-/healthy", "port": PORT}},
                "liveness_probe": {"http_get": {"path": "/-/healthy", "port": PORT}, "period_seconds": 60},
            },
            *([_acknowledgements(args)] if args.acknowledging else []),
        ],
        "volumes": [
            {"name": "job", "config_map": {"name": f"{names.ALARM_FORWARDER}-job"}},
            {"name": "program", "empty_dir": {"size_limit": "64Mi"}},
            {
                "name": "table",
                "projected": {"sources": [{"config_map": {"name": _table_map(file)}} for file in sorted(args.table)]},
            },
            *(
                [{"name": "keys", "secret": {"secret_name": names.ACKNOWLEDGEMENTS, "default_mode": 0o440}}]
                if args.acknowledging
                else []
            ),
        ],
    }


def _acknowledgements(args: AlarmForwarderArgs) -> dict[str, Any]:
    """The second program. It alone sees the keys, and a failure of it does not touch the forwarder."""
    command = [
        *("python", "-u", "-m", "ops.acknowledgements", "--keys", KEYS),
        *("--environment", args.environment, "--port", str(names.ACKNOWLEDGEMENTS_PORT)),
        *(word for url in args.alertmanagers for word in ("--alertmanager", url)),
    ]
    mounts = [
        {"name": "program", "mount_path": PROGRAM, "read_only": True},
        {"name": "keys", "mount_path": KEYS, "read_only": True},
    ]
    return {
        **_container("acknowledgements", command, mounts),
        "env": [{"name": "PYTHONPATH", "value": PROGRAM}, {"name": "PYTHONDONTWRITEBYTECODE", "value": "1"}],
        "ports": [{"name": SECOND_PORT, "container_port": names.ACKNOWLEDGEMENTS_PORT}],
        "liveness_probe": {"http_get": {"path": "/-/healthy", "port": SECOND_PORT}, "period_seconds": 60},
    }


def _container(name: str, command: Sequence[pulumi.Input[str]], mounts: Sequence[Any]) -> dict[str, Any]:
    return {
        "name": name,
        "image": IMAGE,
        "command": list(command),
        # Python with botocore is 60 MiB; the archive is 5 MiB, in memory while it is unpacked.
        "resources": {"requests": {"cpu": "20m", "memory": "96Mi"}, "limits": {"memory": "192Mi"}},
        "security_context": {
            "allow_privilege_escalation": False,
            "read_only_root_filesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volume_mounts": list(mounts),
    }


def _arguments(args: AlarmForwarderArgs) -> list[pulumi.Input[str]]:
    repeated = [("--alertmanager", url) for url in args.alertmanagers]
    repeated += [("--prefix", f"{prefix}-") for prefix in args.prefixes]
    return [
        *("--queue", args.queue_url),
        *("--table", TABLE),
        *("--environment", args.environment),
        *("--component", names.ALARM_FORWARDER),
        *("--port", str(names.ALARM_FORWARDER_PORT)),
        *(word for pair in repeated for word in pair),
    ]
