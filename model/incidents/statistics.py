"""Median, 90th percentile and number of measured times: never a bare mean, which one long incident decides."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from model.incidents.record import Record, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """In seconds; None where nothing was measured. ``n``: how many incidents have the time."""

    median: float | None
    p90: float | None
    n: int


def statistics(values: Iterable[float | None]) -> Statistics:
    """Of the known values."""
    known = sorted(value for value in values if value is not None)
    return Statistics(median=_quantile(known, 0.5), p90=_quantile(known, 0.9), n=len(known))


DETECT: Final = "detect"
ACKNOWLEDGE: Final = "acknowledge"
RESTORE: Final = "restore"


def by_time(records: Iterable[Record]) -> Mapping[str, Statistics]:
    """MTTD, MTTA and MTTR of the incidents; one that lasts has no time to restore yet."""
    every = list(records)
    times = [record.times for record in every]
    closed = [record.times for record in every if record.status is Status.CLOSED]
    return {
        DETECT: statistics(each.to_detect for each in times),
        ACKNOWLEDGE: statistics(each.to_acknowledge for each in times),
        RESTORE: statistics(each.to_restore for each in closed),
    }


def _quantile(ordered: list[float], share: float) -> float | None:
    """Linear between two values, as Prometheus does it."""
    if not ordered:
        return None
    rank = share * (len(ordered) - 1)
    low = math.floor(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (rank - low)
