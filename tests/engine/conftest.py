"""One real deployment and one preview, shared by all tests that only look."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.driver import Driver, Outcome
from engine.modes import choose
from model.vocabulary import Environment
from tests.engine.sample import TOOLS, driver, write_project


@pytest.fixture(scope="session")
def pulumi_cli() -> None:
    """The engine's tests need the CLI: without it they fail, they are not skipped."""
    if not (TOOLS / "bin" / "pulumi").exists() and shutil.which("pulumi") is None:
        pytest.fail("no pulumi CLI in .tools/bin or on PATH; build it: make tools TOOL=pulumi", pytrace=False)


@dataclass(frozen=True)
class Deployment:
    """The sample project after two updates of ``local``; the folder is kept for reading."""

    root: Path
    driver: Driver
    first: Outcome
    second: Outcome


@pytest.fixture(scope="session")
def deployment(pulumi_cli: None, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """Two updates of the stack ``local``."""
    root = write_project(tmp_path_factory.mktemp("deployment"))
    ours = driver(root)
    choice = choose(Environment.LOCAL, None, os.environ, ours.tools)
    return Deployment(root, ours, ours.up(Environment.LOCAL, choice), ours.up(Environment.LOCAL, choice))


@dataclass(frozen=True)
class Planned:
    """The sample project after two offline plans of ``dev``."""

    root: Path
    driver: Driver
    first: Outcome
    second: Outcome


@pytest.fixture(scope="session")
def planned(pulumi_cli: None, tmp_path_factory: pytest.TempPathFactory) -> Planned:
    """Two plans of the stack ``dev``."""
    root = write_project(tmp_path_factory.mktemp("planned"))
    ours = driver(root)
    choice = choose(Environment.DEV, None, {"HOME": str(root)}, ours.tools)
    return Planned(
        root,
        ours,
        ours.preview(Environment.DEV, choice, plan=True),
        ours.preview(Environment.DEV, choice, plan=True),
    )
