"""The verb ``forecast`` without its options: what it asks, calculates and writes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from model.calendar import minute_of
from model.forecast.outlook import Outlook, ordered, outlook
from model.forecast.series import DAY, HOUR, MOST_WEEKS, WEEK, Hourly
from model.forecast.subjects import Subject
from model.problems import BadInput, Problem
from model.vocabulary import Environment
from ops.forecast.picture import band
from ops.otlp import Gauge
from ops.reports.api import Api

MOST_ITEMS: Final = 500
"""Of a subject: a forecast takes half a second, and a list of more is read by nobody."""
_PICTURES: Final = 12
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``outlooks``: the most urgent first. ``notes``: what was left out, for people. ``now``: Unix time."""

    outlooks: Sequence[Outlook]
    notes: Sequence[str]
    now: float
    days: int


def outlooks(api: Api, subjects: Mapping[str, Subject], now: float, days: int, progress: Progress) -> Found:
    """The outlook of every item. Raises Unreachable."""
    end = int(now // HOUR) * HOUR
    found: list[Outlook] = []
    notes: list[str] = []
    for name, subject in subjects.items():
        series = api.over(subject.hourly, end - MOST_WEEKS * WEEK * HOUR + HOUR, end, HOUR)
        progress(f"{subject.title}: {len(series)}")
        if len(series) > MOST_ITEMS:
            notes.append(f"{subject.title}: {len(series)} items; the first {MOST_ITEMS} by name were forecast.")
        for labels, samples in sorted(series, key=lambda one: sorted(one[0].items()))[:MOST_ITEMS]:
            named = {label: labels.get(label, "") for label in ("cluster", *subject.item)}
            # The sample of an hour's end is the peak of the hour before it.
            hourly = Hourly.of((moment - HOUR, value) for moment, value in samples)
            found.append(outlook(name, subject, named, hourly, days))
    return Found(outlooks=ordered(found), notes=[*notes, *sorted(api.warnings)], now=now, days=days)


def chosen(subjects: Mapping[str, Subject], names: Sequence[str]) -> dict[str, Subject]:
    """Those of the given names, all without any. Raises BadInput."""
    unknown = [name for name in names if name not in subjects]
    if unknown:
        raise BadInput([Problem("--subject", f"found {name!r}", ", ".join(subjects)) for name in unknown])
    return {name: subject for name, subject in subjects.items() if not names or name in names}


def document(environment: Environment, result: Found, subjects: Mapping[str, Subject]) -> dict[str, Any]:
    """What the page, the JSON and the summary are made of. The pictures are those of the most urgent items."""
    found = result.outlooks
    clusters = sorted({one.labels["cluster"] for one in found if one.labels["cluster"]})
    rows = [_row(one, subjects[one.subject], several=len(clusters) > 1) for one in found]
    ahead = [one for one in found if one.ahead]
    return {
        "environment": str(environment),
        "written": minute_of(result.now, "UTC"),
        "days": result.days,
        "items": len(found),
        "alerts": sum(one.alerts for one in found),
        "within": sum(one.days_left is not None for one in found),
        "refused": len(found) - len(ahead),
        "rows": rows,
        "pictures": [
            {"title": row["title"], "svg": band(row["title"], one)}
            for one, row in zip(found, rows, strict=True)
            if one.ahead
        ][:_PICTURES],
        "notes": list(result.notes),
    }


def _row(one: Outlook, subject: Subject, *, several: bool) -> dict[str, Any]:
    known = [value for value in one.series.values if value is not None]
    cluster = f"{one.labels['cluster']}: " if several else ""
    row: dict[str, Any] = {
        "subject": one.subject,
        "labels": dict(one.labels),
        "title": f"{subject.title}: {cluster}{one.item}",
        "now": known[-1] if known else None,
        "lead_days": one.lead_days,
        "alerts": one.alerts,
        "remedy": subject.remedy,
        "refused": one.refused.sentence if one.refused else None,
        **dict.fromkeys(("method", "coverage", "mape", "tested_days", "earliest", "likely", "days_left", "peak")),
    }
    if one.ahead and one.until:
        row |= {
            "method": one.ahead.method,
            "coverage": one.ahead.coverage,
            "mape": one.ahead.mape,
            "tested_days": one.ahead.tested / DAY,
            "earliest": one.until.earliest,
            "likely": one.until.likely,
            "days_left": one.days_left,
            "peak": max(one.ahead.high),
        }
    return row


def metrics(result: Found) -> Iterator[Gauge]:
    """Name, labels and value of each gauge: for the board and for the alert.

    Days left are those of the forecast where the limit is not met within it, so that a number of yesterday is replaced.
    """
    days = result.days
    for one in result.outlooks:
        own = {"subject": one.subject, "item": one.item, "forecast_cluster": one.labels["cluster"]}
        if not one.ahead:
            continue
        left = one.days_left
        yield "capacity_forecast_days_left", own, float(days) if left is None else left
        yield "capacity_forecast_lead_days", own, one.lead_days
        if one.ahead.coverage is not None:
            yield "capacity_forecast_coverage", own, one.ahead.coverage
        for bound, values in (("low", one.ahead.low), ("middle", one.ahead.middle), ("high", one.ahead.high)):
            for day in (1, 7, days):
                # Peaks of a day: the hours before it are in its peak too, because a limit met is met.
                yield "capacity_forecast_use", {**own, "bound": bound, "ahead": f"{day}d"}, max(values[: day * DAY])
