"""Writes the changelogs of bundles: what `make lock MESSAGE="..."` says of the versions it raises.

Each system has a file of its own, as it has manifests of its own: two teams write to two files.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from authoring.bundles.lock import Locked, Version
from model.file import read_text

FOLDER = "changelog"
PLATFORM = f"{FOLDER}/platform.md"
_TITLE = """\
# Changelog of the bundles of {}

One section a bundle, newest version first. What a number means: [ADR 1]({}docs/adr/0001-versions-of-rules.md).

"""
_WIDTH = 120
# A bundle's section: its heading, and all up to the next one.
_SECTION = re.compile(r"^## (?P<name>\S+)\n(?P<body>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def path(system: str | None) -> str:
    """Path below the project of the changelog with the bundles of a system; None: of no system."""
    return PLATFORM if system is None else f"{FOLDER}/systems/{system}.md"


def write(root: Path, results: Sequence[Locked], message: str) -> list[str]:
    """Add ``message`` to the changelogs of the bundles that changed; with an empty one write nothing.

    Returns the names of the bundles that no changelog has at their version.
    """
    missing = []
    for system in dict.fromkeys(result.system for result in results):
        own = [result for result in results if result.system == system]
        file = root / path(system)
        text = read_text(file, path(system)) if file.is_file() else _title(system)
        if message.strip() and any(result.changed for result in own):
            text = add(text, own, message)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        missing += unwritten(text, own)
    return missing


def add(text: str, results: Iterable[Locked], message: str) -> str:
    """``text`` with a section for every version that has none yet, newest first, bundles in the order of their names.

    A section that somebody wrote by hand stays as it is.
    """
    entry = textwrap.fill(
        f"- {' '.join(message.split())}", _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
    head = text[: match.start()] if (match := _SECTION.search(text)) else f"{text.rstrip()}\n\n"
    sections = dict(_sections(text))
    for result in results:
        body = sections.get(result.name, "")
        if result.changed and f"### {result.version}\n" not in f"{body}\n":
            sections[result.name] = f"### {result.version}\n{entry}\n\n{body}".strip("\n")
    return head + "\n".join(f"## {name}\n\n{sections[name]}\n" for name in sorted(sections))


def unwritten(text: str, results: Iterable[Locked]) -> list[str]:
    """Names of the bundles that the changelog does not have at their version."""
    newest = {
        name: max(map(Version.parse, versions))
        for name, body in _sections(text)
        if (versions := re.findall(r"^### (\d+\.\d+\.\d+)$", body, re.MULTILINE))
    }
    return [result.name for result in results if newest.get(result.name) != Version.parse(result.version)]


def _title(system: str | None) -> str:
    return _TITLE.format("no system", "../") if system is None else _TITLE.format(f"the system {system}", "../../")


def _sections(text: str) -> Iterator[tuple[str, str]]:
    for match in _SECTION.finditer(text):
        yield match["name"], match["body"].strip("\n")
