"""Small pieces of PromQL text: selectors, exact numbers, indentation."""

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal

from model.quantities import plain
from model.query_text import matcher

_SIX_DIGITS = Context(prec=6)


def selector(metric: str, matchers: Iterable[str]) -> str:
    """``metric{a="b", c="d"}``; without matchers the bare metric."""
    inside = ", ".join(matchers)
    return f"{metric}{{{inside}}}" if inside else metric


def equals(labels: Mapping[str, str]) -> list[str]:
    """Matchers for exact values, in the order given."""
    return [matcher(name, value) for name, value in labels.items()]


def number(value: Decimal) -> str:
    """A decimal without float dust: at most six significant digits, no exponent."""
    return plain(_SIX_DIGITS.plus(value))


def indented(text: str, by: int = 2) -> str:
    """Every line of ``text`` moved to the right; it has no empty lines."""
    pad = " " * by
    return pad + text.replace("\n", "\n" + pad)


def any_of(parts: Iterable[str]) -> str:
    """The parts with ``or`` between them on lines of their own."""
    return "\n  or\n".join(parts)


def all_of(parts: Iterable[str]) -> str:
    """The parts with ``and`` between them; without the outcome, which counts have and shares have not."""
    return "\n  and ignoring (outcome)\n".join(parts)


def enclosed(text: str, before: str = "") -> str:
    """``text`` in parentheses, on lines of its own."""
    return f"{before}(\n{indented(text)}\n)"
