"""What a scheduled run does: it keeps the daily rows, and writes the reports and reviews that are due.

Due is the last week and the last month, once they are over in every time zone, until their files are there. So a run
that failed is made up for by the next one, and a run more changes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from model.calendar import day_at, day_of, ordinal
from model.reports.periods import Period, PeriodKind, containing
from model.reports.subject import Subject
from ops.http import Unreachable
from ops.reports.api import Api
from ops.reports.command import REPORT, REVIEW, Request, collector_of, report, stem_of
from ops.reports.places import place
from ops.reports.review_command import Servers, review
from ops.reports.store import Form

# Prometheus keeps two weeks, unless the settings give it more.
_BACK_DAYS = 31


class NotMeasured(Exception):
    """Prometheus has no rows of the last day, and had some of earlier ones. The text names the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """``prometheus``: URLs of replicas that know the same. ``rows`` and ``out``: places."""

    subject: Subject
    prometheus: Sequence[str]
    servers: Servers
    rows: str
    out: str


def write_due(what: Schedule) -> Iterator[str]:
    """Write what is due; where each file is now. Nothing without objectives, or before a whole day was measured.

    Raises BadInput, Unreachable, and, after everything else, NotMeasured.
    """
    if not what.subject.objectives:
        return
    api = _answering(what.prometheus)
    collector = collector_of(_request(what, api, PeriodKind.WEEK), what.subject)
    now = api.now()
    over = collector.over(now)
    collector.backfill(day_at(ordinal(over) - _BACK_DAYS), over)
    kept = collector.store.days()
    there = place(what.out).names("")
    for kind in PeriodKind:
        period = containing(kind, day_of(now, "UTC")).previous
        if day_at(period.last) <= over and not set(kept).isdisjoint(period.days):
            yield from _written(what, api, period, there, now)
    if kept and over not in kept:
        raise NotMeasured(f"Prometheus has no numbers of {over}; the last day that is kept is {kept[-1]}")


def _written(what: Schedule, api: Api, period: Period, there: Sequence[str], now: float) -> Iterator[str]:
    request = _request(what, api, period.kind, period.name)
    # JSON is the last file that is written: with it, all are there.
    if f"{stem_of(REPORT, period)}.json" not in there:
        yield from report(what.subject, request, now).written
    if f"{stem_of(REVIEW, period)}.json" not in there:
        yield from review(what.subject, request, what.servers, now).written


def _request(what: Schedule, api: Api, kind: PeriodKind, name: str | None = None) -> Request:
    return Request(
        environment=what.subject.environment,
        kind=kind,
        name=name,
        prometheus=api.url,
        rows=what.rows,
        out=what.out,
        form=Form.JSONL,
    )


def _answering(urls: Sequence[str]) -> Api:
    """The first that answers. Raises Unreachable, with what each of them said."""
    failures = []
    for url in urls:
        api = Api(url)
        try:
            api.now()
        except Unreachable as error:
            failures.append(str(error))
        else:
            return api
    raise Unreachable("; ".join(failures))
