from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from model.quantities import (
    Duration,
    NotNegative,
    Number,
    Percent,
    Positive,
    kubernetes_bytes,
    plain,
)

SECONDS = {"ms": Decimal("0.001"), "s": Decimal(1), "m": Decimal(60), "h": Decimal(3600), "d": Decimal(86400)}


@given(st.integers(min_value=1, max_value=36_500), st.sampled_from(sorted(SECONDS)))
def test_a_duration_is_its_text_and_its_exact_seconds(count: int, unit: str) -> None:
    duration = TypeAdapter(Duration).validate_python(f"{count}{unit}")
    assert duration == f"{count}{unit}"
    assert duration.seconds == count * SECONDS[unit]


def test_no_time_at_all_is_a_duration() -> None:
    assert Duration("0s").seconds == 0


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("5", id="no unit"),
        pytest.param("5 m", id="a blank"),
        pytest.param("5min", id="an unknown unit"),
        pytest.param("1h30m", id="two units"),
        pytest.param("1.5h", id="a fraction"),
        pytest.param("-5m", id="a negative number"),
        pytest.param("05m", id="a leading zero"),
        pytest.param("0m", id="none in another unit than seconds"),
        pytest.param("5m\n", id="a line end"),
        pytest.param("\u0665m", id="a digit of another script"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="allowed: a whole number and one of ms, s, m, h, d, such as 200ms or 5m"):
        Duration(text)


@pytest.mark.parametrize("text", ["36501d", "876001h", "99999999d", "9" * 5000 + "ms"])
def test_a_duration_that_prometheus_would_refuse_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^found [0-9dhms]{1,40}; allowed: at most 36500d$"):
        Duration(text)


@pytest.mark.parametrize("number", ["1e-300", "1.1e15", "-1e400", 10**400, "9e-10"])
def test_a_number_that_prometheus_cannot_hold_exactly_is_refused(number: object) -> None:
    with pytest.raises(ValidationError, match="allowed: 0, or between 1e-9 and 1e15 on either side of it"):
        TypeAdapter(Number).validate_python(number)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", float("nan")])
def test_a_number_is_finite(number: object) -> None:
    with pytest.raises(ValidationError, match="finite"):
        TypeAdapter(Number).validate_python(number)


@pytest.mark.parametrize("number", [0, "1e-9", "-1e15", "0.1", 10**15])
def test_a_number_within_the_bounds_is_kept(number: object) -> None:
    assert TypeAdapter(Number).validate_python(number) == Decimal(str(number))


def test_a_bare_number_is_no_duration_even_if_yaml_reads_it_as_one() -> None:
    with pytest.raises(ValidationError, match="valid string"):
        TypeAdapter(Duration).validate_python(300)


def test_an_editor_checks_durations_by_the_same_pattern() -> None:
    schema = TypeAdapter(Duration).json_schema()
    assert schema["pattern"] == r"^[1-9][0-9]*(ms|s|m|h|d)$|^0s$"
    assert "200ms" in schema["description"]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**12), max_value=10**12))
def test_a_plain_number_is_the_same_number_without_exponent_or_useless_zeros(number: Decimal) -> None:
    text = plain(number)
    assert Decimal(text) == number
    assert "E" not in text
    assert "." not in text or not text.endswith(("0", "."))


@pytest.mark.parametrize(("number", "text"), [("1E+2", "100"), ("0.50", "0.5"), ("100", "100"), ("2.00", "2")])
def test_a_plain_number_looks_as_people_write_it(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


def test_a_number_read_from_yaml_is_exactly_what_was_written() -> None:
    assert TypeAdapter(Number).validate_python(99.95) == Decimal("99.95")


@pytest.mark.parametrize("value", [True, False])
def test_a_yes_is_not_the_number_one(value: bool) -> None:
    with pytest.raises(ValidationError, match=f"found {value}; allowed: a number"):
        TypeAdapter(Number).validate_python(value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        pytest.param(Percent, 100.1, id="more than all"),
        pytest.param(Percent, -1, id="less than nothing"),
        pytest.param(Positive, 0, id="zero is not positive"),
        pytest.param(NotNegative, -0.1, id="below zero"),
        pytest.param(Number, "many", id="a word"),
        pytest.param(Number, float("nan"), id="not a number"),
        pytest.param(Number, float("inf"), id="infinity"),
    ],
)
def test_a_number_out_of_its_range_is_refused(kind: Any, value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1024", 1024), ("1k", 1000), ("1Ki", 1024), ("1.5G", 1_500_000_000), ("512Mi", 2**29), ("2Ti", 2**41)],
)
def test_bytes_are_read_as_kubernetes_reads_them(text: str, expected: int) -> None:
    assert kubernetes_bytes(text) == expected


@pytest.mark.parametrize("text", ["", "Gi", "5X", "5 Gi", "-5Gi", "5Gi/day", "1.Gi"])
def test_what_is_no_number_of_bytes_is_none(text: str) -> None:
    assert kubernetes_bytes(text) is None
