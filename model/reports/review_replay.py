"""What another line would have done: the series of a threshold alert, replayed over the last weeks. Pure.

A line is proposed at the 99th and at the 99.9th percentile of the quiet time, which is all time but trouble. Trouble is
what people had to know: pages of objectives, and alerts that somebody acknowledged or silenced while they fired.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from model.base import Model
from model.reports.incidents import JOINED_SECONDS
from model.reports.review_line import Line

SHARES: Final = {"p99 of the quiet time": Fraction(99, 100), "p99.9 of the quiet time": Fraction(999, 1000)}
PRESENT: Final = "as it is"
LEAST_QUIET: Final = 1000
"""Values of the quiet time without which nothing is proposed: the 99.9th percentile is the highest of a thousand."""

Span = tuple[float, float]
"""Unix time of the beginning and of the end."""
Values = Mapping[int, float]
"""Value of a series at each moment, Unix seconds in whole steps."""


class Candidate(Model):
    """One line: how often it would have fired, for how long, and of the troubles how many it would have missed."""

    name: str
    line: float
    fired: int
    seconds: float
    in_trouble: int
    missed: int


def passing(values: Values, line: Line, at: float, *, hold: float, keep: float, step: int) -> list[Span]:
    """When an alert with the line at ``at`` fires on a series that is known every ``step`` seconds.

    ``hold`` and ``keep``: the rule's ``for`` and ``keep_firing_for``, in seconds. A moment without a value is on the
    good side, as it is for Prometheus.
    """
    found: list[Span] = []
    since: int | None = None
    fired: int | None = None
    last = 0
    for moment in range(min(values), max(values) + 2 * step, step) if values else ():
        value = values.get(moment)
        if value is not None and line.passed(value, at):
            since = moment if since is None else since
            last = moment
            if fired is None and moment - since >= hold:
                fired = moment
            continue
        if fired is not None and moment - last < keep:
            continue
        if fired is not None:
            found.append((fired, moment))
        since = fired = None
    if fired is not None:
        found.append((fired, last + step))
    return found


def merged(spans: Iterable[Span], apart: float = 0) -> list[Span]:
    """The spans without overlaps, in order; those at most ``apart`` seconds from each other are one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1] + apart:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def quiet(series: Sequence[Values], trouble: Iterable[Span]) -> list[float]:
    """The values outside of trouble, and half an hour around it, sorted."""
    apart = [(start - JOINED_SECONDS, end + JOINED_SECONDS) for start, end in trouble]
    spans = merged(apart)
    found: list[float] = []
    for values in series:
        at = 0
        for moment, value in sorted(values.items()):
            while at < len(spans) and spans[at][1] < moment:
                at += 1
            if at == len(spans) or moment < spans[at][0]:
                found.append(value)
    return sorted(found)


def percentile(ordered: Sequence[float], share: Fraction, *, above: bool) -> float:
    """The value that ``share`` of the sorted values do not pass, from the good side. At least one value."""
    rank = math.ceil(share * len(ordered)) - 1
    return ordered[rank] if above else ordered[len(ordered) - 1 - rank]


def replay(
    series: Sequence[Values], line: Line, trouble: Iterable[Span], *, hold: float, keep: float, step: int
) -> tuple[tuple[Candidate, ...], int]:
    """The line as it is and the proposed ones, and how many values of the quiet time there are.

    A trouble is missed if the alert as it is overlapped it, and the other line would not have. Nothing is proposed from
    fewer values than LEAST_QUIET.
    """
    troubles = merged(trouble, JOINED_SECONDS)
    values = quiet(series, troubles)
    lines = {PRESENT: line.value}
    if len(values) >= LEAST_QUIET:
        lines |= {name: percentile(values, share, above=line.above) for name, share in SHARES.items()}

    def fires(at: float) -> list[Span]:
        return merged(span for one in series for span in passing(one, line, at, hold=hold, keep=keep, step=step))

    now = fires(line.value)
    caught = [one for one in troubles if _overlaps(one, now)]
    found = []
    for name, at in lines.items():
        spans = now if name == PRESENT else fires(at)
        here = sum(_overlaps(one, spans) for one in caught)
        found.append(
            Candidate(
                name=name,
                line=at,
                fired=len(spans),
                seconds=math.fsum(end - start for start, end in spans),
                in_trouble=sum(_overlaps(one, troubles) for one in spans),
                missed=len(caught) - here,
            )
        )
    return tuple(found), len(values)


def _overlaps(one: Span, others: Iterable[Span]) -> bool:
    return any(start <= one[1] and one[0] <= end for start, end in others)
