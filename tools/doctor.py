"""Say what this machine has, what has to be built, and what is missing: ``python3 -m tools.doctor [--json]``.

Runs before the virtual environment exists, hence on the standard library alone. Exit codes: 0 nothing is missing,
1 something is, 2 bad input.
"""

import json
import os
import shutil
import socket
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from tools.build import ToolError, Workshop, check_go, needed_go
from tools.table import ROOT, Tool, load, minutes, version_of

COLUMNS = 80
# An environment of 0.6 GB, programs of 0.7, Go's caches of 6 while they are built, and what servers keep.
NEEDED_DISK_GIB = 10
# The compiler takes up to 3 GiB, the servers with all systems 1.2 (docs/local-environment.md, "Measured").
NEEDED_MEMORY_GIB = 4
NEEDED_PYTHON = (3, 11)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class State(StrEnum):
    """Of something that is needed."""

    OK = "ok"
    BUILD = "to build"
    OPTIONAL = "optional"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """``needed_for``: a target of make. ``cpu_seconds``: of what has to be built."""

    name: str
    state: State
    found: str
    needed_for: str
    advice: str = ""
    cpu_seconds: int = 0


def examine(root: Path) -> list[Finding]:
    """All that `make up` and `make test` need of this machine."""
    tools = load(root / "tools" / "tools.toml")
    workshop = Workshop(root / "tools", root / ".tools" / "bin")
    programs = [_tool(workshop, tool) for tool in tools.values()]
    folder = max((root / "tools" / tool.folder for tool in tools.values()), key=needed_go)
    go = _go(folder, building=any(each.cpu_seconds for each in programs))
    return [_python(), go, *_machine(root), *programs, _browser(), _ports()]


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= NEEDED_PYTHON:
        return Finding(name="python", state=State.OK, found=found, needed_for="up")
    advice = f"{'.'.join(map(str, NEEDED_PYTHON))} or newer: make PYTHON=..."
    return Finding(name="python", state=State.MISSING, found=found, needed_for="up", advice=advice)


def _go(folder: Path, *, building: bool) -> Finding:
    """``folder``: of the module that asks for the newest Go. Who has all programs needs none."""
    try:
        check_go(folder)
    except ToolError as error:
        state = State.MISSING if building else State.OPTIONAL
        return Finding(name="go", state=state, found="-", needed_for="up", advice=str(error))
    return Finding(name="go", state=State.OK, found=shutil.which("go") or "", needed_for="up")


def _machine(root: Path) -> Iterator[Finding]:
    cores, free = os.cpu_count() or 1, shutil.disk_usage(root).free / 1024**3
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    yield Finding(name="cores", state=State.OK, found=str(cores), needed_for="up")
    for name, found, needed in (("memory", memory, NEEDED_MEMORY_GIB), ("free disk", free, NEEDED_DISK_GIB)):
        enough = found >= needed
        yield Finding(
            name=name,
            state=State.OK if enough else State.MISSING,
            found=f"{found:.0f} GiB",
            needed_for="up",
            advice="" if enough else f"{needed} GiB or more",
        )


def _tool(workshop: Workshop, tool: Tool) -> Finding:
    needed_for = "test" if tool.needed_for == ["test"] else "up"
    if how := workshop.present(tool):
        return Finding(name=tool.name, state=State.OK, found=f"{tool.version}, {how}", needed_for=needed_for)
    if path := workshop.on_path(tool):
        found = f"{version_of(path, tool)}, {path}"
        return Finding(name=tool.name, state=State.OK, found=found, needed_for=needed_for)
    return Finding(
        name=tool.name,
        state=State.BUILD,
        found=f"about {minutes(tool.cpu_seconds)} min; or on PATH: {tool.path_name or tool.name} {tool.fitting}",
        needed_for=needed_for,
        cpu_seconds=tool.cpu_seconds,
    )


def _browser() -> Finding:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), "")
    if found:
        return Finding(name="browser", state=State.OK, found=found, needed_for="test")
    advice = "`make browser` installs Chromium where the system is Debian or Ubuntu"
    return Finding(name="browser", state=State.OPTIONAL, found="-", needed_for="test", advice=advice)


def _ports() -> Finding:
    """The lab takes any free ports of a range; one that can be opened at all is enough."""
    try:
        with socket.create_server(("127.0.0.1", 0)):
            return Finding(name="ports", state=State.OK, found="of 127.0.0.1 can be opened", needed_for="up")
    except OSError as error:
        advice = "a system that lets programs listen on 127.0.0.1"
        return Finding(name="ports", state=State.MISSING, found=str(error), needed_for="up", advice=advice)


def table(findings: Sequence[Finding]) -> str:
    """For people, in 80 columns."""
    name_width = max(len(each.name) for each in findings)
    lines = []
    for each in findings:
        start = f"{each.name:{name_width}}  {each.state:8}  {each.needed_for:4}  "
        lines += _wrapped(start, each.found)
        lines += _wrapped(" " * len(start), each.advice) if each.advice else []
    return "\n".join([*lines, "", *textwrap.wrap(summary(findings), COLUMNS)])


def _wrapped(start: str, text: str) -> list[str]:
    """``text`` beside ``start``; a path that is longer than the line is not cut."""
    width = COLUMNS - len(start)
    words = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return [f"{start if number == 0 else ' ' * len(start)}{word}" for number, word in enumerate(words)]


def summary(findings: Sequence[Finding]) -> str:
    """What follows from it, in a sentence or two."""
    seconds: Mapping[str, int] = {
        target: sum(each.cpu_seconds for each in findings if each.needed_for == target) for target in ("up", "test")
    }
    missing = [each.name for each in findings if each.state is State.MISSING]
    said = f"Missing: {', '.join(missing)}." if missing else "Nothing is missing."
    if seconds["up"]:
        said += f" `make up` builds for about {minutes(seconds['up'])} min on this machine."
    if seconds["test"]:
        said += f" `make test` builds for about {minutes(seconds['test'])} min more."
    return said


def main(arguments: Sequence[str]) -> int:
    """Show the findings."""
    if unknown := [word for word in arguments if word != "--json"]:
        print(f"unknown: {' '.join(unknown)}; allowed: --json", file=sys.stderr)
        return 2
    findings = examine(ROOT)
    print(json.dumps([asdict(each) for each in findings], indent=2) if arguments else table(findings))
    return int(any(each.state is State.MISSING for each in findings))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
