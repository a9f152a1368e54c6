"""A program from the job archive that runs on a schedule: a CronJob of one hardened pod, and its service account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.archive_program import (
    MEMORY,
    PROGRAM,
    ProgramArgs,
    account_and_files,
    container,
    environment,
    mount,
    pod,
)
from components.base import Component
from model import labels

INPUT = "/input"
"""Where ``files`` are mounted."""
SCRATCH = "/tmp"  # noqa: S108 (the pod's own, in memory)
# A run that the control plane could not start in time still starts within the hour; without a limit, 100 missed runs
# would stop the CronJob forever (Kubernetes, "CronJob": "starting deadline").
STARTING_DEADLINE_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledProgramArgs:
    """``python -m <module> <arguments>``, started by ``schedule`` (cron, UTC).

    ``name``: of the CronJob, its pods and its service account; at most 52 characters, which is Kubernetes' limit.
    ``deadline_seconds``: a run that takes longer is ended and counts as failed. At most 40 minutes: JobNotSucceeded
    gives each run 45.
    ``retries``: a run that ends with another code than 0 is repeated, in a new pod, with a growing pause.
    ``files``: name -> content, which the program reads below INPUT. ``scratch_mib``: room below SCRATCH, in memory, so
    it counts to the limit of ``memory``; the rest of the file system is read-only.

    The program's last success is Kubernetes' own: kube_cronjob_status_last_successful_time. JobNotSucceeded fires
    without one, for every CronJob that this component makes.
    """

    name: str
    module: str
    schedule: str
    program: ProgramArgs
    deadline_seconds: int
    arguments: Sequence[pulumi.Input[str]] = ()
    files: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    memory: tuple[str, str] = MEMORY
    scratch_mib: int = 0
    retries: int = 2


@pulumi.type_token("belfry:kubernetes:ScheduledProgram")
class ScheduledProgram(Component):
    """One CronJob. Two runs never overlap: the second waits for the first to end.

    It has no port: a pod that lives for seconds is not scraped, and what it found out it writes to AWS.
    """

    def __init__(self, name: str, args: ScheduledProgramArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        first = account_and_files(self, name, args.name, args.program)
        if args.files:
            first.append(
                kubernetes.core.v1.ConfigMap(
                    f"{name}-input", metadata=_metadata(args, _input(args)), data=args.files, opts=self.child()
                )
            )
        kubernetes.batch.v1.CronJob(
            f"{name}-schedule",
            metadata=_metadata(args, args.name),
            spec={
                "schedule": args.schedule,
                "time_zone": "Etc/UTC",
                "concurrency_policy": "Forbid",
                "starting_deadline_seconds": STARTING_DEADLINE_SECONDS,
                # Of each the last: its pods keep their logs that long.
                "successful_jobs_history_limit": 1,
                "failed_jobs_history_limit": 1,
                "job_template": _job(args),
            },
            opts=self.child(depends_on=first),
        )
        self.register_outputs({})


def _metadata(args: ScheduledProgramArgs, name: str) -> kubernetes.meta.v1.ObjectMetaArgsDict:
    return {"name": name, "namespace": args.program.namespace, "labels": labels.of_object(args.name)}


def _input(args: ScheduledProgramArgs) -> str:
    return f"{args.name}-input"


# Apart and untyped: with the whole CronJob as one literal, mypy tries each combination of the SDK's types, in 20 GB.
def _job(args: ScheduledProgramArgs) -> Any:
    pods = {"labels": labels.of_object(args.name), "annotations": dict(args.program.pod_annotations)}
    return {
        "metadata": {"labels": labels.of_object(args.name)},
        "spec": {
            "backoff_limit": args.retries,
            "active_deadline_seconds": args.deadline_seconds,
            "template": {"metadata": pods, "spec": _pod(args)},
        },
    }


def _pod(args: ScheduledProgramArgs) -> Any:
    command = ["python", "-u", "-m", args.module, *args.arguments]
    mounts: list[dict[str, Any]] = [mount("program", PROGRAM)]
    volumes: list[dict[str, Any]] = []
    if args.files:
        mounts.append(mount("input", INPUT))
        volumes.append({"name": "input", "config_map": {"name": _input(args)}})
    if args.scratch_mib:
        mounts.append({"name": "scratch", "mount_path": SCRATCH})
        size = f"{args.scratch_mib}Mi"
        volumes.append({"name": "scratch", "empty_dir": {"medium": "Memory", "size_limit": size}})
    run = {**container(args.name, command, mounts, args.program.image, args.memory), "env": environment(args.program)}
    return {
        **pod(args.name, args.program, [run], volumes),
        # Each attempt is a pod of its own, and keeps its log.
        "restart_policy": "Never",
        # As the first process of its container, Python takes no notice of SIGTERM.
        "termination_grace_period_seconds": 5,
    }
