"""Offline or real: which providers a run uses, why, and how to get the other."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from model.problems import BadInput, Problem
from model.vocabulary import Environment

CREDENTIALS_MISSING = "no AWS credentials were found (AWS_PROFILE, AWS_ACCESS_KEY_ID, web identity or ~/.aws)"
_CREDENTIAL_VARIABLES = (
    *("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    *("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
)


class Mode(StrEnum):
    """Which providers answer."""

    OFFLINE = "offline"
    REAL = "real"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The mode of one run; ``reason`` and ``other`` (how to get the other mode) are printed before it starts."""

    mode: Mode
    reason: str
    other: str

    @property
    def offline(self) -> bool:
        """Whether the providers are ours."""
        return self.mode is Mode.OFFLINE


def environment_named(name: str) -> Environment:
    """The environment called ``name``; an unknown one is bad input."""
    environments = {str(environment): environment for environment in Environment}
    if name not in environments:
        raise BadInput([Problem("environment", f"unknown environment '{name}'", ", ".join(environments))])
    return environments[name]


def choose(environment: Environment, asked: Mode | None, environ: Mapping[str, str], tools: Path) -> Choice:
    """The mode: always offline for ``local``; else as asked; else real where a real run can work."""
    if environment is Environment.LOCAL:
        if asked is Mode.REAL:
            found = "real providers were requested for the stack 'local'"
            raise BadInput([Problem("--real", found, "dev, staging or prod; 'local' is always offline")])
        other = "real resources are for dev, staging and prod"
        return Choice(mode=Mode.OFFLINE, reason="the stack 'local' is always offline", other=other)
    if asked is Mode.OFFLINE:
        return Choice(mode=asked, reason="requested by --offline", other="--real uses your own Pulumi and credentials")
    if asked is Mode.REAL:
        return Choice(mode=asked, reason="requested by --real", other="--offline needs no plugin and no account")
    lacking = _lacking(environ, tools)
    if lacking:
        other = "--real runs with your own Pulumi installation, login and credentials"
        return Choice(mode=Mode.OFFLINE, reason=lacking, other=other)
    reason = "your own pulumi has the aws plugin, and AWS credentials were found"
    return Choice(mode=Mode.REAL, reason=reason, other="--offline needs no plugin and no account")


def refuse_offline_change(environment: Environment, choice: Choice, operation: str) -> None:
    """An offline run may change nothing but ``local``: made-up state must never reach a real backend."""
    if choice.offline and environment is not Environment.LOCAL:
        found = f"'{operation}' of '{environment}' would be offline ({choice.reason}); its state would be simulated"
        allowed = f"offline: '{operation} local', or 'preview {environment}'. {choice.other}"
        raise BadInput([Problem(operation, found, allowed)])


def find_pulumi(environ: Mapping[str, str], tools: Path) -> Path:
    """The CLI for an offline run: the built one, else the one on PATH."""
    built = tools / "pulumi"
    found = built if built.exists() else _on_path(environ, tools)
    if found is None:
        raise BadInput([Problem("pulumi", f"no pulumi CLI in {tools} or on PATH", "build it: make tools TOOL=pulumi")])
    return found


def find_own_pulumi(environ: Mapping[str, str], tools: Path) -> Path:
    """The CLI for a real run: the user's own on PATH, else the built one, which installs plugins by itself."""
    return _on_path(environ, tools) or find_pulumi(environ, tools)


def _on_path(environ: Mapping[str, str], tools: Path) -> Path | None:
    folders = environ.get("PATH", "").split(os.pathsep)
    others = os.pathsep.join(folder for folder in folders if folder and Path(folder).resolve() != tools.resolve())
    found = shutil.which("pulumi", path=others)
    return Path(found) if found else None


def _lacking(environ: Mapping[str, str], tools: Path) -> str:
    """What a real run would lack, empty when nothing."""
    if _on_path(environ, tools) is None:
        return "no pulumi installation is on PATH"
    home = Path(environ.get("HOME", str(Path.home())))
    pulumi_home = Path(environ.get("PULUMI_HOME") or home / ".pulumi")
    if not any((pulumi_home / "plugins").glob("resource-aws-v*")):
        return f"your own pulumi has no aws plugin in {pulumi_home / 'plugins'}"
    files = (
        Path(environ.get("AWS_SHARED_CREDENTIALS_FILE") or home / ".aws" / "credentials"),
        Path(environ.get("AWS_CONFIG_FILE") or home / ".aws" / "config"),
    )
    if any(environ.get(name) for name in _CREDENTIAL_VARIABLES) or any(file.is_file() for file in files):
        return ""
    return CREDENTIALS_MISSING
