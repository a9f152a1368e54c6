"""Composite alarms as text: one rule over many alarms, within what CloudWatch takes."""

from collections.abc import Sequence
from dataclasses import dataclass

# CloudWatch's limits of one composite alarm: alarms it may name, and characters of its rule.
MAX_CHILDREN = 100
MAX_RULE = 10_240

_OR = " OR "


@dataclass(frozen=True, slots=True)
class Composite:
    """One composite alarm; it is in ALARM while any child is."""

    name: str
    children: tuple[str, ...]

    @property
    def rule(self) -> str:
        """The rule. ``ALARM(x)`` is false while x has insufficient data, so a child without data alarms nobody."""
        return _OR.join(map(_term, self.children))


def composites(name: str, alarms: Sequence[str]) -> tuple[Composite, ...]:
    """What ``name`` above ``alarms`` is made of, children first; the last one has the name and is the one that acts.

    More alarms than one rule can hold are spread over parts, in their order, and the last one stands above the parts.
    Which part an alarm is in follows from the list alone, so that a preview knows it.
    """
    made: list[Composite] = []
    children = tuple(alarms)
    while len(chunks := _chunks(children)) > 1:
        first = len(made) + 1
        parts = [Composite(f"{name}-part-{number}", chunk) for number, chunk in enumerate(chunks, first)]
        made += parts
        children = tuple(part.name for part in parts)
    return (*made, Composite(name, children))


def _chunks(names: Sequence[str]) -> list[tuple[str, ...]]:
    chunks: list[tuple[str, ...]] = []
    chunk: list[str] = []
    length = 0
    for name in names:
        more = len(_term(name)) + len(_OR)
        if chunk and (len(chunk) == MAX_CHILDREN or length + more > MAX_RULE):
            chunks.append(tuple(chunk))
            chunk, length = [], 0
        chunk.append(name)
        length += more
    return [*chunks, tuple(chunk)]


def _term(name: str) -> str:
    return f'ALARM("{name}")'
