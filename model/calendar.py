"""Words of the calendar, as people write them in settings and in the catalog."""

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, NaiveDatetime, TypeAdapter

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


def _known(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"found unknown time zone {name!r}; allowed: an IANA name, such as UTC or Europe/Berlin")
    return name


TimeZone = Annotated[str, AfterValidator(_known), Field(description="IANA name, such as Europe/Berlin.")]


def _day(value: object) -> object:
    # YAML reads an unquoted 2027-03-01 as a date, and Pulumi hands it over with a time behind it.
    return str(value).removesuffix("T00:00:00Z")


def _exists(day: str) -> str:
    _MOMENT.validate_python(f"{day}T00:00")
    return day


_MOMENT: TypeAdapter[object] = TypeAdapter(NaiveDatetime)
Day = Annotated[
    str,
    BeforeValidator(_day),
    Field(pattern=r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}$", description="Such as 2027-03-01. Days compare as text."),
    AfterValidator(_exists),
]
