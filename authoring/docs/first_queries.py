"""The first queries of each runbook as data, for the links of notifications (``model/alerting/explore.py``)."""

import re
from pathlib import Path
from typing import Final

from authoring.text import to_yaml
from model.file import read_text

RUNBOOKS: Final = Path("docs") / "runbooks"
PATH: Final = "model/alerting/first_queries.yaml"

_HEAD = "The first query of each runbook for each store, from docs/runbooks by `make assets`; do not edit."
_BLOCK = re.compile(r"^```(promql|logql)\n(.+?)\n```$", re.MULTILINE | re.DOTALL)


def generate(root: Path) -> dict[str, str]:
    """Path below the project -> text. Empty for a project without runbooks."""
    found = {
        path.stem: first(read_text(path, str(RUNBOOKS / path.name))) for path in sorted((root / RUNBOOKS).glob("*.md"))
    }
    return {PATH: to_yaml(found, _HEAD)} if found else {}


def blocks(text: str) -> list[tuple[str, str]]:
    """(language, query) of every query in a runbook, in order."""
    return _BLOCK.findall(text)


def first(text: str) -> dict[str, str]:
    """Language -> the first query in it."""
    found: dict[str, str] = {}
    for language, query in blocks(text):
        found.setdefault(language, query)
    return found
