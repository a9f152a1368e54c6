"""Where the engine runs: an offline workspace of our own, or the user's own installation."""

import json
import os
import shlex
import shutil
import stat
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pulumi.automation as auto
import yaml

from engine.errors import EngineError
from engine.offline import SIMULATED
from engine.offline.__main__ import PACKAGES
from engine.stack_config import StackConfig
from model.problems import BadInput, Problem
from model.yaml_file import read_yaml
from model.yaml_text import to_yaml

PROJECT_FILE = "Pulumi.yaml"
# Keys of the project file that lead out of the throw-away workspace.
_OUTWARD_KEYS = ("backend", "main", "plugins", "stackConfigDir", "packages")
_SALT_KEY = "encryptionsalt"
_PASSPHRASE = "belfry offline: every secret in this state is simulated"  # noqa: S105 (protects nothing real)

REPOSITORY = Path(__file__).resolve().parents[1]


def refuse_moved(root: Path) -> None:
    """Raise EngineError when the checkout was moved or removed while this runs.

    The engine's own process makes folders of the old path again: they go.
    """
    if root.is_dir() and {each.name for each in root.iterdir()} != {".local"}:
        return
    shutil.rmtree(root / ".local" / "state", ignore_errors=True)
    for folder in (root / ".local", root):
        with suppress(OSError):  # not empty, or not there
            folder.rmdir()
    raise EngineError(f"the checkout {root} is missing; if it was moved, run this in its new place")


def unreadable(environment: str, why: str) -> EngineError:
    """The error about a state that cannot be read, with the way out."""
    return EngineError(f"the state of '{environment}' cannot be read ({why}); `make clean up` creates it again")


def require_own_backend(url: str, folder: Path) -> None:
    """Refuse any backend but a folder inside ``folder``: made-up state must never reach a real backend."""
    scheme, _, path = url.partition("://")
    if scheme != "file" or not Path(path).resolve().is_relative_to(folder.resolve()):
        raise BadInput([Problem("backend", f"an offline run was given {url}", f"a file:// folder inside {folder}")])


class OfflineWorkspace:
    """A folder with everything the engine touches: plugins, home, backend, project. Nothing outside is written."""

    def __init__(self, folder: Path, root: Path, environment: str, pulumi: Path, *, simulated: bool = False) -> None:
        self.folder, self.root, self.environment, self.pulumi = folder.resolve(), root, environment, pulumi
        self.simulated = simulated
        self.project, self.backend = self.folder / "project", self.folder / "backend"

    @property
    def state_file(self) -> Path:
        """Where the ``file://`` backend keeps the stack."""
        return self.backend / ".pulumi" / "stacks" / self.project_name / f"{self.environment}.json"

    @property
    def stack_file(self) -> Path:
        """The stack's configuration in this workspace."""
        return self.project / f"Pulumi.{self.environment}.yaml"

    @property
    def salt(self) -> str:
        """The salt of the passphrase, empty before the stack was made."""
        try:
            settings = yaml.safe_load(self.stack_file.read_text(encoding="utf-8")) if self.stack_file.exists() else {}
        except (yaml.YAMLError, ValueError):
            settings = None
        return str(settings.get(_SALT_KEY, "")) if isinstance(settings, dict) else ""

    def require_whole_state(self) -> None:
        """Raise EngineError when the state cannot be read: a kill or a full disk cut it short, or took its salt."""
        if not self.state_file.is_file():
            return
        try:
            found = json.loads(self.state_file.read_bytes())
            why = "" if isinstance(found, dict) and "checkpoint" in found else "it is no state of the engine"
        except (ValueError, RecursionError) as error:
            why = str(error)
        why = why or ("" if self.salt else f"{self.stack_file} has no salt of its passphrase")
        if why:
            raise unreadable(self.environment, why)

    @property
    def locks(self) -> Path:
        """Where the ``file://`` backend keeps its locks."""
        return self.backend / ".pulumi" / "locks"

    @property
    def project_name(self) -> str:
        """The name in the repository's Pulumi.yaml: part of every URN."""
        return str(self._project_settings()["name"])

    def variables(self, environ: Mapping[str, str], backend_url: str | None = None) -> dict[str, str]:
        """Environment of the child process. Empty strings take back what the user's shell sets for real runs."""
        url = backend_url or f"file://{self.backend}"
        require_own_backend(url, self.folder)
        return {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{environ.get('PATH', '')}",
            "PULUMI_BACKEND_URL": url,
            "PULUMI_CONFIG_PASSPHRASE": _PASSPHRASE,
            "PULUMI_CONFIG_PASSPHRASE_FILE": "",
            "PULUMI_ACCESS_TOKEN": "",
            "PULUMI_STACK": "",
            "PULUMI_IGNORE_AMBIENT_PLUGINS": "false",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # The engine writes the whole state after each step, which makes an update quadratic. State that is made
            # up loses nothing when only the end is written: after a crash the next update makes it up again.
            "PULUMI_EXPERIMENTAL": "true",
            "PULUMI_SKIP_CHECKPOINTS": "true",
            SIMULATED: "1" if self.simulated else "",
        }

    def open(self, program: Callable[[], None], config: StackConfig, environ: Mapping[str, str]) -> auto.Stack:
        """Write the workspace and select the stack, made when it is not there yet."""
        refuse_moved(self.root)  # or the folders below would make the old path again
        for folder in (self.project, self.backend, self.folder / "home"):
            folder.mkdir(parents=True, exist_ok=True)
        write_plugins(self.folder / "bin", self.pulumi)
        self._write(self.project / PROJECT_FILE, self._project_settings())
        # The salt belongs to the state that an earlier run wrote; without it that state cannot be read again.
        salt = self.salt if self.state_file.exists() else ""
        self._write(self.stack_file, {**config.settings, **({_SALT_KEY: salt} if salt else {})})
        workspace = auto.LocalWorkspace(
            work_dir=str(self.project),
            pulumi_home=str(self.folder / "home"),
            program=program,
            pulumi_command=auto.PulumiCommand(root=str(self.folder)),
            env_vars=self.variables(environ),
        )
        stack = (auto.Stack.select if salt else auto.Stack.create)(self.environment, workspace)
        if config.secrets:
            secrets = {path: auto.ConfigValue(value, secret=True) for path, value in config.secrets.items()}
            stack.set_all_config(secrets, path=True)
        return stack

    def _project_settings(self) -> dict[str, Any]:
        document = read_yaml(self.root / PROJECT_FILE, PROJECT_FILE)
        settings = {key: item for key, item in document.items() if key not in _OUTWARD_KEYS}
        return {**settings, "runtime": "python"}

    @staticmethod
    def _write(path: Path, settings: Mapping[str, Any]) -> None:
        path.write_text(to_yaml(dict(settings), sort_keys=True), encoding="utf-8")


