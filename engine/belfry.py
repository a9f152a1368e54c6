"""Belfry's own program, as the driver runs it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.driver import Program
from engine.stack_config import Changes, offline_config
from model.names import DEAD_MANS_SWITCH_SECRET, PAGER_SECRET

if TYPE_CHECKING:
    from stacks.inputs import Inputs

ROOT = Path(__file__).resolve().parents[1]


def belfry() -> Program:
    """The program of ``stacks``."""
    one = _Belfry()
    return Program(run=one.run, check=one.check, secrets=one.secrets)


@dataclass
class _Belfry:
    """The inputs are read once, by the check, and handed over to the run."""

    checked: "Inputs | None" = None

    def check(self, environment: str, changes: Changes) -> None:
        """Refuse bad input before the engine starts: it would stop at the first missing key, and tell no more."""
        # Importing the AWS and Kubernetes SDKs takes a second, and `diff` or a mistyped command need none of them.
        from stacks import inputs, settings  # noqa: PLC0415

        config = offline_config(ROOT, environment, {}, changes).settings["config"]
        prefix = f"{settings.NAMESPACE}:"
        given = {key.removeprefix(prefix): value for key, value in config.items() if key.startswith(prefix)}
        given.pop(settings.SECRETS_KEY, None)
        self.checked = inputs.read(environment, given, today=today())

    def secrets(self, environment: str) -> Mapping[str, str]:
        """Made-up values of all secrets that the checked input needs."""
        del environment
        assert self.checked, "the driver checks first"
        return made_up_secrets([*self.checked.catalog.secrets, *self.checked.demanded_secrets])

    def run(self, offline: bool) -> None:
        """Register the resources."""
        from stacks import program  # noqa: PLC0415 (as above)

        program.run(offline=offline, today=today(), checked=self.checked)


def today() -> str:
    """The day in UTC as ISO text: the same for everybody who deploys."""
    return datetime.now(UTC).date().isoformat()


def made_up_secrets(needed: Iterable[str]) -> Mapping[str, str]:
    """A simulated value for each secret that is needed; recognizable, and the same in each run."""
    names = sorted({*needed, DEAD_MANS_SWITCH_SECRET})
    made_up = {name: f"made-up-{hashlib.sha256(name.encode()).hexdigest()[:16]}" for name in names}
    # The one whose form is checked: SNS takes nothing but a URL.
    return {**made_up, PAGER_SECRET: "https://made-up.example.com/pager"}
