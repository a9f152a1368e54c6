"""From samples of an objective's error ratio to lines of the timeline: when it became bad, good or unknown.

A sample looks back over a window, so it changes slowly: it reaches the threshold some time after the first bad event,
and falls below it some time after the last one. How full of bad events the window is says when they began and ended.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from model.incidents.entry import Entry, Kind, State

PAGING_BURN_RATE: Final = 6.0
"""The lowest burn rate that pages: 5 % of a month's budget in 6 hours (SRE workbook, chapter 5)."""

OUTAGE_RATIO: Final = 0.5
"""`SloOutage` fires here: of an objective with a large budget, six times the budget may be more than everything."""

SOURCE: Final = "Prometheus"


def threshold(target: float) -> float:
    """The share of bad events from which on an SLI window is bad; ``target``: share of good events, 0 to 1."""
    return min(PAGING_BURN_RATE * (1.0 - target), OUTAGE_RATIO)


def states(
    subject: tuple[str, str, str],
    target: float,
    samples: Mapping[float, float],
    times: Sequence[float],
    *,
    window: float = 0.0,
    late: float = 0.0,
) -> list[Entry]:
    """A line for each change of state, sorted; ``times`` are those at which samples were read.

    ``samples``: error ratio by time; a time without one is unknown. Until the first sample nothing is said.
    ``window``: seconds that a sample looks back. ``late``: how long after its evaluation a sample is read.

    Of a bad sample the share of the window that is full of bad events is known once the window is past the change: the
    lines end before a change that is younger than that. So two readings of one change say the same.
    """
    system, component, objective = subject
    limit = threshold(target)
    found: list[Entry] = []
    last: State | None = None
    before: float | None = None
    for evaluated in times:
        previous, before = before, evaluated
        value = samples.get(evaluated)
        state = State.UNKNOWN if value is None else State.BAD if value >= limit else State.GOOD
        if state is last or (last is None and state is State.UNKNOWN):
            continue
        at = evaluated - late
        if state is State.BAD and last is not None:
            if evaluated + window > times[-1]:
                break
            at -= _full(value, samples, evaluated if previous is None else previous, evaluated + window, window)
        elif state is State.GOOD and last is State.BAD and previous is not None:
            # By the last bad sample: a window without any bad event does not say since when.
            at = (previous if window else evaluated) - late - window
            at += _full(samples[previous], samples, previous - window, evaluated, window)
        at = max(at, found[-1].at) if found else at
        last = state
        text = {
            State.UNKNOWN: f"{objective}: no events",
            State.BAD: f"{objective}: {_percent(value)} of events are bad (threshold {_percent(limit)})",
            State.GOOD: f"{objective}: {_percent(value)} of events are bad",
        }[state]
        found.append(
            Entry(
                at=at,
                kind=Kind.SLI,
                source=SOURCE,
                text=text,
                system=system,
                component=component,
                objective=objective,
                state=state,
            )
        )
    return found


def _full(value: float | None, samples: Mapping[float, float], start: float, end: float, window: float) -> float:
    """How many seconds of a window were bad: its ratio over the share of events that the fault makes bad.

    That share is the highest ratio between two times. Of a fault that is shorter than a window no ratio reaches it:
    then by how much the ratio rises or falls in half a window says more, which is half of the share.
    """
    found = {at: ratio for at, ratio in samples.items() if start <= at <= end}
    steps = (abs(found[at + window / 2] - ratio) for at, ratio in found.items() if at + window / 2 in found)
    share = min(max(*found.values(), 2.0 * max(steps, default=0.0), 0.0), 1.0)
    return window * min((value or 0.0) / share, 1.0) if share else 0.0


def _percent(value: float | None) -> str:
    return f"{(value or 0.0) * 100:.3g} %"
