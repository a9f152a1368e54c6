"""The metrics that a component or resource declares, and how queries of them are written."""

import re
from dataclasses import dataclass

from authoring.promql import equals, selector
from model import labels
from model.catalog.components import Component
from model.catalog.resource_base import ResourceBase
from model.catalog.system import System
from model.catalog.telemetry import HttpMetrics
from model.vocabulary import ComponentKind

Part = Component | ResourceBase

# Ratios and quantiles of fewer events than these in their window say nothing.
MINIMUM_REQUESTS = 20

# What Kubernetes runs: browsers and other companies' services have no pods.
IN_CLUSTER = (
    ComponentKind.HTTP_SERVICE,
    ComponentKind.WORKER,
    ComponentKind.AI_SERVICE,
    ComponentKind.LOAD_BALANCER,
)


@dataclass(frozen=True, slots=True)
class Query:
    """How a signal is measured on one part, by cluster; ratios are of one.

    ``record`` names the series that keeps it, empty where another bundle records it already. ``guard`` is what must
    hold too before the alert fires.
    """

    expr: str
    record: str = ""
    guard: str = ""


def of_part(system: System, part: Part) -> list[str]:
    """The matchers of the part's own series."""
    return equals({labels.SYSTEM: system.system, labels.COMPONENT: part.name})


class Measured:
    """A component or resource and the metrics it declares."""

    def __init__(self, system: System, part: Part) -> None:
        self.system, self.part = system, part
        if isinstance(part, Component):
            self.metrics = {metric.name for metric in part.telemetry.metrics}
            self.requests: HttpMetrics | None = part.telemetry.requests
        else:
            self.metrics, self.requests = {metric.name for metric in part.metrics}, None

    def find(self, *patterns: str) -> str | None:
        """The first declared metric with a name that matches one of the patterns, tried in their order."""
        return next((m for pattern in patterns for m in sorted(self.metrics) if re.fullmatch(pattern, m)), None)

    def series(self, metric: str, *matchers: str) -> str:
        """The part's own series of a metric."""
        return selector(metric, [*of_part(self.system, self.part), *matchers])

    def rate(self, metric: str, *matchers: str, window: str = "5m", by: str = "cluster") -> str:
        """Its increase a second, summed."""
        return f"sum by ({by}) (rate({self.series(metric, *matchers)}[{window}]))"

    def observations(self, histogram: str, *matchers: str, window: str = "5m") -> str:
        """Observations a second of a histogram: a native one counts where there is no classic one."""
        classic = self.rate(f"{histogram}_count", *matchers, window=window)
        return f"(\n  {classic}\n    or\n  histogram_count({self.rate(histogram, *matchers, window=window)})\n)"

    def quantile(self, quantile: str, histogram: str, *matchers: str, window: str = "5m") -> str:
        """A quantile of a histogram, classic or native, whose buckets are added up before."""
        buckets = self.rate(f"{histogram}_bucket", *matchers, window=window, by="cluster, le")
        native = self.rate(histogram, *matchers, window=window)
        return f"histogram_quantile({quantile}, {buckets})\n  or\nhistogram_quantile({quantile}, {native})"

    def ratio(self, numerator: str, denominator: str) -> str:
        """A counter that has not begun is 0 and not nothing; without events there is no ratio."""
        return f"(\n  {numerator}\n    or\n  0 * {denominator}\n)\n  /\n({denominator} > 0)"
