"""The reader of the account's security services, where pods of the cluster have rights in AWS."""

import pulumi

from components.security_posture import SecurityPosture
from model import names
from model.catalog.telemetry import OwnProgram
from model.cluster import workloads
from stacks.in_cluster import InCluster
from stacks.settings import Settings


def build(target: InCluster) -> None:
    """Register the reader, or warn that parts of the catalog count on it."""
    if target.settings.reads_security_posture:
        program = target.program(workloads.SECURITY_POSTURE)
        SecurityPosture(names.SECURITY_POSTURE, program, opts=target.opts(workloads.SECURITY_POSTURE))
        return
    why = _why(target.settings)
    for system in target.inputs.catalog.systems:
        for component in system.components:
            if component.program is OwnProgram.SECURITY_POSTURE:
                pulumi.warn(f"{system.system}/{component.name} has no numbers: found {why}")


def _why(settings: Settings) -> str:
    if not settings.security.posture:
        return "security.posture false"
    return "no rights of workloads in AWS" if settings.watches_region else f"account_wide {settings.account_wide}"
