"""Renovate sees every version: its expressions are tried on the file as Renovate tries them."""

import json
import re
import tomllib
from typing import Any

import pytest

from tools.table import ROOT

CONFIG: dict[str, Any] = json.loads((ROOT / "renovate.json").read_text(encoding="utf-8"))
TEXT = (ROOT / "versions.toml").read_text(encoding="utf-8")
PINS = tomllib.loads(TEXT)


def found() -> list[tuple[dict[str, Any], dict[str, str]]]:
    """Each match of a manager: the manager, and the groups of its expression."""
    matches = []
    for manager in CONFIG["customManagers"]:
        for expression in manager["matchStrings"]:
            # JavaScript writes (?<name>...) where Python writes (?P<name>...).
            python = re.compile(re.sub(r"\(\?<(?=[a-zA-Z])", "(?P<", expression))
            matches += [(manager, match.groupdict()) for match in python.finditer(TEXT)]
    return matches


def test_every_pin_is_seen_once_with_a_datasource() -> None:
    seen = sorted(
        (manager["datasourceTemplate"], groups["depName"], groups["currentValue"]) for manager, groups in found()
    )
    expected = [
        ("docker" if row["repository"].startswith("oci://") else "helm", name, row["version"])
        for name, row in PINS["charts"].items()
    ]
    expected += [("docker", name, row["version"]) for name, row in PINS["images"].items()]
    for row in PINS["eks"]["versions"].values():
        expected += [("aws-eks-addon", name, pin["version"]) for name, pin in row["addons"].items()]
        expected += [
            ("github-releases", name, pin["version"].rpartition("-")[2]) for name, pin in row["images"].items()
        ]
    assert seen == sorted(expected)


def test_a_pinned_digest_is_seen_with_its_image() -> None:
    seen = {groups["depName"]: groups.get("currentDigest") for _, groups in found() if "packageName" in groups}
    assert seen == {name: row.get("digest") for name, row in PINS["images"].items()}


@pytest.mark.parametrize("manager", CONFIG["customManagers"], ids=lambda manager: manager["description"])
def test_a_manager_reads_the_file_and_names_its_source(manager: dict[str, Any]) -> None:
    assert manager["datasourceTemplate"]
    (pattern,) = manager["managerFilePatterns"]
    assert re.search(pattern.strip("/"), "versions.toml")
    # A template may only use what the expression captures.
    used = set(re.findall(r"\{\{\{?(\w+)\}\}", manager.get("packageNameTemplate", "")))
    assert used <= set(re.findall(r"\(\?<(\w+)>", manager["matchStrings"][0]))


def test_no_python_file_names_an_image_with_its_version() -> None:
    folders = ("authoring", "checks", "components", "configs", "engine", "lab", "model", "ops", "stacks")
    reference = re.compile(r"""["'][a-z0-9-]+(\.[a-z0-9-]+)+(/[a-z0-9._-]+)+:v?[0-9]""")
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert [str(path) for path in paths if reference.search(path.read_text(encoding="utf-8"))] == []
