"""What building the tools takes: ``python -m benchmarks.tool_builds [NAME ...]``, without names those of `make up`.

Builds them one after the other, in this order, with an empty build cache in a folder of its own. All modules are
fetched first, and the first line says how long that took. Then a line for each tool: CPU seconds of the compiler and
what it starts, and seconds that passed. The CPU seconds go into ``tools/tools.toml``. They grow with what else the
machine does: two threads of one core share it.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.build import Workshop, go_environment
from tools.table import ROOT, Tool, load, needed_for


def used() -> float:
    """CPU seconds of all children that ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def fetch(tools: Sequence[Tool]) -> None:
    """Have all modules in the module cache."""
    for folder in sorted({tool.folder for tool in tools}):
        subprocess.run(["go", "mod", "download"], cwd=ROOT / "tools" / folder, env=go_environment(), check=True)


def main(names: Sequence[str]) -> int:
    """Measure and print."""
    table = load(ROOT / "tools" / "tools.toml")
    tools = [table[name] for name in names or needed_for(table, "start", "join")]
    with TemporaryDirectory() as folder:
        os.environ["GOCACHE"] = str(Path(folder) / "cache")
        workshop = Workshop(ROOT / "tools", Path(folder) / ".tools" / "bin")
        workshop.bin.mkdir(parents=True)
        started = time.monotonic()
        fetch(tools)
        print(f"modules: {time.monotonic() - started:.0f} s", flush=True)
        total = 0.0
        for tool in tools:
            cpu = used()
            outcome = workshop.provide(tool)
            spent = used() - cpu
            total += spent
            print(f"{tool.name}: {spent:.0f} CPU s, {outcome}", flush=True)
        print(f"together: {total:.0f} CPU s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
