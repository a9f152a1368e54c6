"""Which tests `make test-engine` and `make test-servers` run; `make test-fast` runs the rest, `make test` all of them.

A test file is in exactly one group, so that the three together are `make test`.
"""

from pathlib import PurePosixPath
from typing import Final

FAST: Final = "fast"
# Folders and files below tests/. What starts the real Pulumi engine or renders charts with Helm is slow by itself.
ENGINE: Final = ("engine", "checks/charts")
# What starts real servers, or a browser.
SERVERS: Final = ("configs", "dashboards", "lab", "ops", "pictures", "rules")
GROUPS: Final = {FAST: (), "engine": ENGINE, "servers": SERVERS}


def group_of(file: str) -> str:
    """The group of a test file, by its path below ``tests/``."""
    path = PurePosixPath(file)
    for group, folders in GROUPS.items():
        if any(path.is_relative_to(folder) for folder in folders):
            return group
    return FAST
