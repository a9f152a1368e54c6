"""A server of the local environment, as data: what to run, with which files, and how to see that it is ready."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from model.base import Model


class Command(Model):
    """What is needed to run a server again, without asking the deployment. Holds no secret."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = Field(default_factory=dict)
    ready: str | None = None  # URL that answers 200 as soon as the server works
    reload: str | None = None  # URL to POST to when a file changed; None: it is restarted
    url: str = ""  # for people

    @field_validator("command")
    @classmethod
    def _each_once(cls, value: Any, _: ValidationInfo) -> Any:
        """Replaces the base's check for equal entries: a command line repeats options, and values of options."""
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """``files``: path below its configuration folder -> text. ``notes``: what differs from the deployment, and why."""

    run: Command
    files: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name, also of its folder."""
        return self.run.name

    @property
    def fingerprint(self) -> str:
        """Changes with any byte of the files."""
        return hashlib.sha256(json.dumps(dict(self.files), sort_keys=True).encode()).hexdigest()[:16]
