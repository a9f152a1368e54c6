"""A job that runs files of its own once for each state of them: for what a server takes by its API alone."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from components.hardened_pod import container_security, pod_security
from model import labels


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptJob:
    """``files`` lie in ``folder``; ``command`` runs one of them. ``user``: of the image, for files it may read.

    ``deadline_seconds``: longer than the script itself waits for its server, so that its own words are the log's last.
    ``volumes`` and ``mounts`` are beside the files'. No token of Kubernetes is mounted.
    """

    name: str
    namespace: pulumi.Input[str]
    image: str
    user: int
    files: Mapping[str, str]
    folder: str
    command: Sequence[str]
    environment: Sequence[kubernetes.core.v1.EnvVarArgsDict] = ()
    volumes: Sequence[kubernetes.core.v1.VolumeArgsDict] = ()
    mounts: Sequence[kubernetes.core.v1.VolumeMountArgsDict] = ()
    service_account: str | None = None
    placement: Mapping[str, Any] = field(default_factory=dict)
    memory_mib: int = 64
    # A new server pulls images, forms, and gets its certificates within minutes; a slow volume may take ten.
    deadline_seconds: int = 900
    retries: int = 4


def script_job(parent: Component, prefix: str, job: ScriptJob, after: Sequence[pulumi.Resource] = ()) -> None:
    """Register the ConfigMap ``<prefix>-files`` and the Job ``<prefix>-job`` below ``parent``.

    A job can never be changed, so another content is another job, of another name.
    """
    version = hashlib.sha256(json.dumps([dict(job.files), job.image], sort_keys=True).encode()).hexdigest()[:8]
    metadata: kubernetes.meta.v1.ObjectMetaArgsDict = {
        "name": f"{job.name}-{version}",
        "namespace": job.namespace,
        "labels": labels.of_object(job.name),
    }
    files = kubernetes.core.v1.ConfigMap(f"{prefix}-files", metadata=metadata, data=job.files, opts=parent.child())
    kubernetes.batch.v1.Job(
        f"{prefix}-job",
        metadata=metadata,
        spec={
            "backoff_limit": job.retries,
            "active_deadline_seconds": job.deadline_seconds,
            "template": {
                "metadata": {"labels": labels.of_object(job.name)},
                "spec": _pod(f"{job.name}-{version}", job),
            },
        },
        opts=parent.child(depends_on=[files, *after]),
    )


def _pod(files: str, job: ScriptJob) -> kubernetes.core.v1.PodSpecArgsDict:
    spec: kubernetes.core.v1.PodSpecArgsDict = {
        "automount_service_account_token": False,
        "restart_policy": "Never",
        "security_context": pod_security(job.user),
        "containers": [_container(job)],
        "node_selector": job.placement.get("nodeSelector", {}),
        "tolerations": job.placement.get("tolerations", []),
        "volumes": [
            {"name": "files", "config_map": {"name": files}},
            *job.volumes,
            {"name": "tmp", "empty_dir": {"medium": "Memory", "size_limit": "1Mi"}},
        ],
    }
    return {**spec, "service_account_name": job.service_account} if job.service_account else spec


def _container(job: ScriptJob) -> kubernetes.core.v1.ContainerArgsDict:
    return {
        "name": job.name,
        "image": job.image,
        "command": list(job.command),
        "env": list(job.environment),
        "resources": {
            "requests": {"cpu": "20m", "memory": f"{job.memory_mib // 2}Mi"},
            "limits": {"memory": f"{job.memory_mib}Mi"},
        },
        "security_context": container_security(),
        "volume_mounts": [
            {"name": "files", "mount_path": job.folder, "read_only": True},
            *job.mounts,
            {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 (the pod's own, in memory)
        ],
    }
