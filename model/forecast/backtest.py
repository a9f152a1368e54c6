"""A method tried on the past of a series: its errors by how far ahead, the band that they give, and what it covered.

The band is conformal: a quantile of errors that were really made, not what a model believes of itself. Its coverage is
measured the same way, at each origin by a band from earlier errors alone, so that nothing is tested on itself.
"""

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from model.forecast.methods import Method, Past
from model.forecast.series import DAY, WEEK

NOMINAL: Final = 0.95
"""Share of values that a band is made to hold."""
MOST_ORIGINS: Final = 35
"""Five weeks of days. Older errors are those of another system, and each origin costs a fit."""
LEAST_ORIGINS: Final = 7
"""Of errors that a band is made of: one of each day of the week."""
_LEAST_PAST: Final = 2 * WEEK


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """``errors``: by span ahead, by origin, oldest first: what came less what was forecast, in the method's space.

    ``ends``: the hours ahead at which the spans end. ``origins``: the hour of each origin; the last spans have fewer
    errors, because their future is not over. ``mean_error``: over all spans, absolute, in the unit of the series.
    ``mape``: in percent of the values; None where one of them was zero.
    """

    method: Method
    ends: Sequence[int]
    origins: Sequence[int]
    errors: Sequence[Sequence[Sequence[float]]]
    mean_error: float
    mape: float | None

    @property
    def tested(self) -> int:
        """Hours ahead for which there were errors enough; 0 if for none."""
        enough = [end for end, found in zip(self.ends, self.errors, strict=True) if len(found) >= LEAST_ORIGINS]
        return max(enough, default=0)

    def widths(self) -> list[float]:
        """Half of the band for each span, in the method's space. Behind what was tested it grows with the distance.

        Bands in use were often exceeded where the errors themselves grow: then all are wider by what was missing.
        """
        found: list[float] = []
        for end, errors in zip(self.ends, self.errors, strict=True):
            if len(errors) >= LEAST_ORIGINS:
                found.append(quantile([abs(error) for origin in errors for error in origin], _level(errors, end)))
            else:
                found.append(found[-1] * end / self.ends[len(found) - 1])
        wider = max(1.0, quantile(ratios, NOMINAL)) if (ratios := list(self._ratios())) else 1.0
        # Further ahead is never known better: where fewer origins say so, they were lucky.
        return [wider * width for width in accumulate(found, max)]

    def coverage(self) -> float | None:
        """Share of values inside the bands as they would have been made at the time; None where too few were made."""
        ratios = list(self._ratios())
        return sum(ratio <= 1 for ratio in ratios) / len(ratios) if ratios else None

    def _ratios(self) -> Iterator[float]:
        """Each error by the half band that was known at its origin."""
        for end, by_origin in zip(self.ends, self.errors, strict=True):
            for origin, errors in zip(self.origins, by_origin, strict=False):
                over = [e for before, e in zip(self.origins, by_origin, strict=False) if before + end <= origin]
                if len(over) >= LEAST_ORIGINS:
                    width = quantile([abs(error) for earlier in over for error in earlier], _level(over, end))
                    yield from (abs(error) / width if width else math.inf if error else 0.0 for error in errors)


def backtest(past: Past, method: Method, hours: int) -> Backtest:
    """The method at days of the past, at each with what was known then. ``past``: four weeks at least."""
    first = max(_LEAST_PAST, len(past) // 2)
    origins = list(range(len(past) - DAY, first - 1, -DAY))[: MOST_ORIGINS + hours // DAY][::-1]
    ends = spans(hours)
    seen = method.space(past)
    errors: list[list[list[float]]] = [[] for _ in ends]
    off: list[float] = []
    shares: list[float] = []
    for origin in origins:
        forecast = method.predict(seen[:origin], min(ends[-1], len(past) - origin))
        missed = [came - said for came, said in zip(seen[origin:], forecast, strict=False)]
        for found, (start, end) in zip(errors, pairwise([0, *ends]), strict=True):
            if end <= len(missed):
                found.append(missed[start:end])
        for came, said in zip(past[origin:], method.back(forecast), strict=False):
            off.append(abs(came - said))
            shares.append(abs(came - said) / abs(came) if came else math.inf)
    mape = 100 * statistics.fmean(shares)
    return Backtest(
        method=method,
        ends=ends,
        origins=origins,
        errors=errors,
        mean_error=statistics.fmean(off),
        mape=mape if math.isfinite(mape) else None,
    )


def spans(hours: int) -> list[int]:
    """Ends of the spans ahead that have a band of their own: each day of the first week, then each week.

    They reach at least ``hours`` ahead.
    """
    days = list(range(DAY, WEEK + 1, DAY))
    return [end for end in days if end < hours + DAY] + [
        end for end in range(2 * WEEK, hours + WEEK, WEEK) if end < hours + WEEK
    ]


def _level(errors: Sequence[Sequence[float]], end: int) -> float:
    """Which quantile of the errors holds :data:`NOMINAL` of those to come.

    Errors of one origin that hang together are one observation, not many, and origins that share their future are one,
    too. So few need the correction of conformal prediction, (n + 1) / n, to the extent to which they hang together.
    """
    total = statistics.fmean(error * error for origin in errors for error in origin)
    together = statistics.fmean(statistics.fmean(origin) ** 2 for origin in errors) / total if total else 0.0
    observations = max(1.0, len(errors) * DAY / end)
    return min(1.0, NOMINAL * (1 + together / observations))


def quantile(values: Sequence[float], share: float) -> float:
    """The least of the values that at least ``share`` of them do not exceed."""
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1]
