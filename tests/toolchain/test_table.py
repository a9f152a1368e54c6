"""The table of tools and the Go modules in its folders agree, in both directions."""

import re
from pathlib import Path

import pytest

from tools.build import ROOT, Tool, load

TOOLS = load(ROOT / "tools" / "tools.toml")
every_tool = pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS.keys())


def go_mod(tool: Tool) -> str:
    return (ROOT / "tools" / tool.folder / "go.mod").read_text()


def test_every_folder_with_a_go_module_belongs_to_a_tool() -> None:
    folders = {path.parent.name for path in Path(ROOT / "tools").glob("*/go.mod")}
    assert folders == {tool.folder for tool in TOOLS.values()}


@every_tool
def test_the_go_module_pins_the_version_of_the_table(tool: Tool) -> None:
    pinned = re.search(rf"^\s*(?:require )?{re.escape(tool.module)} (\S+)", go_mod(tool), re.MULTILINE)
    assert pinned is not None
    assert pinned[1] == tool.module_version


@every_tool
def test_the_go_module_names_the_program_as_its_tool(tool: Tool) -> None:
    assert re.search(rf"^(?:tool |\t){re.escape(tool.package)}$", go_mod(tool), re.MULTILINE)


@every_tool
def test_the_checksum_of_the_pinned_module_is_committed(tool: Tool) -> None:
    sums = (ROOT / "tools" / tool.folder / "go.sum").read_text().splitlines()
    assert any(line.startswith(f"{tool.module} {tool.module_version} h1:") for line in sums)


@every_tool
def test_the_version_is_set_by_the_linker(tool: Tool) -> None:
    assert f"={tool.version}" in tool.ldflags
