"""From daily rows to the report of a period. Pure: the same rows give the same report."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from model.quantities import plain
from model.reports import counts as counting
from model.reports.counts import LEAST_COVERAGE, Counts, Verdict
from model.reports.credits import credit
from model.reports.history import History, Rows
from model.reports.incidents import incidents
from model.reports.periods import Period, PeriodKind
from model.reports.report import (
    AgreementReport,
    ExclusionReport,
    ObjectiveReport,
    Report,
    Rolling,
    Summary,
    TrendPoint,
)
from model.reports.rows import DailyExclusion, DailyObjective
from model.reports.subject import Expected, Key, Subject, span

_COVERAGE_PLACES = 1


def build(
    subject: Subject,
    rows: Rows,
    period: Period,
    until: str,
    *,
    passed: int | None = None,
    filters: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Report:
    """The report of ``period`` on what ``subject`` has, with what ``rows`` know.

    ``until``: the last day that is over; or a day that is not, of which ``passed`` seconds have passed.
    ``filters``: how the report was reduced; ``notes``: what else a reader must know. Both are shown.
    """
    history = History.of(rows.objectives, until, passed)
    objectives = [_objective(one, history, period) for one in subject.objectives]
    excluded = _exclusions(subject, rows.exclusions, period)
    verdicts = Counter(one.verdict for one in objectives)
    coverages = [Fraction(one.covered_seconds, one.expected_seconds or 1) for one in objectives]
    start, end = span(subject, period)
    keys = {(one.system, one.component) for one in subject.objectives}
    alerts = [a for a in rows.alerts if (a.system, a.component) in keys and a.start < end and a.end > start]
    days = period.days
    complete = until > days[-1] or (until == days[-1] and passed is None)
    return Report(
        environment=subject.environment,
        kind=period.kind,
        period=period.name,
        first_day=days[0],
        last_day=days[-1],
        complete=complete,
        until=None if complete else until,
        time_zones=tuple(sorted({one.time_zone for one in subject.objectives})),
        filters=tuple(filters),
        met=verdicts[Verdict.MET],
        missed=verdicts[Verdict.MISSED],
        unknown=verdicts[Verdict.UNKNOWN],
        least_coverage=counting.percent(min(coverages, default=Fraction(0)), _COVERAGE_PLACES),
        partly_measured=tuple(
            f"{one.system}/{one.component} {one.objective}"
            for one, coverage in zip(objectives, coverages, strict=True)
            if coverage < LEAST_COVERAGE
        ),
        systems=_summaries(objectives, lambda one: one.system),
        features=_summaries(objectives, lambda one: one.feature),
        teams=_summaries(objectives, lambda one: one.team),
        objectives=tuple(objectives),
        incidents=incidents(alerts),
        exclusions=tuple(excluded),
        agreements=tuple(_agreements(subject, history, rows.exclusions, period)),
        sources=rows.sources,
        notes=tuple(notes),
    )


def _objective(expected: Expected, history: History, period: Period) -> ObjectiveReport:
    found = history.counts(expected.key, expected.time_zone, period)
    last = history.last(expected.key, period)
    # The target of those days: what the catalog says today may be another.
    target = last[0].target if last else expected.target
    verdict, why = counting.verdict(found, target)
    share = counting.spent(found, target)
    return ObjectiveReport(
        system=expected.system,
        component=expected.component,
        objective=expected.objective,
        feature=expected.feature,
        team=expected.team,
        unit=expected.unit,
        target=plain(target),
        verdict=verdict,
        why=why,
        valid=float(found.valid),
        bad=float(found.bad),
        good=float(found.valid - found.bad),
        achieved=_achieved(found, target),
        allowed_bad=float(found.valid * (100 - Fraction(target)) / 100),
        budget_spent=None if share is None else counting.spent_percent(share),
        budget_left=None if share is None else counting.left_percent(share),
        coverage=counting.percent(found.coverage, _COVERAGE_PLACES),
        covered_seconds=found.covered,
        expected_seconds=found.expected,
        gaps=found.gaps,
        rolling=_rolling(last),
        trend=tuple(_point(expected, history, one) for one in period.trend()),
    )


def _achieved(found: Counts, target: Decimal) -> str | None:
    return None if found.achieved is None else counting.percent(found.achieved, counting.places(target))


def _point(expected: Expected, history: History, period: Period) -> TrendPoint:
    found = history.counts(expected.key, expected.time_zone, period)
    last = history.last(expected.key, period)
    target = last[0].target if last else expected.target
    share = counting.spent(found, target)
    return TrendPoint(
        period=period.name,
        achieved=_achieved(found, target),
        budget_spent=None if share is None else counting.spent_percent(share),
        coverage=counting.percent(found.coverage, _COVERAGE_PLACES),
        verdict=counting.verdict(found, target)[0],
    )


def _rolling(last: Sequence[DailyObjective]) -> Rolling | None:
    """Events of all clusters together, and the least that remains in one of them, as on the dashboards."""
    if not last:
        return None
    valid = [row.window_valid for row in last if row.window_valid is not None]
    bad = [row.window_bad for row in last if row.window_bad is not None]
    remaining = [row.remaining for row in last if row.remaining is not None]
    return Rolling(
        window=last[0].window,
        until=last[0].day,
        valid=sum(valid) if len(valid) == len(last) else None,
        bad=sum(bad) if len(bad) == len(last) else None,
        remaining=min(remaining, default=None),
    )


def _exclusions(subject: Subject, rows: Iterable[DailyExclusion], period: Period) -> Iterator[ExclusionReport]:
    """One a window and objective, with the days and clusters of it together."""
    groups: dict[tuple[str, Key], list[DailyExclusion]] = defaultdict(list)
    for row in _of_period(subject, rows, period):
        groups[row.name, (row.system, row.component, row.objective)].append(row)
    for (name, (system, component, objective)), group in sorted(groups.items()):
        found = _excluded(group)
        yield ExclusionReport(
            name=name,
            reason=group[0].reason,
            start=group[0].start,
            end=group[0].end,
            system=system,
            component=component,
            objective=objective,
            seconds=found.expected,
            valid=float(found.valid),
            bad=float(found.bad),
        )


def _of_period(subject: Subject, rows: Iterable[DailyExclusion], period: Period) -> Iterator[DailyExclusion]:
    days, keys = set(period.days), {one.key for one in subject.objectives}
    return (row for row in rows if row.day in days and (row.system, row.component, row.objective) in keys)


def _excluded(rows: Sequence[DailyExclusion]) -> Counts:
    """Seconds of one cluster, because the windows are the same for all: the longest, and the worst measured."""
    clusters: dict[str, Counts] = defaultdict(Counts)
    for row in rows:
        clusters[row.cluster] += Counts(
            valid=Fraction(row.valid), bad=Fraction(row.bad), covered=row.covered_seconds, expected=row.seconds
        )
    found = counting.total(clusters.values())
    return Counts(
        valid=found.valid,
        bad=found.bad,
        covered=min((one.covered for one in clusters.values()), default=0),
        expected=max((one.expected for one in clusters.values()), default=0),
    )


def _agreements(
    subject: Subject, history: History, rows: Iterable[DailyExclusion], period: Period
) -> Iterator[AgreementReport]:
    """Agreements are about calendar months, so that a week has none."""
    if period.kind is not PeriodKind.MONTH:
        return
    of_period = list(_of_period(subject, rows, period))
    for one in subject.objectives:
        if one.agreement is None:
            continue
        excluded = [row for row in of_period if (row.system, row.component, row.objective) == one.key]
        yield AgreementReport(
            system=one.system,
            component=one.component,
            objective=one.objective,
            feature=one.feature,
            reason=one.agreement.reason,
            maintenance_excluded=one.agreement.exclude_maintenance,
            tiers=tuple((plain(tier.below), plain(tier.credit)) for tier in one.agreement.credits),
            result=credit(one.agreement, history.counts(one.key, one.time_zone, period), _excluded(excluded)),
        )


def _summaries(objectives: Iterable[ObjectiveReport], name: Callable[[ObjectiveReport], str]) -> tuple[Summary, ...]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for one in objectives:
        if name(one):
            found[name(one)][str(one.verdict)] += 1
    return tuple(Summary(name=key, **dict(found[key])) for key in sorted(found))
