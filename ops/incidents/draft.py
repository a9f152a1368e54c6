"""The draft of a post-mortem in Markdown. It states what was observed; why it happened is for people to say."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from model.incidents.entry import Entry, Kind
from model.incidents.record import Impact, Record
from ops.incidents.telling import told

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~<>&@])")
MOST_LINES = 200
"""Of the timeline in the draft; timeline.jsonl has all."""


def draft(record: Record, timeline: Sequence[Entry], pictures: Sequence[tuple[str, str]]) -> str:
    """The text. ``pictures``: title and path. Texts of others are escaped: they are no Markdown, HTML or mention."""
    return "\n".join(
        [
            "---",
            "# One entry per action item:",
            "# - {id: alert-sooner, text: What is to be done., owner: team, due: 2027-01-31, kind: detect}",
            "# kind: prevent, detect, mitigate; issue: number or key, once there is one; done: true at the end.",
            "actions: []",
            "---",
            f"# {record.id}: {quoted(record.title)}",
            "",
            "A draft from monitoring data. Times are UTC.",
            "",
            *_summary(record),
            *_times(record),
            *_impact(record.impact),
            *(line for title, path in pictures for line in (f"![{quoted(title)}]({path})", "")),
            *_changes(record, timeline),
            "## Contributing conditions",
            "",
            "*For people: several conditions usually had to come together. What made it possible, what made it worse, "
            "what hid it?*",
            "",
            "## What went well",
            "",
            "*For people.*",
            "",
            "## Timeline",
            "",
            *_timeline(record, told(timeline)),
        ]
    )


def quoted(text: str) -> str:
    """``text`` as Markdown shows it as it is, in one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def clock(at: float | None) -> str:
    """``2026-12-01 13:05:10``, or unknown."""
    return "unknown" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def duration(seconds: float | None) -> str:
    """``3 min 20 s``, or unknown: a time that was not measured is not 0."""
    if seconds is None:
        return "unknown"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    words = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{rest} s" if rest else ""]
    return " ".join(filter(None, words)) or "0 s"


def percent(share: float) -> str:
    """``12.3 %``; of small shares the first two digits that are not 0, because 0.0 % is not nothing."""
    return f"{share * 100:,.1f} %" if share >= 0.001 or share == 0 else f"{share * 100:.2g} %"  # noqa: PLR2004


def _summary(record: Record) -> Iterator[str]:
    """What a manager asks first: what was hit, for how long, how much of it, and whether it is over."""
    for one in record.impact:
        if one.bad is None or not one.total:
            continue
        spent = "" if one.budget is None else f", {percent(one.budget)} of its error budget"
        yield (
            f"{quoted(f'{one.system}/{one.component}')}: {_count(one.bad)} of {_count(one.total)} events of the "
            f"objective {quoted(one.objective)} were bad ({percent(one.bad / one.total)}){spent}."
        )
    lasted = duration(record.lasted) if record.lasted is not None else "an unknown time"
    yield from (f"It lasted {lasted}." if record.closed is not None else "It is not over.", "")


def _times(record: Record) -> Iterator[str]:
    times = record.times
    yield from ("| what | when | how long |", "|---|---|---|")
    yield f"| onset: the first bad SLI window | {clock(times.onset)} | |"
    yield f"| detected: the first notification | {clock(times.detected)} | {duration(times.to_detect)} after onset |"
    nobody = "nobody, as far as is known | |"
    when = f"{clock(times.acknowledged)} | {duration(times.to_acknowledge)} after detection |"
    yield f"| acknowledged: the first trace of a person | {nobody if times.acknowledged is None else when}"
    restored = f"{clock(times.restored)} | {duration(times.to_restore)} after onset"
    yield f"| restored: the last bad SLI window ended | {restored} |"
    closed = clock(record.closed) if record.closed is not None else "open"
    yield f"| closed | {closed} | reopened {record.reopened} times |"
    yield from ("", f"Alerts: {quoted(', '.join(record.alerts))}. Parts: {quoted(', '.join(record.components))}.", "")


def _impact(impact: Sequence[Impact]) -> Iterator[str]:
    yield from ("## Impact", "")
    if not impact:
        yield from ("No objective was bad, or none is measured: the impact on users is unknown.", "")
        return
    yield from ("| objective | bad events | all events | error budget used | bad minutes |", "|---|---|---|---|---|")
    for one in impact:
        name = quoted(f"{one.system}/{one.component} {one.objective}")
        budget = "unknown" if one.budget is None else percent(one.budget)
        minutes = "unknown" if one.bad_minutes is None else f"{one.bad_minutes:.1f}"
        yield f"| {name} | {_count(one.bad)} | {_count(one.total)} | {budget} | {minutes} |"
    young = [one.covered for one in impact if one.covered is not None and one.covered < 1]
    if young:
        yield from ("", f"Budgets are of whole windows, extrapolated: only {percent(min(young))} of a window has data.")
    yield ""


def _changes(record: Record, timeline: Sequence[Entry]) -> Iterator[str]:
    yield from ("## What changed before", "")
    start = record.opened if record.times.onset is None else min(record.opened, record.times.onset)
    found = [one for one in timeline if one.kind in (Kind.CHANGE, Kind.AUDIT) and one.at <= start]
    if not found:
        yield from ("Nothing that was recorded, in the hour before.", "")
        return
    for one in found:
        yield f"- {clock(one.at)}, {duration(start - one.at)} before: {quoted(one.text)}"
    yield ""


def _timeline(record: Record, timeline: Sequence[Entry]) -> Iterator[str]:
    start = record.opened if record.times.onset is None else record.times.onset
    yield from ("| time | after onset | source | kind | what |", "|---|---|---|---|---|")
    for one in timeline[:MOST_LINES]:
        yield f"| {clock(one.at)} | {_after(one.at - start)} | {quoted(one.source)} | {one.kind} | {quoted(one.text)} |"
    if len(timeline) > MOST_LINES:
        yield from ("", f"{len(timeline) - MOST_LINES} more lines are in timeline.jsonl.")
    yield ""


def _after(seconds: float) -> str:
    """``1:05``, or ``-0:10`` before."""
    minutes, rest = divmod(round(abs(seconds)), 60)
    return f"{'-' if seconds < 0 and (minutes or rest) else ''}{minutes}:{rest:02}"


def _count(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.0f}"
