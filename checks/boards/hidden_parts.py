"""Panels that hide a part which fails apart from the others, by what the rule linter knows of metrics and records."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from checks import rules
from checks.boards.document import Document, Json
from checks.boards.target_rules import parsed
from checks.rules import half_names, hidden_parts
from checks.rules.findings import Known

RIGHT_AS_IT_IS: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("belfry-platform-home", "Share of targets that answer"): "The share is the question; the table names targets.",
        ("belfry-queues", "Dead-lettered messages"): "A number of messages that should be 0: a sum hides none.",
        ("belfry-security", "Agents that answer"): "The share of nodes with an agent is the question.",
    }
)
"""Board and panel -> why its aggregation is right."""


def known(root: Path) -> Known:
    """What the shipped rules record. Raises BadInput."""
    return rules.known(root)


def findings(json: Json, given: Known) -> Iterator[tuple[str, str, str]]:
    """Board, panel and message of every query that hides a part, or takes two things of one name for one."""
    board = Document(json)
    for panel, target in board.targets:
        tree = parsed(board, panel, target)
        if tree is not None:
            for message in dict.fromkeys(
                (*hidden_parts.messages(tree, given.parts), *half_names.messages(tree, given.shapes))
            ):
                yield board.uid, panel["title"], message
