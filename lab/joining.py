"""Builds the programs of the servers that can join later, while the rest is there to be looked at."""

import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping

from lab.layout import Layout

# What most of the others need comes first: what the workload measures goes through the collectors, and probes ask it.
ORDER = ("otelcol-lab", "blackbox_exporter", "jaeger", "loki")


def built(layout: Layout, waiting: Mapping[str, str], programs: Collection[str] = ORDER) -> Iterator[str]:
    """Have ``programs`` built, as tools.toml pins them; yields each that ``waiting`` servers need, once it is there.

    ``waiting``: server -> tool. One that cannot be built is named by the builder, which also writes its progress to
    the terminal. Where the tests' collector is built, that one runs, and the other is not built at all.
    """
    for tool in programs:
        if tool == "otelcol-lab" and tool not in waiting.values() and (layout.tools / "otelcol").exists():
            continue
        command = [sys.executable, "-m", "tools.build", "--keep-going", tool]
        # Its exit code would say the same as the program: it is there, or not.
        subprocess.run(command, cwd=layout.root, stdin=subprocess.DEVNULL, check=False)
        if tool in waiting.values() and (layout.tools / tool).exists():
            yield tool
