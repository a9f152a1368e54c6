"""The program that writes incidents down: one pod that reads Prometheus and Alertmanager, and writes to S3."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_kubernetes as kubernetes

from components.archive_program import Process, Program, ProgramArgs, deploy, metadata_of
from components.base import Component
from model import names

SCOPE, KEYS = "/scope", "/keys"
SCOPE_FILE = "scope.json"
# Python with pydantic and botocore is 90 MiB. A reading of 200 objectives over two hours is 30 MiB of JSON at its most.
MEMORY = ("96Mi", "320Mi")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentWatchArgs:
    """``scope``: JSON of what calls what and who owns action items (``model.incidents.scope``).

    ``servers``: options of the program with their URLs, each as often as there are replicas. ``keys``: whether there
    is the Secret with teams' keys of PagerDuty's API, which is made beside the forwarder of alarms.
    """

    program: ProgramArgs
    environment: str
    bucket: pulumi.Input[str]
    scope: str
    servers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    keys: bool = False


@pulumi.type_token("belfry:kubernetes:IncidentWatch")
class IncidentWatch(Component):
    """Deployment of one pod, its ConfigMap with the scope, its service account, its Service and a ServiceMonitor.

    One pod: two would do the same work. While there is none, nothing is lost: it reads the last two hours when it
    starts, and Prometheus keeps more.
    """

    def __init__(self, name: str, args: IncidentWatchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        program = _program(args)
        scope = kubernetes.core.v1.ConfigMap(
            f"{name}-scope",
            metadata=metadata_of(args.program, program, _SCOPE_MAP),
            data={SCOPE_FILE: args.scope},
            opts=self.child(),
        )
        deploy(self, name, program, args.program, [scope])
        self.register_outputs({})


_SCOPE_MAP = f"{names.INCIDENT_WATCH}-scope"


def _program(args: IncidentWatchArgs) -> Program:
    watch = Process(
        name="watch",
        module="ops.incidents",
        port=names.INCIDENT_WATCH_PORT,
        arguments=[
            *("--environment", args.environment),
            *("--scope", f"{SCOPE}/{SCOPE_FILE}"),
            *("--store", pulumi.Output.concat("s3://", args.bucket)),
            *(word for option, urls in args.servers.items() for url in urls for word in (f"--{option}", url)),
            *(("--pagerduty-keys", KEYS) if args.keys else ()),
        ],
        mounts={"scope": SCOPE, **({"keys": KEYS} if args.keys else {})},
        memory=MEMORY,
        honor_labels=True,
    )
    keys = {"name": "keys", "secret": {"secret_name": names.ACKNOWLEDGEMENTS, "default_mode": 0o440}}
    return Program(
        name=names.INCIDENT_WATCH,
        processes=[watch],
        volumes=[{"name": "scope", "config_map": {"name": _SCOPE_MAP}}, *([keys] if args.keys else [])],
        # Whatever it writes is whole or not there, so it may end at once.
        grace_seconds=5,
        # The program reads it when it starts.
        content=args.scope,
    )
