"""The state that the engine keeps, as a plan: `make up` leaves the state of `local` behind, and no plan."""

from collections.abc import Mapping
from typing import Any, Final

from model.plan import FORMAT, SECRET_TEXT, STACK_TYPE, Plan, PlannedResource, mapping, mappings, sequence
from model.problems import BadInput, Problem

# How the engine marks special values, and the mark of a secret.
_SPECIAL: Final = "4dabf18193072939515e22adb298388d"


def plan_from_state(document: Any, environment: str, where: str) -> Plan:
    """``where`` names the file in errors. Raises BadInput for what is no state, and for one without resources."""
    latest = mapping(mapping(document, "checkpoint"), "latest") if isinstance(document, dict) else {}
    resources = [each for each in mappings(latest, "resources") if not each.get("delete")]
    if not resources:
        raise BadInput([Problem(where, "nothing is deployed", "`make up`")])
    stack = next((mapping(each, "outputs") for each in resources if each.get("type") == STACK_TYPE), {})
    return Plan(
        format=FORMAT,
        environment=environment,
        offline=True,
        simulated=True,
        resources=sorted(map(_resource, resources), key=lambda resource: resource["urn"]),
        outputs=_masked(stack),
    )


def _resource(kept: Mapping[str, Any]) -> PlannedResource:
    urn = str(kept.get("urn"))
    return PlannedResource(
        urn=urn,
        type=str(kept.get("type")),
        name=urn.rpartition("::")[2],
        parent=str(kept.get("parent", "")),
        provider=str(kept.get("provider", "")).rpartition("::")[0],
        protect=kept.get("protect") is True,
        dependencies=sorted(map(str, sequence(kept, "dependencies"))),
        inputs=_masked(mapping(kept, "inputs")),
    )


def _masked(value: Any) -> Any:
    """Every secret as a plan shows it."""
    if isinstance(value, Mapping):
        return SECRET_TEXT if _SPECIAL in value else {key: _masked(item) for key, item in value.items()}
    return [_masked(item) for item in value] if isinstance(value, list) else value
