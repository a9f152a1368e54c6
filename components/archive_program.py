"""A program from the job archive: one hardened pod, its service account, its Service and a ServiceMonitor."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import AwsPodArgs, Component
from components.hardened_pod import container_security, placed, pod_security
from components.operator_objects import OperatorObject, operator_objects
from model import labels
from model.cluster.compute import USUAL, Compute
from model.versions import image

IMAGE = image("python")
USER = 65534  # nobody; the image has no user of its own
UNPACK = Path(__file__).parent.parent / "jobs" / "unpack.py"
JOB, PROGRAM = "/job", "/program"
PORT = "metrics"  # of the first process
# Requested and at most. Python with botocore is 60 MiB.
MEMORY = ("96Mi", "192Mi")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramArgs(AwsPodArgs):
    """What every program is deployed with.

    ``archive_url`` and ``archive_sha256``: the job archive. ``image`` has the Python that its packages are for.
    """

    archive_url: pulumi.Input[str]
    archive_sha256: str
    region: str
    compute: Compute = USUAL
    image: str = IMAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One container: ``python -m <module>``, which answers ``/metrics`` and ``/-/healthy`` on ``port``.

    ``mounts``: volume -> folder, read-only. ``needed``: the pod is not ready without it. ``memory``: requested, and the
    limit. ``honor_labels``: its series say themselves which system they are about.
    """

    name: str
    module: str
    port: int
    arguments: Sequence[pulumi.Input[str]] = ()
    port_name: str = PORT
    mounts: Mapping[str, str] = field(default_factory=dict)
    needed: bool = True
    memory: tuple[str, str] = MEMORY
    honor_labels: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """``name`` is also that of the service account. ``volumes``: what the processes mount beside the program.

    ``grace_seconds``: how long a process may take to end. ``content``: what the processes read when they start; changed
    content is a new pod.
    """

    name: str
    processes: Sequence[Process]
    volumes: Sequence[Mapping[str, Any]] = ()
    grace_seconds: int = 5
    content: Any = None


def deploy(
    parent: Component, prefix: str, program: Program, args: ProgramArgs, first: Sequence[pulumi.Resource] = ()
) -> None:
    """Register the objects of ``program`` below ``parent``, as resources ``<prefix>-...``; the pod after ``first``.

    One pod, and the old one ends before the new one starts: two would do the same work.
    """
    metadata = metadata_of(args, program)
    before = account_and_files(parent, prefix, program.name, args)
    content = hashlib.sha256(json.dumps([_files(), program.content], sort_keys=True).encode()).hexdigest()
    selector = {labels.OBJECT_NAME: program.name, labels.PART_OF: labels.PROJECT}
    containers = [_process(each, args) for each in program.processes]
    # Any: mypy takes a literal with ** for a dict of objects, which no input of Pulumi's accepts.
    spec: Any = {
        **pod(program.name, args, containers, program.volumes),
        "termination_grace_period_seconds": program.grace_seconds,
    }
    kubernetes.apps.v1.Deployment(
        f"{prefix}-deployment",
        metadata=metadata,
        spec={
            "replicas": 1,
            "strategy": {"type": "Recreate"},
            "selector": {"match_labels": selector},
            "template": {
                "metadata": {
                    "labels": labels.of_object(program.name),
                    "annotations": {labels.SHA256: content, **args.pod_annotations},
                },
                "spec": spec,
            },
        },
        opts=parent.child(depends_on=[*before, *first]),
    )
    kubernetes.core.v1.Service(
        f"{prefix}-service",
        metadata=metadata,
        spec={
            "selector": selector,
            "ports": [
                {"name": each.port_name, "port": each.port, "target_port": each.port_name} for each in program.processes
            ],
        },
        opts=parent.child(),
    )
    monitor = OperatorObject(
        name=program.name,
        labels=labels.of_object(program.name),
        spec={
            "selector": {"matchLabels": selector},
            "endpoints": [_endpoint(program.name, each) for each in program.processes],
        },
    )
    operator_objects(parent, prefix, "ServiceMonitor", args.namespace, [monitor])


def metadata_of(args: ProgramArgs, program: Program, name: str = "") -> kubernetes.meta.v1.ObjectMetaArgsDict:
    """Of an object of ``program``; its own name unless another is given."""
    return _metadata(args, program.name, name)


