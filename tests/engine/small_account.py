"""Belfry's own program on a small copy of the project, run by the real engine with the offline providers."""

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml
from pulumi.automation import EngineEvent

from engine.belfry import made_up_secrets
from engine.driver import Driver, Outcome, Program
from engine.events import Change, Recorder
from engine.modes import Choice, choose
from engine.stack_config import Changes, offline_config
from model.assets import BundleKind, digest
from model.vocabulary import Environment
from stacks import inputs, program, settings
from tests.engine.sample import TOOLS
from tests.stacks.deployment import TODAY, copy_of_project
from tests.tools import PROJECT

T = TypeVar("T")
SYSTEMS = ["order-processor", "generic"]


@dataclass
class SmallAccount:
    """The stack ``local`` of a copy of the project with two systems."""

    root: Path
    order: list[tuple[str, str]] = field(default_factory=list)
    read: inputs.Inputs | None = None

    @classmethod
    def create(cls, root: Path) -> "SmallAccount":
        """The files, with nothing deployed."""
        copy_of_project(root)
        for name in ("Pulumi.yaml",):
            (root / name).write_bytes((PROJECT / name).read_bytes())
        (root / ".tools").symlink_to(TOOLS)
        account = cls(root=root)
        account.configure(systems=SYSTEMS, protect=False, dashboards={"cloudwatch": False})
        return account

    def configure(self, **keys: Any) -> None:
        """Replace keys of the stack's file; those of a mapping one by one."""
        path = self.root / "Pulumi.local.yaml"
        document = yaml.safe_load(path.read_text())
        for key, value in keys.items():
            before = document["config"].get(f"belfry:{key}")
            document["config"][f"belfry:{key}"] = {**before, **value} if isinstance(value, dict) else value
        path.write_text(yaml.safe_dump(document))

    def edit_catalog(self, file: str, change: Callable[[dict[str, Any]], object]) -> None:
        """Change a file of the catalog."""
        path = self.root / "catalog" / file
        content = yaml.safe_load(path.read_text())
        change(content)
        path.write_text(yaml.safe_dump(content, sort_keys=False))

    def edit_rules(self, file: str, old: str, new: str) -> None:
        """Replace a text in a file below ``rules/``, and its checksum, as `make lock` does."""
        path, manifest = self.root / "rules" / file, self.root / "rules" / "manifest.yaml"
        before = path.read_bytes()
        after = before.replace(old.encode(), new.encode(), 1)
        assert after != before, f"{file} has no {old!r}"
        path.write_bytes(after)
        manifest.write_text(manifest.read_text().replace(digest(before), digest(after)))

    def up(self) -> Outcome:
        """Deploy it; ``order`` then has begin and end of each resource."""
        return self.run(lambda driver, choice: driver.up(Environment.LOCAL, choice))

    def down(self) -> Outcome:
        """Take it down."""
        return self.run(lambda driver, choice: driver.down(Environment.LOCAL, choice))

    def run(self, work: Callable[[Driver, Choice], T]) -> T:
        """Have the engine do something else with it."""
        self.order = order = []

        class Ordered(Recorder):
            """Also knows when a resource is done: what waits for another one may not begin before."""

            def __call__(self, event: EngineEvent) -> None:
                for word, found in (("begin", event.resource_pre_event), ("end", event.res_outputs_event)):
                    if found and found.metadata.op != "same":
                        order.append((word, found.metadata.urn.rsplit("::", 1)[-1]))
                super().__call__(event)

        driver = Driver(root=self.root, program=Program(run=self._program, check=self._check, secrets=self._secrets))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("engine.driver.Recorder", Ordered)
            return work(driver, choose(Environment.LOCAL, None, {}, driver.tools))

    def _check(self, environment: str, changes: Changes) -> None:
        config = offline_config(self.root, environment, {}, changes).settings["config"]
        given = {key.removeprefix(f"{settings.NAMESPACE}:"): value for key, value in config.items()}
        self.read = small(inputs.read(environment, given, self.root, today=TODAY))

    def _secrets(self, environment: str) -> dict[str, str]:
        assert self.read
        return dict(made_up_secrets([*self.read.catalog.secrets, *self.read.demanded_secrets]))

    def _program(self, offline: bool) -> None:
        program.run(offline=offline, today=TODAY, root=self.root, checked=self.read)


def small(read: inputs.Inputs) -> inputs.Inputs:
    """Without what makes a run slow: the boards' panels, and bundles of rules that are of no system."""
    rules = (BundleKind.PROMETHEUS, BundleKind.LOKI)
    items = tuple(asset for asset in read.assets.items if asset.bundle.system or asset.bundle.kind not in rules)
    boards = tuple(
        dataclasses.replace(board, text=json.dumps({**json.loads(board.text), "panels": []}))
        for board in read.dashboards
    )
    return dataclasses.replace(read, assets=dataclasses.replace(read.assets, items=items), dashboards=boards)


def changed(outcome: Outcome) -> dict[str, Change]:
    """Every resource that differs -> how."""
    return {step.name: step.change for step in outcome.steps if step.change is not Change.SAME}


def properties(outcome: Outcome) -> dict[str, set[str]]:
    """Every resource that is updated -> the inputs that differ."""
    return {
        step.name: {key for key in {*step.inputs, *step.before} if step.inputs.get(key) != step.before.get(key)}
        for step in outcome.steps
        if step.change is Change.UPDATE
    }
