import pytest

from model.problems import BadInput
from model.reports.periods import PeriodKind, containing, named


@pytest.mark.parametrize(
    ("kind", "name", "first", "last", "before"),
    [
        (PeriodKind.MONTH, "2028-02", "2028-02-01", "2028-02-29", "2028-01"),
        (PeriodKind.MONTH, "2027-01", "2027-01-01", "2027-01-31", "2026-12"),
        (PeriodKind.WEEK, "2026-W48", "2026-11-23", "2026-11-29", "2026-W47"),
        (PeriodKind.WEEK, "2026-W53", "2026-12-28", "2027-01-03", "2026-W52"),
        (PeriodKind.WEEK, "2027-W01", "2027-01-04", "2027-01-10", "2026-W53"),
    ],
)
def test_a_period_has_its_days_and_the_one_before(
    kind: PeriodKind, name: str, first: str, last: str, before: str
) -> None:
    period = named(kind, name, "--for")
    assert (period.days[0], period.days[-1], period.previous.name) == (first, last, before)
    assert {containing(kind, day).name for day in period.days} == {name}


def test_a_trend_has_13_periods_and_ends_with_this_one() -> None:
    trend = named(PeriodKind.MONTH, "2026-11", "--for").trend()
    assert [one.name for one in trend] == ["2025-11", "2025-12", *(f"2026-{month:02}" for month in range(1, 12))]


@pytest.mark.parametrize(
    ("kind", "name"),
    [(PeriodKind.MONTH, "2026-13"), (PeriodKind.MONTH, "2026-W48"), (PeriodKind.MONTH, "2026-1")]
    + [(PeriodKind.WEEK, name) for name in ("2026-11", "2026-W54", "2027-W53", "2026-W00", "last")],
)
def test_a_period_that_does_not_exist_is_an_error(kind: PeriodKind, name: str) -> None:
    with pytest.raises(BadInput, match=f"--for: found '{name}'; allowed: a {kind}, such as"):
        named(kind, name, "--for")
