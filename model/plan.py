"""The plan file: everything one environment would consist of, as `make plan` writes it."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypedDict

from model.file import read_json
from model.problems import BadInput, Problem, raise_if_any

FORMAT: Final = 2
"""Counted up when a key comes, goes or changes its meaning. Plans of two formats are not compared."""
SECRET_TEXT: Final = "[secret]"  # noqa: S105 (what stands in a plan instead of one)
# A plain word of the shape of a name: charts write values unquoted, and `[unknown]` would be a list in the result.
UNKNOWN_TEXT: Final = "known-after-deployment"
STACK_TYPE: Final = "pulumi:pulumi:Stack"


class PlannedResource(TypedDict):
    """One resource; ``inputs`` with secrets as ``[secret]`` and values not known yet as ``known-after-deployment``.

    ``provider``: URN of its provider, empty for components. ``protect``: Pulumi refuses to delete it.
    """

    urn: str
    type: str
    name: str
    parent: str
    provider: str
    protect: bool
    dependencies: list[str]
    inputs: dict[str, Any]


class Plan(TypedDict):
    """The file's content; ``resources`` are sorted by URN. Resources that would be deleted are not in it.

    ``simulated``: ids, ARNs and other values that only a deployment can know are simulated, so none is unknown.
    """

    format: int
    environment: str
    offline: bool
    simulated: bool
    resources: list[PlannedResource]
    outputs: dict[str, Any]


_PLAN_TYPES: Final = {"environment": str, "offline": bool, "simulated": bool, "resources": list, "outputs": dict}
_RESOURCE_TYPES: Final = {
    **dict.fromkeys(("urn", "type", "name", "parent", "provider"), str),
    "protect": bool,
    "dependencies": list,
    "inputs": dict,
}
_WORDS: Final = {str: "a text", bool: "true or false", list: "a list", dict: "a mapping"}


def read_plan(path: Path) -> Plan:
    """The plan in ``path``. Raises BadInput when there is none, or one of another format."""
    return checked_plan(read_json(path), str(path))


def checked_plan(content: Any, where: str) -> Plan:
    """``content`` as a plan; ``where`` names it in errors. Raises BadInput."""
    expected = "a plan file, written by: python -m engine plan ENV"
    if not isinstance(content, dict) or not {"environment", "resources"} <= set(content):
        raise BadInput([Problem(where, "no plan in it", expected)])
    found = content.get("format", 1)
    if found != FORMAT:
        raise BadInput([Problem(f"{where}: format", f"found {found!r}", f"{FORMAT}: write the plan again")])
    raise_if_any(_problems(content, where))
    plan: Plan = content  # type: ignore[assignment]
    return plan


def _problems(content: dict[str, Any], where: str) -> Iterator[Problem]:
    yield from _keys(content, {"format": int, **_PLAN_TYPES}, where, "")
    resources = content.get("resources")
    for index, resource in enumerate(resources if isinstance(resources, list) else []):
        if isinstance(resource, dict):
            yield from _keys(resource, _RESOURCE_TYPES, where, f"resources[{index}].")
        else:
            yield Problem(f"{where}: resources[{index}]", f"found {type(resource).__name__}", "a mapping")


def _keys(content: dict[str, Any], types: dict[str, type], where: str, base: str) -> Iterator[Problem]:
    for key in sorted(content.keys() ^ types.keys()):
        found = "unknown key" if key in content else "required key is missing"
        yield Problem(f"{where}: {base}{key}", found, ", ".join(types))
    for key in sorted(content.keys() & types.keys()):
        if not isinstance(content[key], types[key]):
            yield Problem(f"{where}: {base}{key}", f"found {content[key]!r}", _WORDS.get(types[key], "a number"))


def mapping(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The mapping at ``key``; empty where there is none, or where it is not known before the update."""
    found = values.get(key)
    return found if isinstance(found, Mapping) else {}


def sequence(values: Mapping[str, Any], key: str) -> Sequence[Any]:
    """The list at ``key``; empty where there is none, or where it is not known before the update."""
    found = values.get(key)
    return found if isinstance(found, list) else []


def number(values: Mapping[str, Any], key: str) -> Decimal | None:
    """The number at ``key``, or None where there is none, or where it is not known before the update."""
    found = values.get(key)
    return Decimal(str(found)) if isinstance(found, int | float) else None


def mappings(values: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The mappings in the list at ``key``; empty where there is none, or where it is not known before the update."""
    return [item for item in sequence(values, key) if isinstance(item, Mapping)]
