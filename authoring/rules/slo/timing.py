"""How often an objective is measured, and the windows and pending periods that follow from it.

A rule sees a service only as often as its samples come. A window or a pending period shorter than that takes a late
export for an outage: SDKs of OpenTelemetry push every 60 seconds unless they are configured otherwise.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from authoring.rules.slo.target import INTERVAL, Slo
from model.catalog.components import EXPORTER_INTERVAL, Component
from model.catalog.objectives import FreshnessSli, GaugeSli, HistogramSli, RatioSli
from model.quantities import Duration

# Two scrapes of 15 seconds. With fewer samples, a burst between two scrapes would be all that a window holds.
_SHORTEST = 30
# A Prometheus that comes back needs its service discovery and a first scrape of every target.
_SETTLED = 120
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Timing:
    """``interval``: seconds between two samples of a series. Every property is a Prometheus duration."""

    interval: int

    @property
    def short(self) -> str:
        """The shortest window of counting: two scrapes of 15 seconds, or one export where they come more seldom."""
        return text(self._short)

    @property
    def native(self) -> str:
        """The range of a native histogram that spans the short window: ranges are open on the left."""
        return text(self._short + self.interval)

    @property
    def native_base(self) -> str:
        """The same for five minutes."""
        return text(5 * _MINUTE + self.interval)

    @property
    def base(self) -> str:
        """Five minutes with the sample before them, also when it came an interval earlier."""
        return text(5 * _MINUTE + 2 * self.interval)

    @property
    def bridge(self) -> str:
        """How far back a missing sample is replaced by the one before: two in a row may be missing."""
        return text(3 * self.interval)

    @property
    def silence(self) -> Duration:
        """How long counters must stand still beyond the short window: two scrapes, or half an export besides one."""
        return Duration(f"{_evaluations(max(_SHORTEST, 1.5 * self.interval)) * INTERVAL}s")

    @property
    def absence(self) -> Duration:
        """How long a value must be gone: one minute at least, and two samples may be missing."""
        return Duration(f"{max(_MINUTE, 2 * self.interval + _SHORTEST)}s")

    @property
    def settled(self) -> tuple[str, int]:
        """The time without a gap in evaluations after which silence means something, and the evaluations in it.

        Prometheus that was away sees nothing until every series has been sampled, and again one short window later.
        One evaluation may be missing: a busy server skips one.
        """
        seconds = _evaluations(max(_SETTLED, 5 * self.interval)) * INTERVAL
        return text(seconds), seconds // INTERVAL - 1

    @property
    def _short(self) -> int:
        return max(_SHORTEST, self.interval)


def timing(slo: Slo) -> Timing:
    """The timing of an objective, by whoever sends what it is measured by."""
    return Timing(slo.probe_interval or max(_intervals(slo), default=EXPORTER_INTERVAL))


def text(seconds: float) -> str:
    """Whole seconds as Prometheus writes them: ``45s``, ``1m``, ``5m15s``."""
    minutes, rest = divmod(int(seconds), _MINUTE)
    return f"{minutes}m" * bool(minutes) + f"{rest}s" * bool(rest)


def span(window: str) -> int:
    """Seconds of a window: 90 for ``1m30s``."""
    units = {"s": 1, "m": _MINUTE}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([ms])", window))


def _intervals(slo: Slo) -> Iterator[int]:
    """Intervals of the senders: of a component itself, of a resource those components that declare its metric."""
    if isinstance(slo.part, Component):
        yield slo.part.export_interval
        return
    metric = _metric(slo)
    yield from (c.export_interval for c in slo.system.components if metric in c.telemetry.metric_names)


def _metric(slo: Slo) -> str:
    match slo.objective.sli:
        case RatioSli() as sli:
            return sli.total.metric
        case HistogramSli() as sli:
            return sli.histogram
        case GaugeSli() as sli:
            return sli.value.metric
        case FreshnessSli() as sli:
            return sli.age.metric
        case sli:
            raise AssertionError(f"{sli.kind} measures a component, and {slo.part.name} is none")


def _evaluations(seconds: float) -> int:
    return -int(-seconds // INTERVAL)
