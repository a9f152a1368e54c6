"""Pages and pictures below ``docs/``: Markdown as HTML, whose own HTML is shown and never taken."""

import re
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markupsafe import Markup

from lab.layout import Layout

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def _named_headings(state: StateCore) -> None:
    """Each heading gets the id that GitHub gives it, so that links to a section work."""
    for opening, content in pairwise(state.tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", re.sub(r"[^\w -]", "", content.content.lower()).replace(" ", "-"))


_MARKDOWN.core.ruler.push("named_headings", _named_headings)


def document(layout: Layout, relative: str, suffix: str) -> Path | None:
    """The file ``docs/<relative>``; None when there is none, or it lies elsewhere or is of another kind."""
    folder = (layout.root / "docs").resolve()
    try:
        found = (folder / relative).resolve()
        return found if found.suffix == suffix and found.is_relative_to(folder) and found.is_file() else None
    except (OSError, ValueError):  # a name that is too long, or has a NUL
        return None


def title(text: str) -> str:
    """The first heading of a page."""
    return next((line.removeprefix("# ").strip() for line in text.splitlines() if line.startswith("# ")), "")


def rendered(text: str) -> Markup:
    """The page as HTML."""
    return Markup(_MARKDOWN.render(text))  # noqa: S704 (markdown-it escapes all of it, see `html`)


def runbooks(layout: Layout) -> dict[str, list[str]]:
    """Paths of the runbooks below ``docs/``, by their folder."""
    folder = layout.root / "docs" / "runbooks"
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*.md"), key=lambda each: (len(each.parts), str(each).lower())):
        found.setdefault(path.parent.relative_to(folder).as_posix(), []).append(f"runbooks/{path.relative_to(folder)}")
    return found