def account_and_files(parent: Component, prefix: str, name: str, args: ProgramArgs) -> list[pulumi.Resource]:
    """Register what each pod of the program ``name`` needs first: its service account, and what unpacks the archive."""
    annotations = {"eks.amazonaws.com/role-arn": args.role_arn} if args.role_arn else {}
    account = kubernetes.core.v1.ServiceAccount(
        f"{prefix}-account",
        metadata={**_metadata(args, name), "annotations": annotations},
        automount_service_account_token=False,
        opts=parent.child(),
    )
    job = kubernetes.core.v1.ConfigMap(
        f"{prefix}-job", metadata=_metadata(args, name, _job(name)), data=_files(), opts=parent.child()
    )
    return [account, job]


def pod(name: str, args: ProgramArgs, containers: Sequence[Any], volumes: Sequence[Mapping[str, Any]]) -> Any:
    """The pod of the program ``name``: an init container unpacks the archive for ``containers``."""
    # -I: nothing of the environment or of the folder it lies in is imported.
    unpack = ["python", "-I", "-u", f"{JOB}/unpack.py", args.archive_url, args.region, args.archive_sha256, PROGRAM]
    return {
        "service_account_name": name,
        # It asks nothing of the Kubernetes API; the token for AWS is mounted all the same.
        "automount_service_account_token": False,
        "security_context": pod_security(USER),
        **placed(args.placement, args.priority_class),
        "init_containers": [
            # The archive is 28 MiB, in memory while it is unpacked.
            container("unpack", unpack, [mount("job", JOB), {"name": "program", "mount_path": PROGRAM}], args.image)
        ],
        "containers": list(containers),
        "volumes": [
            {"name": "job", "config_map": {"name": _job(name)}},
            {"name": "program", "empty_dir": {"size_limit": "64Mi"}},
            *volumes,
        ],
    }


def environment(args: ProgramArgs) -> list[Any]:
    """Environment variables by which a container finds the unpacked program and AWS."""
    return [
        {"name": "PYTHONPATH", "value": PROGRAM},
        {"name": "PYTHONDONTWRITEBYTECODE", "value": "1"},
        {"name": "AWS_DEFAULT_REGION", "value": args.region},
        *args.compute.aws_environment,
    ]


def mount(volume: str, folder: str) -> dict[str, Any]:
    """A volume that the container only reads."""
    return {"name": volume, "mount_path": folder, "read_only": True}


def container(
    name: str,
    command: Sequence[pulumi.Input[str]],
    mounts: Sequence[Any],
    image: str,
    memory: tuple[str, str] = MEMORY,
) -> dict[str, Any]:
    """A hardened container. ``memory``: requested, and the limit."""
    requested, limit = memory
    return {
        "name": name,
        "image": image,
        "command": list(command),
        "resources": {"requests": {"cpu": "20m", "memory": requested}, "limits": {"memory": limit}},
        "security_context": container_security(),
        "volume_mounts": list(mounts),
    }


def _endpoint(name: str, process: Process) -> dict[str, Any]:
    honored = {"honorLabels": True} if process.honor_labels else {}
    return {
        "port": process.port_name,
        "interval": "30s",
        **honored,
        "relabelings": labels.own_relabelings(name),
    }


def _metadata(args: ProgramArgs, program: str, name: str = "") -> kubernetes.meta.v1.ObjectMetaArgsDict:
    return {"name": name or program, "namespace": args.namespace, "labels": labels.of_object(program)}


def _files() -> dict[str, str]:
    return {"unpack.py": UNPACK.read_text(encoding="utf-8")}


def _job(name: str) -> str:
    return f"{name}-job"


def _process(process: Process, args: ProgramArgs) -> dict[str, Any]:
    healthy = {"http_get": {"path": "/-/healthy", "port": process.port_name}}
    command = ["python", "-u", "-m", process.module, *process.arguments, "--port", str(process.port)]
    mounts = [mount("program", PROGRAM), *(mount(volume, folder) for volume, folder in process.mounts.items())]
    return {
        **container(process.name, command, mounts, args.image, process.memory),
        "env": environment(args),
        "ports": [{"name": process.port_name, "container_port": process.port}],
        **({"readiness_probe": healthy} if process.needed else {}),
        "liveness_probe": {**healthy, "period_seconds": 60},
    }
