"""A folder in Grafana for each team, which the team may edit and everybody may look at."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.archive_program import IMAGE
from components.base import Component
from components.script_job import ScriptJob, script_job
from model import names

USER = 65534  # nobody; the image has no user of its own
PROGRAM = Path(__file__).parent.parent / "jobs" / "grafana_folders.py"
FILES = "/job"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaFoldersArgs:
    """``folders`` is team -> title of its folder, ``admin_secret`` holds Grafana's administrator."""

    namespace: pulumi.Input[str]
    folders: Mapping[str, str]
    admin_secret: pulumi.Input[str]
    placement: Mapping[str, Any] = field(default_factory=dict)
    image: str = IMAGE
    url: str = names.service(names.GRAFANA, names.MONITORING, names.GRAFANA_PORT, "http")


@pulumi.type_token("belfry:kubernetes:GrafanaFolders")
class GrafanaFolders(Component):
    """One job for each state of the teams: provisioning makes folders, but cannot say who may edit them.

    It must run before the boards arrive, or provisioning and the job might both make a folder of one title. The
    password comes from the Secret into this pod alone. Deliberately not: who belongs to a team (see the program).
    """

    def __init__(self, name: str, args: GrafanaFoldersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        script_job(
            self,
            name,
            ScriptJob(
                name=names.GRAFANA_FOLDERS,
                namespace=args.namespace,
                image=args.image,
                user=USER,
                files={
                    PROGRAM.name: PROGRAM.read_text(encoding="utf-8"),
                    "teams.json": json.dumps(dict(args.folders), sort_keys=True, indent=2),
                },
                folder=FILES,
                # -I: nothing of the environment or of the folder it lies in is imported; -u: the log is there at once.
                command=["python", "-I", "-u", f"{FILES}/{PROGRAM.name}", f"{FILES}/teams.json"],
                environment=[
                    {"name": "GRAFANA_URL", "value": args.url},
                    _from_secret("GRAFANA_USER", args.admin_secret, names.GRAFANA_ADMIN_USER_KEY),
                    _from_secret("GRAFANA_PASSWORD", args.admin_secret, names.GRAFANA_ADMIN_PASSWORD_KEY),
                ],
                placement=args.placement,
            ),
        )
        self.register_outputs({})


def _from_secret(variable: str, secret: pulumi.Input[str], key: str) -> kubernetes.core.v1.EnvVarArgsDict:
    return {"name": variable, "value_from": {"secret_key_ref": {"name": secret, "key": key}}}
