"""Finds and runs the pinned command-line tools. A missing tool fails the test that needs it; nothing is skipped."""

import shutil
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
BUILT = PROJECT / ".tools" / "bin"


def find(name: str) -> Path:
    """The tool built by ``make tools``, or the one on PATH."""
    if (BUILT / name).is_file():
        return BUILT / name
    found = shutil.which(name)
    assert found, f"{name} is neither in .tools/bin nor on PATH; build it once with `make tools TOOL={name}`"
    return Path(found)


def run(name: str, *arguments: str | Path) -> str:
    """What the tool prints; the test fails with its whole output when the tool does not exit with 0."""
    done = subprocess.run(
        [find(name), *arguments], cwd=PROJECT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert done.returncode == 0, f"{name} exited with {done.returncode}:\n{done.stdout}"
    return done.stdout
