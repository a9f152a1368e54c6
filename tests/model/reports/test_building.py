"""The report of a period, from rows to its numbers."""

import pytest

from model.calendar import midnight
from model.reports.building import build
from model.reports.counts import Verdict
from model.reports.history import Rows
from model.reports.periods import PeriodKind, named
from model.reports.report import Report
from model.reports.rows import DailyObjective
from model.reports.subject import Subject
from tests.model.reports.examples import (
    NOVEMBER,
    WEEK,
    agreement,
    alert,
    exclusion,
    expected,
    row,
    subject,
)

DAYS = NOVEMBER.days


def november(
    *rows: DailyObjective, about: Subject | None = None, until: str = "2026-12-01", **others: object
) -> Report:
    return build(about or subject(), Rows(objectives=rows, **others), NOVEMBER, until)  # type: ignore[arg-type]


def test_a_month_is_the_sum_of_its_days_with_its_budget() -> None:
    report = november(*(row(day, bad=1 if day in DAYS[:12] else 0) for day in DAYS))
    [one] = report.objectives
    assert (one.valid, one.bad, one.good, one.allowed_bad) == (30_000, 12, 29_988, 30)
    assert (one.achieved, one.verdict, one.budget_spent, one.budget_left) == ("99.96", Verdict.MET, "40.0", "60.0")
    assert (one.coverage, one.gaps, one.expected_seconds) == ("100.0", 0, 30 * 86_400)
    assert (report.met, report.missed, report.unknown) == (1, 0, 0)
    assert report.complete
    assert report.partly_measured == ()


def test_a_day_without_a_row_is_a_gap_and_the_verdict_unknown() -> None:
    report = november(*(row(day) for day in DAYS[1:]))
    [one] = report.objectives
    assert (one.verdict, one.coverage, one.gaps) == (Verdict.UNKNOWN, "96.6", 1)
    assert report.partly_measured == ("shop/api errors",)
    assert report.least_coverage == "96.6"


def test_an_objective_without_any_row_is_unknown_and_not_forgotten() -> None:
    report = november(row(DAYS[0]), about=subject(expected(), expected(objective="latency")))
    latency = report.objectives[1]
    assert (latency.verdict, latency.why, latency.achieved, latency.rolling) == (
        Verdict.UNKNOWN,
        "not measured",
        None,
        None,
    )


def test_clusters_add_up_and_one_that_lacks_a_day_is_a_gap_of_it() -> None:
    both = [row(day, cluster=cluster, bad=1) for day in DAYS for cluster in ("one", "two")]
    [one] = november(*both).objectives
    assert (one.valid, one.bad, one.verdict) == (60_000, 60, Verdict.MET)
    [lacking] = november(*both[:-1]).objectives
    assert (lacking.verdict, lacking.coverage, lacking.gaps) == (Verdict.UNKNOWN, "96.6", 1)


def test_counts_that_are_unknown_are_no_zeros() -> None:
    [one] = november(*(row(day, **({"valid": None} if day == DAYS[3] else {})) for day in DAYS)).objectives
    assert (one.valid, one.coverage, one.verdict) == (29_000, "96.6", Verdict.UNKNOWN)


def test_a_period_that_is_not_over_expects_only_what_has_passed() -> None:
    report = november(*(row(day) for day in DAYS[:10]), until=DAYS[9])
    assert (report.complete, report.until, report.objectives[0].coverage) == (False, DAYS[9], "100.0")
    today = row(DAYS[10], seconds=3600, covered_seconds=3600)
    rows = Rows(objectives=[*(row(day) for day in DAYS[:10]), today])
    both = subject(expected(), expected(objective="latency"))
    live = build(both, rows, NOVEMBER, DAYS[10], passed=3600)
    assert [one.expected_seconds for one in live.objectives] == [864_000 + 3600] * 2
    assert live.objectives[0].coverage == "100.0"
    last = build(subject(), Rows(objectives=[row(DAYS[-1])]), NOVEMBER, DAYS[-1], passed=3600)
    assert not last.complete


def test_a_day_on_which_clocks_change_has_23_or_25_hours() -> None:
    berlin = subject(expected(time_zone="Europe/Berlin"))
    march = build(berlin, Rows(), named(PeriodKind.MONTH, "2027-03", "x"), "2027-04-01")
    october = build(berlin, Rows(), named(PeriodKind.MONTH, "2026-10", "x"), "2027-04-01")
    assert march.objectives[0].expected_seconds == 31 * 86_400 - 3600
    assert october.objectives[0].expected_seconds == 31 * 86_400 + 3600
    assert march.time_zones == ("Europe/Berlin",)


def test_the_target_is_the_one_of_those_days() -> None:
    [one] = november(*(row(day, target="95", bad=20) for day in DAYS)).objectives
    assert (one.target, one.verdict, one.budget_spent) == ("95", Verdict.MET, "40.0")


