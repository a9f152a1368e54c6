"""The forwarder of CloudWatch alarms: one pod that takes state changes from a queue and posts them to Alertmanager."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.archive_program import Process, Program, ProgramArgs, deploy, metadata_of
from components.base import Component
from model import names

TABLE, KEYS = "/table", "/keys"
SECOND_PORT = "metrics-2"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmForwarderArgs:
    """``table``: file -> what alerts look like (``model.alerting.aws_alarms``); ``prefixes`` begin alarms' names.

    ``acknowledging``: teams whose acknowledgements in PagerDuty stop escalation. ``api_keys``: team -> its key of
    PagerDuty's API; none at all: the Secret comes from elsewhere (External Secrets).
    """

    program: ProgramArgs
    queue_url: pulumi.Input[str]
    alertmanagers: Sequence[str]
    table: Mapping[str, str]
    prefixes: Sequence[str]
    environment: str
    acknowledging: Sequence[str] = ()
    api_keys: Mapping[str, pulumi.Input[str]] | None = None


@pulumi.type_token("belfry:kubernetes:AlarmForwarder")
class AlarmForwarder(Component):
    """Deployment of one pod, its table of alarms, and a ServiceMonitor. Where teams want it, a second container.

    One pod: of two, each would hear a part of the events, and one would post as firing what the other one knows to have
    ended. While there is none, messages wait, Alertmanager keeps each alert for half an hour, and composite
    alarms notify.
    """

    def __init__(self, name: str, args: AlarmForwarderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        program = _program(args)
        # One for each system: a ConfigMap holds a MiB.
        tables = [
            kubernetes.core.v1.ConfigMap(
                f"{name}-{file.removesuffix('.json')}",
                metadata=metadata_of(args.program, program, _table_map(file)),
                data={file: text},
                opts=self.child(),
            )
            for file, text in sorted(args.table.items())
        ]
        deploy(self, name, program, args.program, [*tables, *self._keys(name, args, program)])
        self.register_outputs({})

    def _keys(self, name: str, args: AlarmForwarderArgs, program: Program) -> list[pulumi.Resource]:
        """The Secret with a key of PagerDuty's API for each team that named one."""
        if not args.api_keys:
            return []
        return [
            kubernetes.core.v1.Secret(
                f"{name}-keys",
                metadata=metadata_of(args.program, program, names.ACKNOWLEDGEMENTS),
                string_data={team: pulumi.Output.secret(key) for team, key in sorted(args.api_keys.items())},
                opts=self.child(),
            )
        ]


def _table_map(file: str) -> str:
    return f"{names.ALARM_FORWARDER}-{file.removesuffix('.json')}"


def _program(args: AlarmForwarderArgs) -> Program:
    forwarder = Process(
        name="forwarder",
        module="ops.forwarder",
        port=names.ALARM_FORWARDER_PORT,
        arguments=[
            *("--queue", args.queue_url),
            *("--table", TABLE),
            *("--environment", args.environment),
            *("--component", names.ALARM_FORWARDER),
            *_alertmanagers(args),
            *(word for prefix in args.prefixes for word in ("--prefix", f"{prefix}-")),
        ],
        mounts={"table": TABLE},
    )
    table = {
        "name": "table",
        "projected": {"sources": [{"config_map": {"name": _table_map(file)}} for file in sorted(args.table)]},
    }
    keys = {"name": "keys", "secret": {"secret_name": names.ACKNOWLEDGEMENTS, "default_mode": 0o440}}
    return Program(
        name=names.ALARM_FORWARDER,
        processes=[forwarder, *([_acknowledgements(args)] if args.acknowledging else [])],
        volumes=[table, *([keys] if args.acknowledging else [])],
        # A message that is in its hands comes again, so it may end at once.
        grace_seconds=5,
        # The program reads its table when it starts.
        content=dict(args.table),
    )


def _acknowledgements(args: AlarmForwarderArgs) -> Process:
    """The second program. It alone sees the keys, and a failure of it does not touch the forwarder."""
    return Process(
        name="acknowledgements",
        module="ops.acknowledgements",
        port=names.ACKNOWLEDGEMENTS_PORT,
        port_name=SECOND_PORT,
        arguments=["--keys", KEYS, "--environment", args.environment, *_alertmanagers(args)],
        mounts={"keys": KEYS},
        needed=False,
    )


def _alertmanagers(args: AlarmForwarderArgs) -> list[str]:
    return [word for url in args.alertmanagers for word in ("--alertmanager", url)]
