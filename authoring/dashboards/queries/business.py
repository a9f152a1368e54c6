"""Business numbers: their values, what is usual at this hour of the week, and how far they are from it."""

from collections.abc import Iterable, Sequence

from authoring.dashboards.queries import alerts, chosen
from authoring.promql import number
from authoring.rules import kpis
from authoring.rules.recording.product import BETTER
from model import labels
from model.catalog.kpis import Kpi, RatioMeasure, ValueMeasure
from model.catalog.system import System
from model.query_text import any_value, matcher

NOW, USUAL_FROM, USUAL_TO, ALERT_BELOW = "now", "usual, from", "usual, to", "alert below"
"""Values of the label ``line``: the curves of one number."""

_ALERTS_ON_KPIS = (kpis.BELOW_FLOOR, kpis.ABOVE_CEILING, kpis.DROPPED, kpis.OUTSIDE_BAND)
_BY = f"system, {kpis.KPI}"


def values(numbers: Sequence[Kpi]) -> str:
    """The numbers, one series each; of several clusters the sum of counts, and the mean of shares and scores."""
    added, meant = ([kpi.name for kpi in numbers if is_mean(kpi) is which] for which in (False, True))
    return "\n  or\n".join(
        f"{across} by ({kpis.KPI}) ({chosen.system(kpis.VALUE, where=_one_of(names))})"
        for across, names in (("sum", added), ("avg", meant))
        if names
    )


def is_mean(kpi: Kpi) -> bool:
    """Whether the number of several clusters, or parts, is a mean and no sum."""
    return isinstance(kpi.measure, RatioMeasure) or (
        isinstance(kpi.measure, ValueMeasure) and kpi.measure.over != "sum"
    )


def with_band(kpi: Kpi) -> str:
    """One number with what is usual around it, and the threshold of the alert on a drop."""
    lines = {NOW: kpis.VALUE, USUAL_FROM: kpis.BAND_LOW, USUAL_TO: kpis.BAND_HIGH}
    parts = [_line(name, _whole(kpi, record)) for name, record in lines.items()]
    if kpi.alerts and kpi.alerts.drop_percent is not None:
        kept = number(1 - kpi.alerts.drop_percent / 100)
        parts.append(_line(ALERT_BELOW, f"{kept} * {_whole(kpi, kpis.USUAL_LOW)}"))
    return "\n  or\n".join(parts)


def split(kpi: Kpi) -> str:
    """One number by its labels."""
    return f"{_across(kpi)} by ({', '.join(kpi.by)}) ({chosen.system(kpis.SPLIT, where=_named(kpi))})"


def against_usual(*by: str) -> str:
    """How much better or worse than usual the last hour was; of several clusters the worst."""
    return f"sort(min by ({', '.join(by)}) ({chosen.system(BETTER)}))"


def worst(count: int = 8) -> str:
    """Curves of the numbers that are the furthest on the wrong side of their usual."""
    return f"bottomk({count}, min by ({_BY}) ({chosen.system(BETTER)}))"


def worse_than_usual(share: float) -> str:
    """How many numbers are on the wrong side by more than ``share``; 0 and not nothing when none is."""
    return f"count(min by ({_BY}) ({chosen.system(BETTER)}) < -{share}) or vector(0)"


def outside_band() -> str:
    """How many numbers of the last hour are outside of what is usual; 0 and not nothing when none is."""
    hour, low, high = (chosen.system(record) for record in (kpis.HOUR, kpis.BAND_LOW, kpis.BAND_HIGH))
    return f"count({hour} < {low} or {hour} > {high}) or vector(0)"


def measured() -> str:
    """How many numbers there are at all."""
    return f"count(count by ({_BY}) ({chosen.system(kpis.VALUE)})) or vector(0)"


def last_hour() -> str:
    """Every number's mean of the last hour; of several clusters the largest."""
    return f"max by ({_BY}) ({chosen.system(kpis.HOUR)})"


def usual() -> str:
    """What every number is at this hour of other weeks; of several clusters the largest."""
    return f"max by ({_BY}) ({chosen.system(kpis.USUAL)})"


def firing() -> str:
    """How many alerts about business numbers fire; 0 and not nothing when none does."""
    return f"count({_alerts((labels.SYSTEM,))}) or vector(0)"


def firing_table(*by: str) -> str:
    """A row for each alert about a business number that fires."""
    return f"sort_desc(count by ({', '.join(('severity', 'alertname', *by, kpis.KPI))}) ({_alerts(by)}))"


def total(names: Iterable[str]) -> str:
    """The sum of the named numbers of all systems; they must have one unit."""
    return f"sum({chosen.system(kpis.VALUE, where=_one_of(names))})"


def by_system(names: Iterable[str]) -> str:
    """The sum of the named numbers by system; they must have one unit."""
    return f"sum by (system) ({chosen.system(kpis.VALUE, where=_one_of(names))})"


def of_one_system(system: System, kpi: Kpi) -> str:
    """One number of one system, if it is among the chosen, for boards over many."""
    own = f"{matcher(labels.SYSTEM, system.system)}, {_named(kpi)}"
    return f"{_across(kpi)} by (system) ({chosen.system(kpis.VALUE, where=own)})"


def _alerts(by: Iterable[str]) -> str:
    return alerts.firing(any_value("alertname", _ALERTS_ON_KPIS), *(name for name in by if name == labels.SYSTEM))


def _whole(kpi: Kpi, record: str) -> str:
    return f"{_across(kpi)}({chosen.system(record, where=_named(kpi))})"


def _across(kpi: Kpi) -> str:
    return "avg" if is_mean(kpi) else "sum"


def _line(name: str, expr: str) -> str:
    return f'label_replace({expr}, "line", "{name}", "", "")'


def _named(kpi: Kpi) -> str:
    return matcher(kpis.KPI, kpi.name)


def _one_of(names: Iterable[str]) -> str:
    return any_value(kpis.KPI, names)
