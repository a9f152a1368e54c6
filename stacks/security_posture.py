"""The reader of the account's security services, where pods of the cluster have rights in AWS."""

import pulumi

from components.security_posture import SecurityPosture
from model import names
from model.catalog.telemetry import OwnProgram
from model.cluster import workloads
from stacks.in_cluster import InCluster


def build(target: InCluster) -> None:
    """Register the reader, or warn that parts of the catalog count on it."""
    if target.inputs.reads_security_posture:
        program = target.program(workloads.SECURITY_POSTURE)
        SecurityPosture(names.SECURITY_POSTURE, program, opts=target.opts(workloads.SECURITY_POSTURE))
        return
    why = "no rights of workloads in AWS" if target.settings.security.posture else "security.posture false"
    for system in target.inputs.catalog.systems:
        for component in system.components:
            if component.program is OwnProgram.SECURITY_POSTURE:
                pulumi.warn(f"{system.system}/{component.name} has no numbers: found {why}")
