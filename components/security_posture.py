"""The reader of the security posture: one pod that asks Inspector, Security Hub and AWS Config for their numbers."""

import pulumi

from components.archive_program import Process, Program, ProgramArgs, deploy
from components.base import Component
from model import names

PROGRAM = Program(
    name=names.SECURITY_POSTURE,
    processes=[
        Process(
            name="reader",
            module="ops.security_posture",
            port=names.SECURITY_POSTURE_PORT,
            memory=("128Mi", "256Mi"),
        )
    ],
)


@pulumi.type_token("belfry:kubernetes:SecurityPosture")
class SecurityPosture(Component):
    """Deployment of one pod, its service account, its Service and a ServiceMonitor."""

    def __init__(self, name: str, args: ProgramArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        deploy(self, name, PROGRAM, args)
        self.register_outputs({})
