"""How generated rules are written: one key a line, labels on one line, because the query is what people read."""

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from authoring.text import to_yaml


@dataclass(frozen=True, slots=True)
class Written:
    """One rule before it is text. ``head`` is ``record`` or ``alert``; empty timing is left out."""

    head: str
    name: str
    expr: str
    labels: Mapping[str, str]
    hold: str | None = None
    keep: str | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""


def rule_file(
    head: str, groups: Iterable[tuple[str, Iterable[Written]]], intervals: Mapping[str, str] = MappingProxyType({})
) -> str:
    """A whole file: its comment, then groups of a name and their rules. Groups without rules are left out.

    ``intervals``: group -> how often it is evaluated, where that differs from the server's own.
    """
    text = _comment(head, width=118) + "groups:\n"
    for name, rules in groups:
        body = "".join(_rule(rule) for rule in rules)
        if body:
            interval = f"    interval: {intervals[name]}\n" if name in intervals else ""
            text += f"  - name: {name}\n{interval}    rules:\n{textwrap.indent(body, ' ' * 6)}"
    return text


def _rule(rule: Written) -> str:
    timing = {"for": rule.hold, "keep_firing_for": rule.keep}
    shown = ", ".join(f"{name}: {_scalar(value)}" for name, value in rule.labels.items())
    body = (
        to_yaml({"expr": rule.expr}, "")
        + "".join(f"{key}: {value}\n" for key, value in timing.items() if value)
        + (f"labels: {{{shown}}}\n" if shown else "")
        + (to_yaml({"annotations": dict(rule.annotations)}, "") if rule.annotations else "")
    )
    return _comment(rule.comment) + f"- {rule.head}: {rule.name}\n" + textwrap.indent(body, "  ")


def _scalar(value: str) -> str:
    """A label's value inside braces, where a template's own braces and numbers need quotes."""
    return f"'{value}'" if "{" in value or value.replace(".", "").isdigit() else value


def _comment(text: str, width: int = 110) -> str:
    return "".join(f"# {line}\n" for one in text.splitlines() for line in textwrap.wrap(one, width) or [""])
