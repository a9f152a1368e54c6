"""How generated files are written: YAML, JSON and Markdown, the same bytes for the same data."""

import json
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from model import yaml_text


def to_yaml(document: Mapping[str, Any] | list[Any], comment: str) -> str:
    """The document below a comment, whose lines stay as they are."""
    return "".join(f"# {line}".rstrip() + "\n" for line in comment.splitlines()) + yaml_text.to_yaml(document)


def wrapped_comment(text: str, width: int) -> str:
    """A comment of any number of lines, none wider than ``width`` without its mark; empty lines stay."""
    lines = (wrapped for line in text.splitlines() for wrapped in textwrap.wrap(line, width) or [""])
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def to_json(document: Any) -> str:
    """The document with sorted keys, two spaces and a newline at the end."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; a bar in a cell does not end it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def code(language: str, *lines: str) -> str:
    """A fenced block."""
    return "\n".join([f"```{language}", *lines, "```"])
