"""Belfry's own program, as the driver runs it."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from engine.driver import Program
from engine.stack_config import offline_config
from model.catalog import Catalog
from model.names import DEAD_MANS_SWITCH_SECRET, PAGER_SECRET

ROOT = Path(__file__).resolve().parents[1]


def belfry() -> Program:
    """The program of ``stacks``."""
    # Importing the AWS and Kubernetes SDKs takes a second, and `diff` or a mistyped command need none of them.
    from stacks import program  # noqa: PLC0415

    return Program(run=lambda offline: program.run(offline=offline), check=check, secrets=made_up_secrets)


def check(environment: str) -> None:
    """Refuse bad input before the engine starts: it would stop at the first key that is missing, and tell no more."""
    from stacks import inputs, settings  # noqa: PLC0415 (as above)

    config = offline_config(ROOT, environment, {}).settings["config"]
    prefix = f"{settings.NAMESPACE}:"
    given = {key.removeprefix(prefix): value for key, value in config.items() if key.startswith(prefix)}
    given.pop(settings.SECRETS_KEY, None)
    inputs.read(environment, given)


def made_up_secrets(environment: str) -> Mapping[str, str]:
    """A value for each secret that the catalog's receivers name; readable as made up, and the same in each run."""
    del environment
    names = sorted({*Catalog.load(ROOT / "catalog").secrets, DEAD_MANS_SWITCH_SECRET})
    made_up = {name: f"made-up-{hashlib.sha256(name.encode()).hexdigest()[:16]}" for name in names}
    # The one whose form is checked: SNS takes nothing but a URL.
    return {**made_up, PAGER_SECRET: "https://made-up.example.com/pager"}
