"""Parts of sentences that several messages and reports share."""

from collections.abc import Iterable, Sequence

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def listed(words: Iterable[object]) -> str:
    """``a, b, c``."""
    return ", ".join(map(str, words))


def some(items: Sequence[object], most: int) -> str:
    """The first ``most`` of ``items``, and how many there are besides: ``a, b and 3 more``."""
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return listed(items[:most]) + more


def span(seconds: float) -> str:
    """A length of time in its largest whole unit, such as ``26 h``: rounded down, so that nothing looks longer."""
    for length, unit in ((2 * _DAY, "d"), (2 * _HOUR, "h"), (2 * _MINUTE, "min")):
        if seconds >= length:
            return f"{seconds // (length // 2):.0f} {unit}"
    return f"{seconds:.0f} s"
