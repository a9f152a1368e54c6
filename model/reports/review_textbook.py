"""Our pages of objectives beside those of the textbook's rules, over the same time and data."""

from collections.abc import Iterable, Sequence

from model.base import Model
from model.reports.incidents import JOINED_SECONDS
from model.reports.review_replay import Span, merged


class Pages(Model):
    """Of one component. ``false``: nobody acted on any alert of it within half an hour of the page.

    ``unknown``: of pages that began before any source remembers what people did.
    """

    times: int
    seconds: float
    false: int
    unknown: int


class Comparison(Model):
    """Of one component whose system has ``compare``."""

    system: str
    component: str
    ours: Pages
    textbook: Pages


def pages(spans: Iterable[Span], acted: Sequence[Span], since: float | None) -> Pages:
    """``acted``: when alerts fired on which somebody acted; ``since``: from when on that is known, None: never."""
    found = merged(spans)
    unknown = [one for one in found if since is None or one[0] < since]
    known = [one for one in found if one not in unknown]
    near = [(start - JOINED_SECONDS, end + JOINED_SECONDS) for start, end in acted]
    false = sum(not any(start <= one[1] and one[0] <= end for start, end in near) for one in known)
    return Pages(times=len(found), seconds=sum(end - start for start, end in found), false=false, unknown=len(unknown))


def spans(moments: Iterable[float], step: int) -> list[Span]:
    """From the moments at which an alert fired, ``step`` seconds apart."""
    return merged(((at, at + step) for at in sorted(moments)), 0)
