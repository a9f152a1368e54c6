"""What is expected: the plan of the environment, and the configuration of Alertmanager as this project renders it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from configs.mute_times import muted
from model.alerting.inhibitions import alertmanager_config
from model.alerting.maintenance import MaintenanceWindow, MuteTime
from model.assets import Assets
from model.catalog.catalog import Catalog
from model.file import read_json
from model.plan import Plan, mapping, mappings, read_plan, sequence
from model.problems import BadInput, Problem
from model.verification.state import plan_from_state
from model.vocabulary import Environment
from model.yaml_file import parse_yaml, read_yaml

_STATE = Path(".local/state/backend/.pulumi/stacks/belfry/local.json")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """``configuration``: Alertmanager's. ``tenant``: of Loki, whose lines are those of the platform; mostly none."""

    plan: Plan
    source: str
    configuration: Mapping[str, Any]
    systems: Sequence[str]
    tenant: str
    runbook: str


def read_inputs(root: Path, environment: Environment, plan: Path | None, systems: Sequence[str]) -> Inputs:
    """``plan``: None for the usual file. Raises BadInput, also for a system that the catalog does not have."""
    known = [system.system for system in Catalog.load(root / "catalog").systems]
    if unknown := sorted(set(systems) - set(known)):
        raise BadInput([Problem("--system", f"found {name!r}", ", ".join(known)) for name in unknown])
    settings = _settings(root, environment)
    source, found = _plan(root, environment, plan)
    if found["environment"] != environment:
        where = f"{source}: environment"
        raise BadInput(
            [Problem(where, f"found {found['environment']!r}", f"{environment}: make plan ENV={environment}")]
        )
    tenants = mappings(mapping(settings, "belfry:logs"), "tenants")
    return Inputs(
        plan=found,
        source=source,
        configuration=_configuration(root, environment, settings),
        systems=known,
        tenant=str(tenants[0].get("name", "")) if tenants else "",
        runbook=str(mapping(settings, "belfry:links").get("runbooks", "")),
    )


def _plan(root: Path, environment: Environment, given: Path | None) -> tuple[str, Plan]:
    if given is None and environment is Environment.LOCAL:
        # What is deployed; a plan of it may be newer.
        if not (root / _STATE).is_file():
            raise BadInput([Problem(str(_STATE), "nothing is deployed", "`make up`")])
        return str(_STATE), plan_from_state(read_json(root / _STATE, str(_STATE)), environment, str(_STATE))
    shown = given or Path("build") / environment / "plan.json"
    path = given or root / shown
    if not path.is_file():
        raise BadInput([Problem(str(shown), "there is no plan", f"make plan ENV={environment}")])
    return str(shown), read_plan(path)


def _settings(root: Path, environment: Environment) -> Mapping[str, Any]:
    name = f"Pulumi.{environment}.yaml"
    content = read_yaml(root / name, name)
    return mapping(content, "config") if isinstance(content, dict) else {}


def _configuration(root: Path, environment: Environment, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """As the program renders it. Raises BadInput."""
    systems = list(map(str, sequence(settings, "belfry:systems")))
    assets = Assets.load(root)
    where, alerting = f"Pulumi.{environment}.yaml: belfry:alerting", mapping(settings, "belfry:alerting")
    mutings = [
        *_parsed(TypeAdapter(list[MuteTime]), alerting, "mute_times", where),
        *_parsed(TypeAdapter(list[MaintenanceWindow]), alerting, "maintenance", where),
    ]
    text = muted(alertmanager_config(assets.watching(systems) if systems else assets), mutings)
    document: Mapping[str, Any] = parse_yaml(text, "rules/alertmanager/alertmanager.yaml")
    return document


def _parsed(adapter: TypeAdapter[list[T]], alerting: Mapping[str, Any], key: str, where: str) -> list[T]:
    try:
        return adapter.validate_python(alerting.get(key) or [])
    except ValidationError as error:
        found = f"{error.error_count()} mistakes in it"
        raise BadInput([Problem(f"{where}.{key}", found, f"what `make preview` accepts: {where}")]) from None
