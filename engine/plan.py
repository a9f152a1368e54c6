"""The plan file: everything one environment would consist of, the same bytes for the same input; and how two differ."""

import json
from pathlib import Path

from engine.events import Change, Recorder, Step
from engine.offline.__main__ import PACKAGES
from engine.offline.package import Package, type_of
from model.changes import difference
from model.changes.difference import Difference
from model.changes.difference import Path as PropertyPath
from model.plan import FORMAT, Plan, PlannedResource

_KNOWN: dict[str, Package] = {}


def plan_of(environment: str, recorder: Recorder, saved: Path, *, offline: bool, simulated: bool) -> Plan:
    """Inputs and parents as the engine's events have them (secrets masked there already), dependencies as ``saved``.

    ``saved`` is what ``pulumi preview --save-plan`` wrote: the events do not carry dependencies, and the preview's
    ``--json`` leaves out what does not change.
    """
    goals = {urn: planned.get("goal") or {} for urn, planned in json.loads(saved.read_text())["resourcePlans"].items()}
    return Plan(
        format=FORMAT,
        environment=str(environment),
        offline=offline,
        simulated=simulated,
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


def _resource(step: Step, dependencies: list[str]) -> PlannedResource:
    return PlannedResource(
        urn=step.urn,
        type=step.type,
        name=step.name,
        parent=step.parent,
        # Without the id behind the URN, which is another in each preview.
        provider=step.provider.rpartition("::")[0],
        protect=step.protect,
        dependencies=sorted(dependencies),
        inputs=dict(step.inputs),
    )


def compare(before: Plan, after: Plan) -> Difference:
    """From ``before`` to ``after``."""
    return difference.compare(before, after, replaces)


def replaces(urn: str, path: PropertyPath) -> bool:
    """Whether a change at ``path`` replaces a resource: the same knowledge that shows it in an offline preview."""
    name = type_of(urn).split(":")[0]
    if name in PACKAGES and name not in _KNOWN:
        _KNOWN[name] = PACKAGES[name]()
    return name in _KNOWN and _KNOWN[name].replaces(urn, path)
