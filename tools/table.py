"""The table of pinned tools, ``tools.toml``, and whether a program is one of them. Standard library alone."""

import os
import re
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Asking a program for its version takes a fraction of a second; one that hangs is not the program we look for.
VERSION_TIMEOUT_SECONDS = 30
# What follows a version makes it another one: 1.2.3-rc.1, 1.2.3+dirty. `go1.26.8` is not a version of the program.
_VERSION = re.compile(r"(?<![\w.])v?(\d+\.\d+\.\d+)(?![\w.+-])")
PURPOSES = ("start", "join", "test")
# Of a row, what says nothing about the program that is built.
_NOT_BUILT_IN = {"cpu_seconds", "until", "path_name", "needed_for"}


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One row of the table; tools.toml says what each field means."""

    name: str
    folder: str
    package: str
    module: str
    module_version: str
    version: str
    version_args: list[str]
    variables: dict[str, str]
    cpu_seconds: int
    needed_for: list[str]
    tags: list[str] = field(default_factory=list)
    until: str = ""
    path_name: str = ""

    @property
    def ldflags(self) -> str:
        """Linker flags: no debug tables (a third of the size), and the variables of the row."""
        settings = (f"-X {name}={value.format(version=self.version)}" for name, value in sorted(self.variables.items()))
        return " ".join(["-s -w", *settings])

    @property
    def what_is_built(self) -> dict[str, object]:
        """What of the row decides which program comes out."""
        return {key: value for key, value in asdict(self).items() if key not in _NOT_BUILT_IN}

    @property
    def fitting(self) -> str:
        """Versions that do in place of the pinned one, as package managers write them: ``>=3.15.0,<3.16``."""
        return f">={self.version},<{self._before}"

    @property
    def _before(self) -> str:
        major, minor, _ = self.version.split(".")
        return self.until or f"{major}.{int(minor) + 1}"

    def fits(self, version: str) -> bool:
        """Whether ``version`` does in place of the pinned one; "" does not."""
        return bool(version) and _numbers(self.version) <= _numbers(version) < _numbers(self._before)


def load(table: Path) -> dict[str, Tool]:
    """Read the table of tools, by name, in its order."""
    rows = tomllib.loads(table.read_text(encoding="utf-8"))
    return {name: Tool(name=name, **row) for name, row in rows.items()}


def needed_for(tools: Mapping[str, Tool], *purposes: str) -> list[str]:
    """Names of the tools for one of ``purposes`` (of PURPOSES), in the table's order."""
    return [name for name, tool in tools.items() if not set(purposes).isdisjoint(tool.needed_for)]


def version_of(program: Path, tool: Tool) -> str:
    """The version that ``program`` says of itself; "" when it does not run or names none."""
    # Pulumi would otherwise ask its own servers for news.
    environment = os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        done = subprocess.run(
            [program, *tool.version_args],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=VERSION_TIMEOUT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = _VERSION.search(done.stdout) or _VERSION.search(done.stderr)
    return found[1] if found else ""


def minutes(cpu_seconds: float) -> int:
    """About how many minutes that takes on this machine. The compiler keeps all cores busy."""
    return max(1, round(cpu_seconds / 60 / (os.cpu_count() or 1)))


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]
