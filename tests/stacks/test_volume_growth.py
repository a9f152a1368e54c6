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


def test_the_table_has_every_volume_of_a_store() -> None:
    assert len(TABLE) == 5


@pytest.mark.parametrize(("setting", "release"), TABLE)
def test_a_larger_volume_changes_what_the_documentation_says(setting: str, release: str) -> None:
    releases = deploy("prod", changes=enlarged(setting)).of(RELEASE)
    larger = {name for name, each in releases.items() if "777Gi" in set(sizes(each.inputs["values"]))}

    assert larger == {release}
    assert [*claims(releases[release].inputs["values"])], "and it is a claim that grows"
