"""A report as Markdown, as one HTML file without scripts, and as JSON. All texts are escaped."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from model.calendar import minute_of

_TEMPLATES = Path(__file__).parent / "templates"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
# What Markdown or HTML in Markdown would read as markup.
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|<>~&])")
_LINES = re.compile(r"\s*[\r\n]+\s*")
_THOUSANDS = 10_000
_BAR_HEIGHT, _BAR_MOST = 30, 150
"""Pixels of a bar, and the percent of a budget that the tallest one shows."""


def as_json(document: Mapping[str, Any]) -> str:
    """The same bytes for the same report."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def as_markdown(document: Mapping[str, Any], template: str = "report.md.j2") -> str:
    """For a repository, a wiki or a chat."""
    return _render(template, document, html=False)


def as_html(document: Mapping[str, Any], template: str = "report.html.j2") -> str:
    """One file: styles and pictures are in it, it loads nothing and runs nothing, and it prints well."""
    return _render(template, document, html=True)


def _render(template: str, document: Mapping[str, Any], *, html: bool) -> str:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=html,  # noqa: S701 (Markdown is escaped by `_finalize`)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=None if html else _finalize,
    )
    environment.filters.update(
        number=number,
        moment=moment,
        lasting=length,
        bar=bar,
        share=share,
        exact=exact,
        days=days,
        known=lambda value: "-" if value is None else value,
    )
    return environment.get_template(template).render(**document)


class Plain(str):
    """A text that has no markup and needs no escaping."""

    __slots__ = ()


def _finalize(value: object) -> object:
    """Of every expression of a Markdown template: a text of others has no markup and no lines of its own."""
    if isinstance(value, str) and not isinstance(value, Plain):
        return _MARKUP.sub(r"\\\1", _LINES.sub(" ", value))
    return value


def number(value: float | None) -> Plain:
    """With thousands separated and at most two decimals."""
    if value is None:
        return Plain("-")
    text = f"{value:,.2f}"
    return Plain(text.rstrip("0").rstrip("."))


def share(value: float | None) -> Plain:
    """A share, 0 to 1, in whole percent."""
    return Plain("unknown" if value is None else f"{value:.0%}".replace("%", " %"))


def days(value: float | None, horizon: float) -> Plain:
    """Days until something, as far as ``horizon`` days were looked at."""
    return Plain(f"> {horizon:.0f}" if value is None else f"{value:.1f}")


def exact(value: float) -> Plain:
    """A threshold, with the digits that tell it from its neighbours."""
    return Plain(f"{value:.4g}" if abs(value) < _THOUSANDS else number(value))


def moment(at: float) -> Plain:
    """In UTC, to the minute."""
    return Plain(f"{minute_of(at, 'UTC')} UTC")


def length(seconds: float) -> Plain:
    """The two largest units."""
    whole = round(seconds)
    parts = []
    for unit, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min"), (1, "s")):
        count, whole = divmod(whole, unit)
        if count:
            parts.append(f"{count} {name}")
    return Plain(" ".join(parts[:2]) or "0 s")


def bar(spent: str | None) -> float:
    """Height in pixels of the bar of a budget that is spent to so many percent."""
    return round(min(max(float(spent or 0), 0), _BAR_MOST) / _BAR_MOST * _BAR_HEIGHT, 1)
