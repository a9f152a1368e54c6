"""Belfry's own program, as the driver runs it."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from engine.driver import Program
from model.catalog import Catalog
from model.names import DEAD_MANS_SWITCH_SECRET

ROOT = Path(__file__).resolve().parents[1]


def belfry() -> Program:
    """The program of ``stacks``."""
    # Importing the AWS and Kubernetes SDKs takes a second, and `diff` or a mistyped command need none of them.
    from stacks import program  # noqa: PLC0415

    return Program(run=lambda offline: program.run(offline=offline), secrets=made_up_secrets)


def made_up_secrets(environment: str) -> Mapping[str, str]:
    """A value for each secret that the catalog's receivers name; readable as made up, and the same in each run."""
    del environment
    names = sorted({*Catalog.load(ROOT / "catalog").secrets, DEAD_MANS_SWITCH_SECRET})
    return {name: f"made-up-{hashlib.sha256(name.encode()).hexdigest()[:16]}" for name in names}
