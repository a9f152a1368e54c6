"""Words of the calendar, as people write them in settings and in the catalog."""

from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, NaiveDatetime, TypeAdapter

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Month = Literal[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
# Strings on purpose: YAML 1.1 reads an unquoted 09:00 as the number 540.
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description='Quoted, such as "09:00".')]
EndOfHours = Annotated[
    str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", description='Quoted; "24:00" is the day\'s end.')
]


@cache
def _zones() -> frozenset[str]:
    # It walks all files of the database, which takes ten milliseconds: a report reads thousands of rows with a zone.
    return frozenset(available_timezones())


def _known(name: str) -> str:
    if name not in _zones():
        raise ValueError(f"found unknown time zone {name!r}; allowed: an IANA name, such as UTC or Europe/Berlin")
    return name


TimeZone = Annotated[str, AfterValidator(_known), Field(description="IANA name, such as Europe/Berlin.")]


def _day(value: object) -> object:
    # YAML reads an unquoted 2027-03-01 as a date, and Pulumi hands it over with a time behind it.
    return str(value).removesuffix("T00:00:00Z")


def _exists(day: str) -> str:
    _MOMENT.validate_python(f"{day}T00:00")
    return day


# Makes moments of texts and of Unix seconds. Not by the module datetime, which reads the clock: no decision may.
_MOMENT: TypeAdapter[Any] = TypeAdapter(NaiveDatetime)
_INSTANT: TypeAdapter[Any] = TypeAdapter(AwareDatetime)
Day = Annotated[
    str,
    BeforeValidator(_day),
    Field(pattern=r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}$", description="Such as 2027-03-01. Days compare as text."),
    AfterValidator(_exists),
]


def ordinal(day: str) -> int:
    """The number of a day, counted from the first of January of year 1; the day after it has the next number."""
    return int(_MOMENT.validate_python(f"{day}T00:00").toordinal())


def day_at(number: int) -> str:
    """The day with that number."""
    known = _MOMENT.validate_python("2000-01-01T00:00")
    return str(type(known).fromordinal(number).date())


def iso_week(day: str) -> tuple[int, int]:
    """Year and week of ISO 8601: weeks begin on Monday, and the first of a year has its first Thursday."""
    year, week, _ = _MOMENT.validate_python(f"{day}T00:00").isocalendar()
    return year, week


def midnight(day: str, zone: str) -> int:
    """Unix time, in seconds, at which the day begins by the clocks of the time zone."""
    return int(_MOMENT.validate_python(f"{day}T00:00").replace(tzinfo=ZoneInfo(zone)).timestamp())


def day_of(moment: float, zone: str) -> str:
    """The day that the clocks of the time zone show at ``moment`` (Unix time, seconds)."""
    return str(_INSTANT.validate_python(moment).astimezone(ZoneInfo(zone)).date())


def minute_of(moment: float, zone: str) -> str:
    """What the clocks of the time zone show at ``moment``, such as ``2026-11-30 22:15``."""
    return str(_INSTANT.validate_python(moment).astimezone(ZoneInfo(zone)).isoformat(" ", "minutes"))[:16]
