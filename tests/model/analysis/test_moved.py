"""Series that moved during an incident: those that did, with effect and lag, and not those that always do."""

import math
import random
from collections.abc import Callable

import pytest

from model.analysis.moved import BEFORE_SECONDS, MOST_EFFECT, STEP, Answer, Sample, Window, moved

START = 1_796_000_000.0
WINDOW = Window(start=START, end=START + 1800)


def series(value: Callable[[float], float | None], until: float = START + 1800) -> list[Sample]:
    """By seconds since the beginning of the window."""
    times = [START - BEFORE_SECONDS + number * STEP for number in range(int((until - START + BEFORE_SECONDS) // STEP))]
    return [(at, found) for at in times if (found := value(at - START)) is not None]


def noise(seed: str, level: float = 100, spread: float = 5) -> Callable[[float], float]:
    draw = random.Random(seed)  # noqa: S311 (no secret)
    return lambda _: draw.gauss(level, spread)


def asked(**values: Callable[[float], float | None]) -> Answer:
    return moved([(name, {"component": name}, series(value)) for name, value in values.items()], WINDOW)


def test_what_moved_is_listed_by_effect_with_its_lag() -> None:
    calm, loud = noise("a"), noise("b", spread=20)
    found = asked(
        errors=lambda at: calm(at) + (200 if at >= 120 else 0),
        queue=lambda at: loud(at) + (100 if at >= -300 else 0),
        usual=noise("c"),
    )

    assert [one.name for one in found.moved] == ["errors", "queue"]
    first, second = found.moved
    assert first.effect > second.effect > 1
    assert first.lag == pytest.approx(120, abs=STEP)
    assert second.lag == pytest.approx(-300, abs=STEP)
    assert first.change == pytest.approx(2, rel=0.1)
    assert (first.before, first.during) == pytest.approx((100, 300), rel=0.05)
    assert found.compared == 3


def test_a_fall_is_a_move_too() -> None:
    calm = noise("d")
    (one,) = asked(orders=lambda at: calm(at) - (60 if at >= 0 else 0)).moved

    assert one.change == pytest.approx(-0.6, rel=0.1)
    assert one.lag == pytest.approx(0, abs=STEP)


def test_a_number_that_always_swings_is_not_listed() -> None:
    assert not asked(batch=lambda at: 100 * ((at // 1800) % 2)).moved
    assert not asked(day=lambda at: 100 + 80 * math.sin(2 * math.pi * at / BEFORE_SECONDS)).moved


def test_of_series_of_noise_no_more_are_listed_than_chance_says() -> None:
    found = asked(**{f"noise{number}": noise(f"n{number}") for number in range(200)})

    assert found.compared == 200
    # A twentieth would be listed by a test at 5 %; here it is one in each hundred.
    assert found.chance == pytest.approx(200 / 95, rel=0.05)
    assert len(found.moved) <= 3 * found.chance


def test_a_series_that_never_moved_has_the_largest_effect_and_a_number() -> None:
    (one,) = asked(failed=lambda at: 0.0 if at < 60 else 3.0).moved

    assert one.effect == MOST_EFFECT
    assert one.change is None


@pytest.mark.parametrize(
    "value",
    [
        lambda at: None if at < -4 * 3600 else 1.0,  # it is four hours old
        lambda at: None if at >= 0 else 1.0,  # it ended
        lambda at: None if -1800 <= at < 0 else 1.0,  # nothing is known of the time before
        lambda at: None if at % 180 else 1.0,  # every third minute
        lambda _: None,
    ],
    ids=["young", "ended", "gap", "sparse", "empty"],
)
def test_a_series_with_gaps_is_silent_and_not_a_series_that_moved(value: Callable[[float], float | None]) -> None:
    found = asked(x=value)

    assert (found.moved, found.compared, found.silent) == ([], 0, 1)


def test_of_a_long_window_the_first_hour_is_compared() -> None:
    calm = noise("e")
    long = Window(start=START, end=START + 6 * 3600)
    late = series(lambda at: calm(at) + (500 if at >= 2 * 3600 else 0), until=START + 6 * 3600)

    assert not moved([("late", {}, late)], long).moved


def test_a_window_that_is_too_short_is_an_error() -> None:
    with pytest.raises(ValueError, match="299 s; allowed: at least 300 s"):
        Window(start=0, end=299)


def test_the_order_of_the_series_changes_nothing() -> None:
    def stepping(to: float) -> Callable[[float], float]:
        return lambda at: 0.0 if at < 0 else to

    given: list[tuple[str, dict[str, str], list[Sample]]] = [
        (f"s{number}", {}, series(stepping(number + 1))) for number in range(3)
    ]

    assert moved(given, WINDOW) == moved(given[::-1], WINDOW)
