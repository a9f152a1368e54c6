"""Writes the sections of CHANGELOG.md: what `make lock MESSAGE="..."` says of the versions it raises."""

import re
import textwrap
from collections.abc import Sequence

from authoring.bundles.lock import Locked, Version

PATH = "CHANGELOG.md"
_WIDTH = 120
# A bundle's section: its heading, and all up to the next one.
_SECTION = re.compile(r"^## (?P<name>\S+)\n(?P<body>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def add(text: str, results: Sequence[Locked], message: str) -> str:
    """``text`` with a section for every version that has none yet, newest first, bundles in the order of their names.

    A section that somebody wrote by hand stays as it is.
    """
    entry = textwrap.fill(
        f"- {' '.join(message.split())}", _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
    head = text[: match.start()] if (match := _SECTION.search(text)) else f"{text.rstrip()}\n\n"
    sections = {match["name"]: match["body"].strip("\n") for match in _SECTION.finditer(text)}
    for result in results:
        body = sections.get(result.name, "")
        if result.changed and f"### {result.version}\n" not in f"{body}\n":
            sections[result.name] = f"### {result.version}\n{entry}\n\n{body}".strip("\n")
    return head + "\n".join(f"## {name}\n\n{sections[name]}\n" for name in sorted(sections))


def unwritten(text: str, results: Sequence[Locked]) -> list[str]:
    """Names of the bundles that the changelog does not have at their version."""
    newest = {
        match["name"]: max(map(Version.parse, re.findall(r"^### (\d+\.\d+\.\d+)$", match["body"], re.MULTILINE)))
        for match in _SECTION.finditer(text)
        if re.search(r"^### \d+\.\d+\.\d+$", match["body"], re.MULTILINE)
    }
    return [result.name for result in results if newest.get(result.name) != Version.parse(result.version)]
