"""Durations and decimals as people write them, kept exact."""

import re
from decimal import Decimal
from inspect import cleandoc
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

# AWS's own calculator counts a month as 730 hours; a day is a twenty-fourth of that many.
HOURS_A_MONTH = Decimal(730)
DAYS_A_MONTH = HOURS_A_MONTH / 24

_UNITS = {"ms": Decimal("0.001"), "s": Decimal(1), "m": Decimal(60), "h": Decimal(3600), "d": Decimal(86400)}
# Kubernetes writes bytes in powers of ten and of two.
_BYTES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
GIBIBYTE = _BYTES["Gi"]
# Characters of a wrong value that an error shows.
_SHOWN = 40
_PATTERN = r"^[1-9][0-9]*(ms|s|m|h|d)$|^0s$"
_LONGEST_DAYS = 36_500
_LONGEST = _LONGEST_DAYS * _UNITS["d"]


class Duration(str):
    """A Prometheus duration of one unit, such as ``200ms``, ``5m`` or ``30d``. ``0s`` is none at all.

    At most 36500d, a century: Prometheus refuses a file with a longer one than 292 years, which is what Go's 64 bits of
    nanoseconds hold, and some are added up.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:  # noqa: D102 (the class says it)
        if not re.fullmatch(_PATTERN, text):
            raise ValueError(f"found {text!r}; allowed: a whole number and one of ms, s, m, h, d, such as 200ms or 5m")
        duration = super().__new__(cls, text)
        if duration.seconds > _LONGEST:
            raise ValueError(f"found {text[:_SHOWN]}; allowed: at most {_LONGEST_DAYS}d")
        return duration

    @property
    def seconds(self) -> Decimal:
        """The length in seconds, exact."""
        number, unit = re.fullmatch(r"([0-9]+)([a-z]+)", self).groups()  # type: ignore[union-attr]
        return Decimal(number) * _UNITS[unit]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "pattern": _PATTERN, "description": cleandoc(cls.__doc__ or "")}


def plain(number: Decimal) -> str:
    """A decimal without exponent and without trailing zeros: ``Decimal('1E+2')`` is ``100``."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _no_bool(value: object) -> object:
    # YAML's `yes` and pydantic's leniency would turn true into the number 1.
    if isinstance(value, bool):
        raise ValueError(f"found {value!r}; allowed: a number")
    return value


# Prometheus keeps doubles: whole numbers are exact up to 9 * 10^15. What is smaller than a billionth of anything that
# Belfry counts is a slip of the keyboard.
_LARGEST, _SMALLEST = 10**15, Decimal("1e-9")


def _bounded(number: Decimal) -> Decimal:
    if number and not _SMALLEST <= abs(number) <= _LARGEST:
        raise ValueError(f"found {number!s:.{_SHOWN}}; allowed: 0, or between 1e-9 and 1e15 on either side of it")
    return number


Number = Annotated[Decimal, BeforeValidator(_no_bool), AfterValidator(_bounded)]
"""Any finite number that Prometheus can hold exactly: 0, or 1e-9 to 1e15 on either side of it."""
Percent = Annotated[Number, Field(ge=0, le=100, description="0 to 100.")]
Positive = Annotated[Number, Field(gt=0)]
NotNegative = Annotated[Number, Field(ge=0)]


def kubernetes_bytes(quantity: object) -> Decimal | None:
    """Bytes of a quantity as Kubernetes writes it, such as ``512Mi``, ``1.5G`` or ``1024``; None of anything else."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([A-Za-z]*)", str(quantity))
    if found is None or found[2] not in _BYTES:
        return None
    return Decimal(found[1]) * _BYTES[found[2]]
