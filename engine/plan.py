"""The plan file: everything one environment would consist of, the same bytes for the same input."""

import json
from pathlib import Path
from typing import Any, TypedDict

from engine.events import Change, Recorder, Step
from model.file import read_json
from model.problems import BadInput, Problem


class PlannedResource(TypedDict):
    """One resource; ``inputs`` with secrets as ``[secret]`` and values not known yet as ``known-after-deployment``."""

    urn: str
    type: str
    name: str
    parent: str
    dependencies: list[str]
    inputs: dict[str, Any]


class Plan(TypedDict):
    """The file's content; ``resources`` are sorted by URN. Resources that would be deleted are not in it."""

    environment: str
    offline: bool
    resources: list[PlannedResource]
    outputs: dict[str, Any]


def plan_of(environment: str, offline: bool, recorder: Recorder, saved: Path) -> Plan:
    """Inputs and parents as the engine's events have them (secrets masked there already), dependencies as ``saved``.

    ``saved`` is what ``pulumi preview --save-plan`` wrote: the events do not carry dependencies, and the preview's
    ``--json`` leaves out what does not change.
    """
    goals = {urn: planned.get("goal") or {} for urn, planned in json.loads(saved.read_text())["resourcePlans"].items()}
    return Plan(
        environment=str(environment),
        offline=offline,
        resources=[
            _resource(step, goals.get(step.urn, {}).get("dependencies") or [])
            for _, step in sorted(recorder.steps.items())
            if step.change is not Change.DELETE
        ],
        outputs=dict(recorder.outputs),
    )


def written(plan: Plan) -> str:
    """The file's text."""
    return json.dumps(plan, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write_plan(plan: Plan, path: Path) -> None:
    """Write ``plan`` to ``path``, whose folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(written(plan), encoding="utf-8")


def read_plan(path: Path) -> Plan:
    """The plan in ``path``. Raises BadInput when there is none."""
    expected = "a plan file, written by: python -m engine plan ENV"
    content = read_json(path)
    if not isinstance(content, dict) or set(content) != set(Plan.__annotations__):
        raise BadInput([Problem(str(path), "no plan in it", expected)])
    plan: Plan = content  # type: ignore[assignment]
    return plan


def _resource(step: Step, dependencies: list[str]) -> PlannedResource:
    return PlannedResource(
        urn=step.urn,
        type=step.type,
        name=step.name,
        parent=step.parent,
        dependencies=sorted(dependencies),
        inputs=dict(step.inputs),
    )
