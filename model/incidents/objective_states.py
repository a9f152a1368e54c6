"""From samples of an objective's error ratio to lines of the timeline: when it became bad, good or unknown."""

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
    window: float = 0.0,
) -> list[Entry]:
    """A line for each change of state at the evaluations ``times``, sorted.

    ``samples``: error ratio by time; a time without one is unknown. Until the first sample nothing is said.
    ``window``: seconds that a sample looks back. The bad events were over so long before the first good sample.
    """
    system, component, objective = subject
    limit = threshold(target)
    found: list[Entry] = []
    last: State | None = None
    for evaluated in times:
        value = samples.get(evaluated)
        state = State.UNKNOWN if value is None else State.BAD if value >= limit else State.GOOD
        if state is last or (last is None and state is State.UNKNOWN):
            continue
        at = max(evaluated - window, found[-1].at) if state is State.GOOD and last is State.BAD else evaluated
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


def _percent(value: float | None) -> str:
    return f"{(value or 0.0) * 100:.3g} %"
