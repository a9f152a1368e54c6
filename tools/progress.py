"""Run a long command with its output in a file, and say how long is left. Standard library alone."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.table import minutes

# On a terminal the line is written again this often.
PERIOD_SECONDS = 5.0


def run(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], log: Path, title: str, cpu_seconds: float
) -> int:
    """The exit code of ``command``, whose output goes to ``log``.

    ``title``: the beginning of the line, already printed. ``cpu_seconds``: what it takes by the measurement.
    """
    started = time.monotonic()
    print(f"building (about {minutes(cpu_seconds)} min) ...", end=" ", flush=True)
    with (
        log.open("w", encoding="utf-8") as output,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT) as running,
    ):
        try:
            while True:
                try:
                    return running.wait(PERIOD_SECONDS)
                except subprocess.TimeoutExpired:
                    if sys.stdout.isatty():
                        print(f"\r\033[K{title} {_left(cpu_seconds, time.monotonic() - started)}", end=" ", flush=True)
        except BaseException:
            running.terminate()
            raise


def _left(cpu_seconds: float, passed: float) -> str:
    expected = minutes(cpu_seconds)
    left = expected * 60 - passed
    if left > 0:
        return f"building (about {left // 60 + 1:.0f} min left) ..."
    return f"building ({passed / 60:.0f} min so far; about {expected} min were expected) ..."
