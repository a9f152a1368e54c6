"""Which alerts are one incident, and whether it is over.

Opened by the first paging alert; joined by alerts of the same system, of what it depends on or of what depends on it,
while it is open; closed when all its objectives have been good and all its paging alerts over for CLOSE_SECONDS, or by
a person; opened again by a paging alert within REOPEN_SECONDS after the former. Alerts of lower severity join and hold
nothing open.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from model.incidents.entry import Entry, Kind, merged
from model.incidents.parts import Part, Parts
from model.incidents.spans import Span, alerts, bad_runs

CLOSE_SECONDS = 900.0
"""Good for so long before it is over: three times the longest `keep_firing_for`, so that a flapping part is one."""

REOPEN_SECONDS = 1800.0
"""After the end: the same cause has come back. Alertmanager's groups and PagerDuty's merging use the half hour too."""

CLOSING = "incident-closed"
"""Name of the line by which a person closes an incident that has no end by itself."""

RUN_SECONDS = 120.0
"""Two bad minutes with at most this between them are one run: an SLI looks at windows of one minute."""


@dataclass(slots=True)
class Group:
    """One incident: ``spans`` of its alerts, the first of which opened it, and ``runs`` of its bad objectives.

    ``closed``: when it was over; None while it lasts. ``by_hand``: when a person closed it. ``reopened``: how many
    times.
    """

    spans: list[Span] = field(default_factory=list)
    runs: list[Span] = field(default_factory=list)
    closed: float | None = None
    by_hand: float | None = None
    reopened: int = 0

    @property
    def opening(self) -> Span:
        """The paging alert that began first."""
        return self.spans[0]

    @property
    def pages(self) -> list[Span]:
        """The paging alerts."""
        return [span for span in self.spans if span.paging]

    @property
    def parts(self) -> list[Part]:
        """What its alerts are about, in the order in which they began."""
        return list(dict.fromkeys(span.part for span in self.spans))

    @property
    def onset(self) -> float | None:
        """When the run of bad SLI windows began that led to the first page; None where no SLI was bad."""
        runs = [run for run in self.runs if run.start <= self.opening.start]
        covering = [run for run in runs if run.end is None or run.end >= self.opening.start - RUN_SECONDS]
        if not covering:
            # The page came before the SLI turned, as one about a dependency may.
            later = [run.start for run in self.runs if run.start <= self.opening.ended_by(run.start)]
            return min(later, default=None)
        onset = min(run.start for run in covering)
        for run in reversed(runs):
            if run.end is not None and run.start < onset <= run.end + RUN_SECONDS:
                onset = run.start
        return onset

    @property
    def restored(self) -> float | None:
        """The end of the last bad run; None while one lasts, and where no SLI was bad."""
        ends = [run.end for run in self.runs]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) else None


def groups(entries: Iterable[Entry], parts: Parts, now: float) -> list[Group]:
    """All incidents at ``now``, sorted by their opening. The order of ``entries`` does not matter."""
    lines = [entry for entry in entries if entry.at <= now]
    runs = bad_runs(lines)
    closings = [line for line in merged(lines) if line.name == CLOSING and line.kind is Kind.HUMAN]
    found: list[Group] = []
    for span in alerts(lines):
        for group in found:
            if parts.related_to_any(span.part, group.parts) and _takes(group, span, runs):
                group.spans.append(span)
                break
        else:
            if span.paging:
                found.append(Group(spans=[span], by_hand=_closing(span, closings)))
    for group in found:
        _finish(group, runs, now)
    return found


def _takes(group: Group, span: Span, runs: Sequence[Span]) -> bool:
    """Whether the incident is open when ``span`` begins, or may be opened again by it."""
    if group.by_hand is not None and span.start > group.by_hand:
        return False
    over = _over(_trouble(group, runs), span.start)
    if over is None or span.start < over:
        return True
    return span.paging and span.start < over + REOPEN_SECONDS


def _closing(opening: Span, closings: Iterable[Entry]) -> float | None:
    """When a person closed the incident that ``opening`` opened."""
    system, component, _, _ = opening.subject
    mine = (one.at for one in closings if (one.system, one.component) == (system, component))
    return next((at for at in mine if at >= opening.start), None)


def _trouble(group: Group, runs: Sequence[Span]) -> list[Span]:
    """What holds the incident open: its paging alerts, and bad runs of objectives of the parts that they are about."""
    about = {span.part for span in group.pages}
    return sorted([*group.pages, *(run for run in runs if run.part in about)], key=lambda span: span.start)


def _over(trouble: Sequence[Span], at: float) -> float | None:
    """When it was over as known at ``at``, counted from the last page on; None while something lasts."""
    return _episodes(trouble, at)[-1].over


@dataclass(slots=True)
class _Episode:
    """Trouble without a pause of CLOSE_SECONDS."""

    spans: list[Span]
    end: float | None

    @property
    def over(self) -> float | None:
        return None if self.end is None else self.end + CLOSE_SECONDS


def _episodes(trouble: Sequence[Span], at: float) -> list[_Episode]:
    """The episodes with a page in them, that began before ``at``."""
    found: list[_Episode] = []
    for span in trouble:
        if span.start > at:
            break
        last = found[-1] if found else None
        if last is not None and (last.over is None or span.start < last.over):
            last.spans.append(span)
            last.end = None if last.end is None or span.end is None else max(last.end, span.end)
        else:
            found.append(_Episode([span], span.end))
    return [episode for episode in found if any(span.paging for span in episode.spans)]


def _finish(group: Group, runs: Sequence[Span], now: float) -> None:
    episodes = _episodes(_trouble(group, runs), now)
    over = episodes[-1].over
    ends = [end for end in (over, group.by_hand) if end is not None and end <= now]
    group.closed = min(ends, default=None)
    group.reopened = len(episodes) - 1
    group.runs = [span for episode in episodes for span in episode.spans if not span.paging]
