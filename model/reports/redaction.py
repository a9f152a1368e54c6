"""Texts of others in a report, such as labels and reasons, without what looks like a secret."""

from typing import Any, Final

from model.secret_shapes import SHAPES

HIDDEN: Final = "[secret removed]"


def redacted(content: Any) -> Any:
    """The same document, with each text that holds a secret's shape cut there. Keys are ours and stay."""
    if isinstance(content, str):
        for shape in SHAPES.values():
            content = shape.sub(HIDDEN, content)
        return content
    if isinstance(content, dict):
        return {key: redacted(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [redacted(value) for value in content]
    return content
