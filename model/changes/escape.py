"""Texts of others in GitHub's Markdown, so that they are shown and do nothing.

A name or a message may come from a fork: no mention notifies anybody, no image is loaded, no link is made, no HTML is
read, and no line leaves its cell.
"""

import re
from typing import Final

# Not the characters that mean something at the start of a line alone: no text of others stands there.
_SPECIAL: Final = re.compile(r"([\\`*_\[\]|~$])")
_NOTHING: Final = "\u200b"
"""A space without width: it breaks what GitHub makes of `@name`, `#12` and addresses, in whatever it stands."""


def text(given: str) -> str:
    """As a part of a sentence."""
    line = _SPECIAL.sub(r"\\\1", one_line(given))
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = re.sub(r"@(?=\w)", f"@{_NOTHING}", line)
    line = re.sub(r"(?<=#)(?=\d)", _NOTHING, line)
    return re.sub(r"(?i)(?<=:)(?=//)|(?<=www)(?=\.)", _NOTHING, line)


def code(given: str) -> str:
    """As code, in which GitHub reads no mention, link or HTML; also in a cell of a table."""
    line = one_line(given).replace("|", "\\|") or " "
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def one_line(given: str) -> str:
    """Without line breaks, tabs, control characters and marks that turn the direction of a text."""
    kept = "".join(character if character.isprintable() else " " for character in given)
    return " ".join(kept.split())
