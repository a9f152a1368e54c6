"""How generated rules are written: one key a line, labels on one line, because the query is what people read.

PyYAML writes no comments, so a file is put together of pieces: each rule and each head of a group is a document of its
own, written by `model.yaml_text` and moved to the right as a whole.
"""

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from authoring.text import wrapped_comment
from model.yaml_text import Inline, to_yaml

_WIDTH = 110


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule before it is text. ``head`` is ``record`` or ``alert``; empty timing is left out.

    Labels and annotations of an alert are templates: text of the catalog stands in them by `go_template.literal`.
    """

    head: str
    name: str
    expr: str
    labels: Mapping[str, str]
    hold: str | None = None
    keep: str | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""


def rule_file(
    head: str, groups: Iterable[tuple[str, Iterable[Rule]]], intervals: Mapping[str, str] = MappingProxyType({})
) -> str:
    """A whole file: its comment, then groups of a name and their rules. Groups without rules are left out.

    ``intervals``: group -> how often it is evaluated, where that differs from the server's own.
    """
    text = wrapped_comment(head, width=118) + "groups:\n"
    for name, rules in groups:
        if body := rules_text(rules):
            text += group_text(name, body, intervals.get(name))
    return text


def group_text(name: str, body: str, interval: str | None = None) -> str:
    """A group in its file. ``body``: the text of its rules; ``interval``: how often it is evaluated."""
    head = {"name": name} | ({"interval": interval} if interval else {})
    return f"{_moved(to_yaml([head]), 2)}    rules:\n{_moved(body, 6)}"


def rules_text(rules: Iterable[Rule]) -> str:
    """Rules below each other, each below its comment."""
    return "".join(comment_text(rule.comment) + to_yaml([_document(rule)]) for rule in rules)


@lru_cache(maxsize=1024)
def comment_text(text: str) -> str:
    """A comment, in lines. Cached: many objectives have the same comments, and wrapping takes long."""
    return wrapped_comment(text, _WIDTH)


def _document(rule: Rule) -> dict[str, Any]:
    optional = {
        "for": rule.hold,
        "keep_firing_for": rule.keep,
        "labels": Inline(rule.labels),
        "annotations": dict(rule.annotations),
    }
    return {rule.head: rule.name, "expr": rule.expr, **{key: value for key, value in optional.items() if value}}


def _moved(text: str, by: int) -> str:
    return textwrap.indent(text, " " * by)
