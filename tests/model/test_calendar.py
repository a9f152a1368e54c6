from datetime import date

import pydantic
import pytest

from model.calendar import Day, day_at, day_of, iso_week, midnight, minute_of, ordinal

DAY = pydantic.TypeAdapter[str](Day)


@pytest.mark.parametrize("given", ["2027-03-01", date(2027, 3, 1), "2027-03-01T00:00:00Z"])
def test_a_day_is_text_whether_yaml_or_pulumi_read_it(given: object) -> None:
    assert DAY.validate_python(given) == "2027-03-01"


@pytest.mark.parametrize("given", ["2027-02-30", "1.3.2027", "2027-3-1", "2027-03-01T12:00", "soon", None, 20270301])
def test_another_day_is_refused(given: object) -> None:
    with pytest.raises(pydantic.ValidationError):
        DAY.validate_python(given)


def test_days_are_numbered_without_a_gap() -> None:
    assert day_at(ordinal("2027-02-28") + 1) == "2027-03-01"
    assert day_at(ordinal("2026-12-31") + 1) == "2027-01-01"
    assert iso_week("2027-01-01") == (2026, 53)


def test_a_day_begins_by_the_clocks_of_its_zone() -> None:
    assert midnight("2026-11-30", "UTC") == 1_795_996_800
    assert midnight("2026-11-30", "UTC") - midnight("2026-11-30", "Europe/Berlin") == 3600
    assert midnight("2027-03-29", "Europe/Berlin") - midnight("2027-03-28", "Europe/Berlin") == 23 * 3600


def test_a_moment_is_shown_by_the_clocks_of_a_zone() -> None:
    late = midnight("2026-12-01", "UTC") - 60
    assert (day_of(late, "UTC"), day_of(late, "Europe/Berlin")) == ("2026-11-30", "2026-12-01")
    assert minute_of(late, "UTC") == "2026-11-30 23:59"
