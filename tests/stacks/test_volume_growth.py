"""A larger volume in the settings changes the one release that the documentation names, and its claims alone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.stacks.deployment import deploy, stack_config
from tests.stacks.test_volumes import claims
from tests.tools import PROJECT

TABLE = re.findall(
    r"^\| `([a-z_.]+volume_gib)` \| `([a-z-]+)` \|", (PROJECT / "docs" / "cluster-lifecycle.md").read_text(), re.M
)
RELEASE = "kubernetes:helm.sh/v3:Release"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"


def enlarged(setting: str) -> dict[str, Any]:
    """Prod's settings with one more GiB than anything else has."""
    first, *rest = setting.split(".")
    changed: dict[str, Any] = dict(stack_config("prod")[f"belfry:{first}"])
    part = changed
    for key in rest[:-1]:
        part[key] = dict(part.get(key, {}))
        part = part[key]
    part[rest[-1]] = 777
    return {first: changed}


def sizes(values: Any) -> Iterator[str]:
    if isinstance(values, dict):
        for key, value in values.items():
            if key in {"storage", "size"} and isinstance(value, str):
                yield value
            yield from sizes(value)
    elif isinstance(values, list):
        for each in values:
            yield from sizes(each)


def stated(settings: dict[str, Any], above: str = "") -> Iterator[str]:
    for key, value in settings.items():
        here = f"{above}.{key}".removeprefix(".").removeprefix("belfry:")
        if key == "volume_gib":
            yield here
        elif isinstance(value, dict):
            yield from stated(value, here)


def test_the_table_has_every_volume_that_production_states() -> None:
    assert sorted(setting for setting, _ in TABLE) == sorted(stated(stack_config("prod")))


@pytest.mark.parametrize(("setting", "changed"), TABLE)
def test_a_larger_volume_changes_what_the_documentation_says(setting: str, changed: str) -> None:
    plan = deploy("prod", changes=enlarged(setting))
    found = {name: one.inputs["values"] for name, one in plan.of(RELEASE).items()}
    found |= {name: one.inputs["spec"] for name, one in plan.of(STATEFUL_SET).items()}

    assert {name for name, values in found.items() if "777Gi" in set(sizes(values))} == {changed}
    assert [*claims(found[changed])], "and it is a claim that grows"
