"""Log records with errors by their template: the same text but for numbers, names and what is quoted."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from model.base import Model

ANY: Final = "<_>"
MOST_PATTERNS: Final = 20
_MOST_LETTERS: Final = 160
# In this order: an identifier holds digits, and a time holds numbers.
_PARTS: Final = (
    re.compile(r"\x1b\[[0-9;]*m"),  # colours of a terminal, which are nothing
    re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*"),
    re.compile(r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b"),
    re.compile(r"\b(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}\b|\b0x[0-9a-fA-F]+\b"),
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    re.compile(r"\d+(\.\d+)*"),
)
_BLANKS: Final = re.compile(r"\s+")


class Pattern(Model):
    """A template and how many of the records that were read have it."""

    system: str
    component: str
    template: str
    times: int


def template(text: str) -> str:
    """The record with ``<_>`` where records of one kind differ, on one line and cut to what a table shows."""
    colours, *others = _PARTS
    text = colours.sub("", text)
    for part in others:
        text = part.sub(ANY, text)
    text = _BLANKS.sub(" ", text).strip()
    return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}..."


def patterns(records: Iterable[tuple[str, str, str]]) -> tuple[Pattern, ...]:
    """The most frequent templates of records (system, component, text without secrets)."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for system, component, text in records:
        counts[system, component][template(text)] += 1
    found = [
        Pattern(system=system, component=component, template=each, times=times)
        for (system, component), templates in counts.items()
        for each, times in templates.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.times, one.system, one.component, one.template))[:MOST_PATTERNS])
