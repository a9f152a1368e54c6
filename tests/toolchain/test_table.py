"""The table of tools and the Go modules in its folders agree, in both directions."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.table import ROOT, Tool, load

TOOLS = load(ROOT / "tools" / "tools.toml")
# A generated program has its sources in its folder; the others are fetched as part of a module.
GENERATED = {name: tool for name, tool in TOOLS.items() if tool.package.startswith(".")}
FETCHED = {name: tool for name, tool in TOOLS.items() if name not in GENERATED}
every_tool = pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS.keys())
every_fetched_tool = pytest.mark.parametrize("tool", FETCHED.values(), ids=FETCHED.keys())
every_generated_tool = pytest.mark.parametrize("tool", GENERATED.values(), ids=GENERATED.keys())


def folder(tool: Tool) -> Path:
    return ROOT / "tools" / tool.folder


def go_mod(tool: Tool) -> str:
    return (folder(tool) / "go.mod").read_text()


def sources(tool: Tool) -> Path:
    return folder(tool) / tool.package


def builder(tool: Tool) -> dict[str, Any]:
    sections: dict[str, Any] = yaml.safe_load((sources(tool) / "builder.yaml").read_text())
    return sections


def components(tool: Tool) -> list[str]:
    """What builder.yaml asks for, as lines of go.mod without their indentation."""
    return sorted(row["gomod"] for name, rows in builder(tool).items() if name != "dist" for row in rows)


def test_every_folder_with_a_go_module_belongs_to_a_tool() -> None:
    folders = {path.parent.name for path in Path(ROOT / "tools").glob("*/go.mod")}
    assert folders == {tool.folder for tool in TOOLS.values()}


@every_tool
def test_the_go_module_pins_the_version_of_the_table(tool: Tool) -> None:
    pinned = re.search(rf"^\s*(?:require )?{re.escape(tool.module)} (\S+)", go_mod(tool), re.MULTILINE)
    assert pinned is not None
    assert pinned[1] == tool.module_version


@every_fetched_tool
def test_the_go_module_names_the_program_as_its_tool(tool: Tool) -> None:
    assert re.search(rf"^(?:tool |\t){re.escape(tool.package)}$", go_mod(tool), re.MULTILINE)


@every_tool
def test_the_checksum_of_the_pinned_module_is_committed(tool: Tool) -> None:
    sums = (folder(tool) / "go.sum").read_text().splitlines()
    assert any(line.startswith(f"{tool.module} {tool.module_version} h1:") for line in sums)


@every_fetched_tool
def test_the_version_is_set_by_the_linker(tool: Tool) -> None:
    assert re.search(rf"=v?{re.escape(tool.version)}(?: |$)", tool.ldflags)


@every_generated_tool
def test_the_version_is_in_the_builder_file_and_in_the_generated_sources(tool: Tool) -> None:
    assert builder(tool)["dist"]["version"] == tool.version
    assert f'Version:     "{tool.version}"' in (sources(tool) / "main.go").read_text()


@every_generated_tool
def test_the_generated_sources_have_exactly_the_components_of_the_builder_file(tool: Tool) -> None:
    written = "".join((sources(tool) / name).read_text() for name in ("components.go", "main.go"))
    made = {f"{module} {version}" for module, version in re.findall(r'"(\S+/\S+) (v\S+)"', written)}
    assert sorted(made) == components(tool)


@every_generated_tool
def test_the_go_module_pins_the_components_of_the_builder_file(tool: Tool) -> None:
    required = re.findall(r"^\t(\S+ \S+)$", go_mod(tool), re.MULTILINE)
    assert [row for row in components(tool) if row not in required] == []


def test_the_collector_of_the_local_environment_is_the_other_one_less_kubernetes_and_aws() -> None:
    less = {
        line.split()[0].rpartition("/")[2]
        for line in {*components(TOOLS["otelcol"])} - {*components(TOOLS["otelcol-lab"])}
    }
    assert less == {"awscloudwatchreceiver", "k8sattributesprocessor", "loadbalancingexporter"}
    assert set(components(TOOLS["otelcol-lab"])) < set(components(TOOLS["otelcol"]))


@pytest.mark.parametrize(
    ("version", "fits"),
    [("3.15.0", True), ("3.15.9", True), ("3.14.9", False), ("3.16.0", False), ("4.0.0", False), ("", False)],
)
def test_a_newer_patch_of_the_pinned_version_fits(version: str, fits: bool) -> None:
    assert TOOLS["prometheus"].fits(version) is fits


@pytest.mark.parametrize(
    ("version", "fits"), [("3.250.0", True), ("3.251.0", True), ("3.249.9", False), ("4.0.0", False)]
)
def test_a_newer_pulumi_of_the_same_major_version_fits(version: str, fits: bool) -> None:
    assert TOOLS["pulumi"].fits(version) is fits
