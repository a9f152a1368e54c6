"""The line of a threshold alert, read from its expression: what is compared, how, and with which number.

Only the shape that Prometheus prints for our threshold rules: one comparison with a number, which conditions may follow
(``and``, ``unless``). Anything else has no line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_WORD: Final = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_COMPARISON: Final = re.compile(r"==|!=|>=|<=|>|<")
_STRING: Final = re.compile(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])*\'|`[^`]*`', re.DOTALL)
_OPENING, _CLOSING = "([{", ")]}"
_SETS: Final = ("and", "or", "unless")


@dataclass(frozen=True, slots=True)
class Line:
    """``value``: the number. ``above``: whether beyond is above it; ``inclusive``: whether the number itself is beyond.

    ``series``: the expression without the comparison, whose values are compared.
    """

    series: str
    value: float
    above: bool
    inclusive: bool = False

    def passed(self, value: float, at: float | None = None) -> bool:
        """Whether ``value`` is beyond the line, or beyond another one at ``at``."""
        line = self.value if at is None else at
        beyond = value > line if self.above else value < line
        return beyond or (self.inclusive and value == line)


def line_of(expression: str) -> Line | None:
    """The line of an alert's expression; None where it has another shape."""
    found = list(_outside(expression))
    comparisons = [(at, word) for at, word in found if _COMPARISON.fullmatch(word)]
    sets = [(at, word) for at, word in found if word in _SETS]
    if not comparisons or any(word == "or" for _, word in sets):
        return None
    at, word = comparisons[0]
    end = sets[0][0] if sets else len(expression)
    number = expression[at + len(word) : end].strip()
    if word in ("==", "!=") or at > end or not _NUMBER.fullmatch(number):
        return None
    # A comparison binds closer than a condition, so that the condition holds of the values alike.
    series = " ".join(f"{expression[:at].strip()} {expression[end:].strip()}".split("\n")).strip()
    return Line(series, float(number), above=word[0] == ">", inclusive=word.endswith("=")) if series else None


def _outside(expression: str) -> Iterator[tuple[int, str]]:
    """Comparisons and words outside of all brackets and strings, with where they are."""
    at, depth = 0, 0
    while at < len(expression):
        letter = expression[at]
        string = _STRING.match(expression, at)
        found = string or _WORD.match(expression, at) or _COMPARISON.match(expression, at)
        if found and not string and depth == 0:
            yield at, found[0].lower()
        depth += (letter in _OPENING) - (letter in _CLOSING)
        at = found.end() if found else at + 1
