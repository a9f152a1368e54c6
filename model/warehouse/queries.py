"""The named queries: SQL that DuckDB and Athena both read, a file each, with its question in the first lines."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from model.file import read_text
from model.problems import BadInput, Problem, raise_if_any

FOLDER: Final = Path("rules/athena")
_HEAD: Final = re.compile(r"-- question: (?P<question>[^\n]+)\n-- columns: (?P<columns>[^\n]+)\n(?P<sql>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Query:
    """``columns``: a sentence about those that do not speak for themselves."""

    name: str
    question: str
    columns: str
    sql: str


def shipped(root: Path) -> dict[str, Query]:
    """Name -> query, sorted. Raises BadInput for a file without its first two lines."""
    found, problems = {}, []
    for file in sorted((root / FOLDER).glob("*.sql")):
        parts = _HEAD.fullmatch(read_text(file))
        if parts is None:
            problems.append(
                Problem(f"{FOLDER}/{file.name}", "found no head", "first `-- question: ...`, then `-- columns: ...`")
            )
        else:
            found[file.stem] = Query(file.stem, parts["question"], parts["columns"], parts["sql"])
    raise_if_any(problems)
    return found


def chosen(root: Path, name: str) -> Query:
    """Raises BadInput for an unknown name, with all that there are."""
    known = shipped(root)
    if name not in known:
        every = "".join(f"\n      {one.name}: {one.question}" for one in known.values())
        raise BadInput([Problem("--name", f"found {name!r}", every)])
    return known[name]
