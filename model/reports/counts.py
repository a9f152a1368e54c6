"""Counts of a period and what follows from them: achieved, error budget, verdict. Exact, by fractions.

A gap is never counted as up: events that nobody counted are taken as bad where the answer could be "met", and as good
where it could be "missed". Where the two differ, the answer is unknown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Final, Self

from model.vocabulary import Vocabulary

LEAST_COVERAGE: Final = Fraction(99, 100)
"""Below it nothing is called met: a hundredth of a month is seven hours, ten times what 99.9 % allows."""
_PERCENT = 100


class Verdict(Vocabulary):
    """Whether an objective was met in a period."""

    MET = ("met", "Met, even if every event in the gaps was bad.")
    MISSED = ("missed", "Missed, even if every event in the gaps was good.")
    UNKNOWN = ("unknown", "Nobody knows: no events, or gaps that could hold the difference.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """``valid`` events of which ``bad`` were bad; measured for ``covered`` of ``expected`` seconds, with ``gaps``."""

    valid: Fraction = Fraction(0)
    bad: Fraction = Fraction(0)
    covered: int = 0
    expected: int = 0
    gaps: int = 0

    def __add__(self, other: Self) -> "Counts":
        return Counts(
            valid=self.valid + other.valid,
            bad=self.bad + other.bad,
            covered=self.covered + other.covered,
            expected=self.expected + other.expected,
            gaps=self.gaps + other.gaps,
        )

    @property
    def coverage(self) -> Fraction:
        """Share of the period that was measured, 0 to 1; 0 where nothing of it has passed."""
        return Fraction(self.covered, self.expected) if self.expected else Fraction(0)

    @property
    def unseen(self) -> Fraction:
        """Events that the gaps may hold, at the mean rate of what was measured."""
        return self.valid * (self.expected - self.covered) / self.covered if self.covered else Fraction(0)

    @property
    def achieved(self) -> Fraction | None:
        """Share of good events among those that were counted; None without events."""
        return max(Fraction(0), 1 - self.bad / self.valid) if self.valid else None

    @property
    def bounds(self) -> tuple[Fraction, Fraction] | None:
        """The least and the most that may have been achieved, by what the gaps may hold; None without events."""
        if not self.valid or not self.covered:
            return None
        whole = self.valid + self.unseen
        return max(Fraction(0), 1 - (self.bad + self.unseen) / whole), max(Fraction(0), 1 - self.bad / whole)


def total(counts: Iterable[Counts]) -> Counts:
    """All of them together."""
    return sum(counts, Counts())


def verdict(counts: Counts, target: Decimal) -> tuple[Verdict, str]:
    """The verdict on a ``target`` in percent, and why it is unknown; else an empty text."""
    wanted = Fraction(target) / _PERCENT
    if not counts.covered:
        return Verdict.UNKNOWN, "not measured"
    if counts.bounds is None:
        return Verdict.UNKNOWN, "no events"
    least, most = counts.bounds
    if most < wanted:
        return Verdict.MISSED, ""
    covered = f"measured for {percent(counts.coverage, 1)} % of the time"
    if counts.coverage < LEAST_COVERAGE:
        return Verdict.UNKNOWN, f"{covered}, at least {percent(LEAST_COVERAGE, 0)} % count"
    if least < wanted:
        return Verdict.UNKNOWN, f"{covered}, and the gaps decide"
    return Verdict.MET, ""


def percent(share: Fraction, places: int) -> str:
    """A share in percent, cut and never rounded up: 0.998996 with two places is 99.89, and only 1 is 100."""
    return _decimal(share, places, ROUND_FLOOR)


def spent(counts: Counts, target: Decimal) -> Fraction | None:
    """Share of the period's error budget that is spent, 0 to above 1; None without events."""
    allowed = counts.valid * (1 - Fraction(target) / _PERCENT)
    return counts.bad / allowed if allowed else None


def spent_percent(share: Fraction) -> str:
    """The share in percent, rounded up to a tenth: a budget that is exceeded never looks like 100.0."""
    return _decimal(share, 1, ROUND_CEILING)


def left_percent(share: Fraction) -> str:
    """What is left of the budget in percent, so that both add up to 100."""
    return format(Decimal(_PERCENT) - Decimal(spent_percent(share)), "f")


def places(target: Decimal) -> int:
    """Decimal places at which people read what was achieved: one more than the target's, at least two."""
    exponent = target.normalize().as_tuple().exponent
    assert isinstance(exponent, int)  # a target is finite
    return max(2, 1 - exponent)


def _decimal(share: Fraction, places: int, rounding: str) -> str:
    scaled = share * _PERCENT * 10**places
    whole = -(-scaled.numerator // scaled.denominator) if rounding == ROUND_CEILING else scaled // 1
    return format(Decimal(whole).scaleb(-places), f".{places}f")
