"""The verb ``moved`` without its options: what it asks of Prometheus, and the answer for people and machines."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from model.analysis.moved import BEFORE_SECONDS, STEP, Answer, Sample, Window, moved
from ops.reports.api import Api

MOST_SERIES: Final = 3000
"""A day of each by the minute is four million samples, and half a minute of work."""
SHOWN: Final = 20
# Recorded series alone: they are few, and each means something. Not those that follow from an alert, a threshold or
# a baseline, which move with every incident by definition.
_NAMES: Final = (
    "(cluster|component|component_access|component_model|component_probe|edge|instance|namespace_volume"
    "|namespace_workload|node|node_mountpoint|pod|queue|system):.+"
)
_NOT: Final = ".*(slo_|threshold|_band|usual|owner|objective|until_full|expected|max7d|max1h|in_7d|alert).*"


def answer(api: Api, window: Window, systems: Collection[str]) -> tuple[Answer, list[str]]:
    """What moved, and notes on what was left out. ``systems``: only these and the platform's. Raises Unreachable."""
    found: list[tuple[str, Mapping[str, str], Sequence[Sample]]] = []
    notes: list[str] = []
    for name, count in _listed(api, window, systems):
        if len(found) + count > MOST_SERIES:
            notes.append(f"{name} was left out: more than {MOST_SERIES} series. Choose systems.")
            continue
        # One more step than the day: its first sample may be missing.
        start = window.start - BEFORE_SECONDS
        series = api.over(_selector(systems, name), start, window.start + window.length - STEP, STEP)
        for labels, samples in series:
            own = {key: value for key, value in labels.items() if key not in {"__name__", "cluster"}}
            found.append((name, own, samples))
    return moved(found, window), [*notes, *sorted(api.warnings)]


def _listed(api: Api, window: Window, systems: Collection[str]) -> Iterator[tuple[str, int]]:
    """Name and number of series, sorted by name."""
    counted = api.instant(f"count by (__name__) ({_selector(systems)})", window.start)
    yield from sorted((labels["__name__"], int(count)) for labels, count in counted)


def _selector(systems: Collection[str], name: str = "") -> str:
    # Series without a system are those of the cluster: nodes, workloads, volumes.
    system = f', system=~"|{"|".join(sorted(systems))}"' if systems else ""
    which = f'__name__="{name}"' if name else f'__name__=~"{_NAMES}", __name__!~"{_NOT}"'
    return f"{{{which}{system}}}"


def document(found: Answer, window: Window, notes: Sequence[str]) -> dict[str, Any]:
    """For machines."""
    return {
        "start": window.start,
        "end": window.end,
        "compared_seconds": window.length,
        "compared": found.compared,
        "silent": found.silent,
        "by_chance_at_most": round(found.chance, 1),
        "notes": list(notes),
        "moved": [
            {
                "series": one.name,
                "labels": dict(one.labels),
                "before": one.before,
                "during": one.during,
                "change": one.change,
                "effect": one.effect,
                "lag_seconds": one.lag,
            }
            for one in found.moved
        ],
    }
