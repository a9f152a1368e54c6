"""What the offline deployment of ``local`` holds, for the programs that run from it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi.automation as auto

from engine.errors import readable
from engine.modes import find_pulumi
from engine.workspace import OfflineWorkspace, unreadable
from model.problems import BadInput, Problem
from model.vocabulary import Environment


def deployed(root: Path, environ: Mapping[str, str]) -> list[dict[str, Any]]:
    """The resources of the stack ``local`` as the engine keeps them, secrets in the clear.

    They exist in the memory of the caller alone: nothing is written. Raises BadInput when nothing is deployed.
    """
    tools, folder = root / ".tools" / "bin", root / ".local" / "state"
    own = OfflineWorkspace(folder, root, Environment.LOCAL, find_pulumi(environ, tools))
    if not own.state_file.is_file():
        raise BadInput([Problem(".local/state", "nothing is deployed", "`make up`, which deploys and then starts")])
    own.require_whole_state()
    workspace = auto.LocalWorkspace(
        work_dir=str(own.project),
        pulumi_home=str(own.folder / "home"),
        pulumi_command=auto.PulumiCommand(root=str(own.folder)),
        env_vars=own.variables(environ),
    )
    try:
        deployment = workspace.export_stack(Environment.LOCAL).deployment
    except auto.CommandError as error:
        raise unreadable(Environment.LOCAL, readable(str(error))) from None
    resources: list[dict[str, Any]] = (deployment or {}).get("resources") or []
    return resources
