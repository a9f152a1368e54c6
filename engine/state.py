"""States that runs and programs begin from: what the deployment of ``local`` holds, a copy of an exported one."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi.automation as auto
from pulumi.runtime.rpc import _special_secret_sig, _special_sig_key

from engine.errors import readable
from engine.modes import find_pulumi
from engine.offline.differences import MASKED
from engine.workspace import OfflineWorkspace, unreadable
from model.file import read_json
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


def read_state(path: Path, salt: str) -> auto.Deployment:
    """The deployment in ``path`` (as ``pulumi stack export`` writes it), with every secret masked.

    ``salt`` is that of the throw-away stack's passphrase, which encrypts the copy.

    The ciphertexts need the real stack's secrets provider, which an offline run has no login for; and a plain secret
    (``--show-secrets``) has no business in a throw-away state. Raises BadInput when the file is no exported state.
    """
    expected = "a file written by: pulumi stack export --file <file>"
    exported = read_json(path)
    if not isinstance(exported, dict) or not isinstance(exported.get("deployment"), dict):
        raise BadInput([Problem(str(path), "no deployment in it", expected)])
    deployment = _without_secrets(exported["deployment"])
    # Without a secrets provider in the file the CLI panics as soon as it has a secret to write.
    deployment["secrets_providers"] = {"type": "passphrase", "state": {"salt": salt}}
    return auto.Deployment(version=exported.get("version", 3), deployment=deployment)


def _without_secrets(node: Any) -> Any:
    if isinstance(node, dict):
        if node.get(_special_sig_key) == _special_secret_sig:
            return {_special_sig_key: _special_secret_sig, "plaintext": json.dumps(MASKED)}
        return {key: _without_secrets(item) for key, item in node.items()}
    if isinstance(node, list):
        return [_without_secrets(item) for item in node]
    return node
