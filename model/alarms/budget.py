"""What alarms are billed by, counted before anything is made. What one of them costs is said elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from model.alarms.alarm import Alarm
from model.problems import Problem

# AWS bills an anomaly detection alarm as three metrics: the metric and the two edges of its band.
METRICS_OF_A_BAND = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCount:
    """Alarms, and the metrics AWS bills for them in a month. All alarms have a resolution of a minute or more."""

    alarms: int = 0
    metrics: int = 0
    composites: int = 0

    @classmethod
    def of(cls, alarms: Iterable[Alarm], composites: int = 0) -> Self:
        """Metric math is billed for every metric in it."""
        billed = [METRICS_OF_A_BAND if alarm.row.threshold.band is not None else len(alarm.metrics) for alarm in alarms]
        return cls(alarms=len(billed), metrics=sum(billed), composites=composites)

    def __add__(self, other: "AlarmCount") -> "AlarmCount":
        return AlarmCount(
            alarms=self.alarms + other.alarms,
            metrics=self.metrics + other.metrics,
            composites=self.composites + other.composites,
        )


def over_budget(count: AlarmCount, budget: int | None, where: str) -> list[Problem]:
    """A mistake when the environment's alarms are billed for more metrics than it may have."""
    if budget is None or count.metrics <= budget:
        return []
    found = f"found {count.alarms} alarms on {count.metrics} metrics"
    return [
        Problem(where, found, f"{budget} metrics; a higher budget, the reduced pack, or overrides with enabled: false")
    ]
