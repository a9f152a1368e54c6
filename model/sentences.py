"""Parts of sentences that several messages and reports share."""

from collections.abc import Sequence


def some(items: Sequence[object], most: int) -> str:
    """The first ``most`` of ``items``, and how many there are besides: ``a, b and 3 more``."""
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(map(str, items[:most])) + more
