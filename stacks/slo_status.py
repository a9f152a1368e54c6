"""The job that publishes the status of all objectives, where pods of the cluster have rights in AWS."""

from dataclasses import replace

from components.scheduled_program import ScheduledProgram, ScheduledProgramArgs
from model import names
from model.account.storage import BucketUse
from model.cluster import workloads
from stacks.in_cluster import InCluster

EVERY_MINUTES, ROUNDS = 15, 15
# The rounds take 14 minutes; the last one, retries and the start of the pod a few more.
DEADLINE_SECONDS = 20 * 60


def build(target: InCluster) -> None:
    """Register it. Without rights in AWS there is no bucket either."""
    inputs = target.inputs
    if not inputs.runs_programs:
        return
    # Without a priority: where a node is lost, it leaves its room to what notifies people, and runs again later.
    program = replace(target.program(workloads.SLO_STATUS), priority_class=None)
    systems = sorted(system.system for system in inputs.catalog.systems)
    ScheduledProgram(
        names.SLO_STATUS,
        ScheduledProgramArgs(
            name=names.SLO_STATUS,
            module="ops.slo_status",
            schedule=f"*/{EVERY_MINUTES} * * * *",
            program=program,
            deadline_seconds=DEADLINE_SECONDS,
            arguments=[
                *("--environment", str(inputs.settings.environment)),
                *(word for system in systems for word in ("--system", system)),
                *(word for url in target.prometheus for word in ("--prometheus", url)),
                *("--watchdog", names.WATCHDOG),
                *("--bucket", target.foundation.buckets.names[BucketUse.REPORTS]),
                *("--rounds", str(ROUNDS)),
            ],
        ),
        opts=target.opts(workloads.SLO_STATUS),
    )
