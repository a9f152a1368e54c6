"""Builds the programs of the servers that can join later, while the rest is there to be looked at."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import IO

from lab.layout import Layout
from tools.table import load, needed_for


def built(layout: Layout, waiting: Mapping[str, str], *, progress: IO[str] | None = None) -> Iterator[str]:
    """Have the programs of tools.toml built that join; yields each that ``waiting`` servers need, once it is there.

    ``waiting``: server -> tool. ``progress``: where the builder writes; None: to stdout. It names one that
    cannot be built. Where the tests' collector is built, that one runs, and the other is not built at all.
    """
    for tool in needed_for(load(layout.root / "tools" / "tools.toml"), "join"):
        if tool == "otelcol-lab" and tool not in waiting.values() and (layout.tools / "otelcol").exists():
            continue
        command = [sys.executable, "-m", "tools.build", "--keep-going", tool]
        # Its exit code would say the same as the program: it is there, or not.
        subprocess.run(command, cwd=layout.root, stdin=subprocess.DEVNULL, stdout=progress, check=False)
        if tool in waiting.values() and (layout.tools / tool).exists():
            yield tool