def open_real(root: Path, environment: str, program: Callable[[], None], pulumi: Path) -> auto.Stack:
    """The existing stack of the user's own backend, with the user's own login, plugins and credentials."""
    # The SDK runs <root>/bin/pulumi or `pulumi` from PATH; a CLI in a folder of another name must be on PATH.
    command = auto.PulumiCommand(root=str(pulumi.parent.parent) if pulumi.parent.name == "bin" else None)
    workspace = auto.LocalWorkspace(work_dir=str(root), program=program, pulumi_command=command)
    try:
        return auto.Stack.select(environment, workspace)
    except auto.StackNotFoundError:
        hint = "log in to its backend, or make it: pulumi stack init " + environment
        raise EngineError(f"the stack '{environment}' does not exist in your Pulumi backend; {hint}") from None


def write_plugins(folder: Path, pulumi: Path) -> None:
    """Fill ``folder`` with ``pulumi-resource-<name>`` for each offline provider, and a link to the ``pulumi`` CLI.

    Beside them lies what starts a policy pack.

    The CLI is linked because the SDK puts the folder of the CLI it runs before everything else on the child's PATH: a
    real plugin lying beside the user's own CLI would win over ours.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(PACKAGES):
        plugin = folder / f"pulumi-resource-{name}"
        # The shell's parent is the engine. Python would ask too late: it takes a second to start.
        command = f'exec {shlex.quote(sys.executable)} -m engine.offline {name} "$PPID" "$@"'
        plugin.write_text(f"#!/bin/sh\nPYTHONPATH={shlex.quote(str(REPOSITORY))}\nexport PYTHONPATH\n{command}\n")
        plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    # Without the language host of an ordinary installation the engine starts a policy pack by this program, in the
    # pack's folder, with its own address and the pack's options.
    analyzer = folder / "pulumi-analyzer-policy-python"
    analyzer.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -u __main__.py "$@"\n')
    analyzer.chmod(analyzer.stat().st_mode | stat.S_IXUSR)
    link = folder / "pulumi"
    link.unlink(missing_ok=True)
    link.symlink_to(pulumi.resolve())