def test_a_trend_has_13_periods_each_by_its_own_days() -> None:
    october = named(PeriodKind.MONTH, "2026-10", "x").days
    [one] = november(*(row(day, bad=2) for day in october), *(row(day) for day in DAYS)).objectives
    assert len(one.trend) == 13
    found = [(point.period, point.verdict, point.achieved, point.budget_spent) for point in one.trend[-3:]]
    assert found == [
        ("2026-09", Verdict.UNKNOWN, None, None),
        ("2026-10", Verdict.MISSED, "99.80", "200.0"),
        ("2026-11", Verdict.MET, "100.00", "0.0"),
    ]


def test_the_objectives_own_window_is_what_was_recorded_at_the_end() -> None:
    last = {"window_valid": 5000, "window_bad": 5, "remaining": 0.5}
    rows = [row(DAYS[-1], **last), row(DAYS[-1], cluster="two", **{**last, "remaining": 0.25})]
    rolling = november(*rows).objectives[0].rolling
    assert rolling is not None
    assert (rolling.window, rolling.until, rolling.valid, rolling.bad, rolling.remaining) == (
        "30d",
        DAYS[-1],
        10_000,
        10,
        0.25,
    )
    unknown = november(rows[0], row(DAYS[-1], cluster="two")).objectives[0].rolling
    assert unknown is not None
    assert (unknown.valid, unknown.bad) == (None, None)


def test_incidents_are_those_of_the_period_and_of_what_the_report_is_about() -> None:
    alerts = [
        alert(DAYS[2], 60, 10),
        alert(DAYS[2], 60, 10, component="other"),
        alert("2026-12-01", -5, 10),  # began in November
        alert("2026-12-01", 5, 10),
    ]
    found = november(row(DAYS[0]), alerts=alerts).incidents
    assert [one.start for one in found] == [alerts[0].start, alerts[2].start]


def test_maintenance_is_shown_with_what_it_took_and_left_out_of_agreements_alone() -> None:
    about = subject(expected(agreement=agreement()))
    rows = [row(day, bad=40 if day == DAYS[4] else 0) for day in DAYS]
    windows = [exclusion(DAYS[4]), exclusion("2026-10-01"), exclusion(DAYS[4], component="other")]
    report = november(*rows, about=about, exclusions=windows)
    assert [(one.name, one.seconds, one.bad) for one in report.exclusions] == [("upgrade", 3600, 40)]
    assert (report.objectives[0].verdict, report.objectives[0].bad) == (Verdict.MISSED, 40)
    [agreed] = report.agreements
    assert (agreed.result.achieved, agreed.result.with_all, str(agreed.result.credit)) == ("100.00", "99.86", "0")
    assert agreed.tiers == (("99.9", "10"), ("99", "25"))


def test_a_window_over_two_days_and_two_clusters_lasts_as_long_as_in_one() -> None:
    windows = [exclusion(day, cluster=cluster) for day in DAYS[4:6] for cluster in ("one", "two")]
    [one] = november(row(DAYS[0]), exclusions=windows).exclusions
    assert (one.seconds, one.valid) == (7200, 160)


def test_a_week_has_no_agreements() -> None:
    about = subject(expected(agreement=agreement()))
    report = build(about, Rows(objectives=[row(day) for day in WEEK.days]), WEEK, "2026-12-01")
    assert report.agreements == ()
    assert report.objectives[0].verdict is Verdict.MET


def test_systems_features_and_teams_are_counted() -> None:
    about = subject(expected(), expected(objective="pay", feature="payment", team="bank"))
    report = november(*(row(day) for day in DAYS), about=about)
    assert [(one.name, one.met, one.unknown) for one in report.systems] == [("shop", 1, 1)]
    assert [(one.name, one.met, one.unknown) for one in report.features] == [("payment", 0, 1)]
    assert [one.name for one in report.teams] == ["bank", "shop"]


@pytest.mark.parametrize("order", [1, -1])
def test_the_same_rows_give_the_same_report(order: int) -> None:
    rows = [row(day, bad=number, valid=1000.1) for number, day in enumerate(DAYS)]
    windows = [exclusion(DAYS[4]), exclusion(DAYS[5], name="again")]
    assert november(*rows[::order], exclusions=windows[::order]) == november(*rows, exclusions=windows)


def test_an_unmeasured_start_of_an_alert_is_no_problem() -> None:
    assert alert(DAYS[0], 0, 5).seconds == 300
    assert midnight(DAYS[0], "UTC") == alert(DAYS[0], 0, 5).start
    assert row(DAYS[0], bad=3).good == 997
    assert row(DAYS[0], bad=None).good is None
