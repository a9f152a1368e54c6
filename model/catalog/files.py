"""The files of a system: ``catalog/<system>.yaml`` and, for a large system, more files in ``catalog/<system>/``.

Those add to the lists of the first file, such as its KPIs or its AI services. All other keys are in the first file, so
that a reader finds the owner without a search.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from model.problems import BadInput, Problem, or_problems, raise_if_any
from model.yaml_file import read_yaml

LISTS = ("components", "kpis", "remediation", "resources", "sla", "thresholds")
# Folders of the catalog that hold no part of a system: the gate's exceptions, and the JSON Schemas.
OTHER_FOLDERS = ("exceptions", "schema")
_SUFFIXES = (".yaml", ".yml")
_INDEX = re.compile(r"(\w+)\[(\d+)\]")
_NAMED = re.compile(r"(?:(\w+)\[)?([a-z0-9-]+)")


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list: its ``name``, the ``file`` that declares it, and its ``position`` there."""

    name: str
    file: str
    position: int


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the items of a system's lists are declared. ``first``: the system's own file, as messages show it."""

    # Not compared: two systems with the same content are equal, wherever they were read from.
    first: str = field(compare=False)
    items: Mapping[str, tuple[Item, ...]] = field(default_factory=dict, compare=False)

    def file_of(self, part: str) -> str:
        """The file that declares a component or resource."""
        return self._file("components", part) or self._file("resources", part) or self.first

    def located(self, problem: Problem) -> Problem:
        """The problem of the whole system at its place in one of the files."""
        key = problem.where.removeprefix(f"{self.first}: ")
        if key == problem.where:
            return problem
        if (found := _INDEX.match(key)) and (items := self.items.get(found[1])):
            item = items[int(found[2])]
            return replace(problem, where=f"{item.file}: {found[1]}[{item.position}]{key[found.end() :]}")
        found = _NAMED.match(key)
        file = found and (self._file(found[1], found[2]) if found[1] else self.file_of(found[2]))
        return replace(problem, where=f"{file or self.first}: {key}")

    def _file(self, key: str, name: str) -> str:
        return next((item.file for item in self.items.get(key, ()) if item.name == name), "")


def files(folder: Path) -> Iterator[Path]:
    """Every file of the teams and systems in the catalog ``folder``, sorted."""
    for path in sorted(folder.glob("*.yaml")):
        yield path
        yield from _more(path)


def read(path: Path, shown: str) -> tuple[Any, Sources]:
    """The document of the system whose first file is ``path``, all its files together.

    Lists are joined: first those of the first file, then those of the others by name of file. Raises BadInput with the
    mistakes of all files, one for each name that two files declare.
    """
    document, more = read_yaml(path, shown), _more(path)
    if not more or not isinstance(document, dict):
        return document, Sources(shown)
    problems: list[Problem] = []
    parts = {shown: {key: value for key, value in document.items() if key in LISTS}}
    for file in more:
        where = f"{shown.removesuffix('.yaml')}/{file.name}"
        parts[where] = or_problems(lambda file=file, where=where: _part(file, where, shown), problems) or {}  # type: ignore[misc]
    problems += _not_lists(parts)
    raise_if_any(problems)
    items = {key: tuple(_items(parts, key)) for key in LISTS if any(key in part for part in parts.values())}
    raise_if_any(_twice(items))
    joined = {key: [item for part in parts.values() for item in part.get(key, ())] for key in items}
    return {**document, **joined}, Sources(shown, items)


def stray(folder: Path) -> Iterator[Problem]:
    """A mistake for each file of the catalog ``folder`` that nothing would read."""
    ignored = list(folder.glob("*.yml"))
    for below in sorted(path for path in folder.iterdir() if path.is_dir() and path.name not in OTHER_FOLDERS):
        if (folder / f"{below.name}.yaml").exists():
            ignored += [path for path in below.iterdir() if path.suffix != ".yaml"]
        elif any(path.suffix in _SUFFIXES for path in below.iterdir()):
            yield Problem(f"{folder.name}/{below.name}", "found files of no system", f"{below.name}.yaml beside it")
    for path in sorted(ignored):
        yield Problem(
            f"{folder.name}/{path.relative_to(folder)}", "found a file that would be ignored", "the suffix .yaml"
        )


def _more(path: Path) -> list[Path]:
    folder = path.with_suffix("")
    return sorted(folder.glob("*.yaml")) if folder.name not in OTHER_FOLDERS else []


def _part(path: Path, where: str, first: str) -> dict[str, Any]:
    content = read_yaml(path, where)
    if not isinstance(content, dict):
        raise BadInput([Problem(where, f"found a {type(content).__name__}", "a mapping")])
    allowed = f"{', '.join(LISTS)}; other keys go into {first}"
    raise_if_any(Problem(f"{where}: {key}", "unknown key", allowed) for key in content if key not in LISTS)
    return content


def _not_lists(parts: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    for where, part in parts.items():
        for key, value in part.items():
            if not isinstance(value, list):
                yield Problem(f"{where}: {key}", f"found a {type(value).__name__}", "a list")


def _items(parts: Mapping[str, Mapping[str, Any]], key: str) -> Iterator[Item]:
    for where, part in parts.items():
        for position, item in enumerate(part.get(key, ())):
            name = (item.get("name") or item.get("signal")) if isinstance(item, dict) else None
            yield Item(str(name or ""), where, position)


def _twice(items: Mapping[str, Iterable[Item]]) -> Iterator[Problem]:
    """Components and resources share their names. Twice in one file is a mistake that the catalog's checks find."""
    seen: dict[tuple[bool | str, str], str] = {}
    for key, found in items.items():
        for item in found:
            file = seen.setdefault((key in ("components", "resources") or key, item.name), item.file)
            if item.name and file != item.file:
                yield Problem(f"{item.file}: {key}", f"found {item.name!r}, as in {file}", "each name once")
