"""Change freezes: when they hold, and what cannot be meant."""

from typing import Any

import pytest

from model.catalog.change_calendar import ChangeCalendar
from model.vocabulary import Environment
from tests.model.refusals import refusal

SALE: dict[str, Any] = {
    "name": "sale",
    "reason": "Sales.",
    "time_zone": "Europe/Berlin",
    "start": "2027-01-15T00:00",
    "end": "2027-01-16T00:00",
}
START = 1_799_967_600.0  # of that day in Berlin, an hour before UTC's


def test_a_freeze_holds_by_the_clocks_of_its_zone_from_its_start_to_its_end_excluded() -> None:
    calendar = ChangeCalendar.model_validate({"freezes": [SALE]})
    moments = [START - 1, START, START + 86_399, START + 86_400]
    held = [calendar.freeze(Environment.PROD, now) is not None for now in moments]
    assert held == [False, True, True, False]


def test_a_freeze_is_of_production_unless_it_says_so_and_counts_where_nobody_knows_the_environment() -> None:
    production = ChangeCalendar.model_validate({"freezes": [SALE]})
    rehearsal = ChangeCalendar.model_validate({"freezes": [{**SALE, "environments": ["staging"]}]})
    found = [[one.freeze(e, START) is not None for e in (*Environment, None)] for one in (production, rehearsal)]
    only = [[e in (one, None) for e in (*Environment, None)] for one in (Environment.PROD, Environment.STAGING)]
    assert found == only
    assert ChangeCalendar().freeze(None, START) is None


@pytest.mark.parametrize(
    ("calendar", "message"),
    [
        ({"freezes": [{**SALE, "end": "2027-01-15T00:00"}]}, "allowed: start before end, 62 days at most"),
        ({"freezes": [{**SALE, "end": "2027-03-19T00:00"}]}, "allowed: start before end, 62 days at most"),
        ({"freezes": [{**SALE, "time_zone": "Berlin"}]}, "found unknown time zone 'Berlin'"),
        ({"freezes": [{**SALE, "environments": []}]}, "freezes[0].environments"),
        ({"freezes": [SALE, {**SALE, "reason": "More."}]}, "found the freeze sale twice; allowed: each name once"),
        ({"change_calendars": ["a b"]}, "change_calendars[0]: found 'a b'"),
        ({"frozen": True}, "frozen: unknown key"),
    ],
)
def test_a_calendar_that_cannot_be_meant_is_refused(calendar: dict[str, Any], message: str) -> None:
    assert message in refusal(ChangeCalendar, calendar)
