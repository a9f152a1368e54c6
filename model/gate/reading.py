"""The status document out of Prometheus' answers: which queries are needed, and what their series mean.

No package of others, not even pydantic: the job that publishes the document runs from the job archive. Whoever reads
the document checks it by ``model.gate.status``.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from model import labels
from model.metrics import metric_names
from model.query_text import matcher, one_of

Labels = Mapping[str, str]
Series = tuple[Labels, float]
Key = tuple[str, ...]

WINDOWS = ("7d", "28d", "30d")
"""The windows that objectives may have."""
_OUTCOMES = (metric_names.TOTAL, metric_names.BAD)
_OBJECTIVES, _FIRING, _WATCHDOG = "objectives", "firing", "watchdog"
_NUMBERS = ("remaining", "sampled_at", "burn_rate", "exhaustion_seconds")


def queries(systems: Collection[str], watchdog: str) -> dict[str, str]:
    """What to ask Prometheus, all of one moment: name -> PromQL. ``watchdog``: the alert that always fires."""
    mine = one_of(labels.SYSTEM, sorted(systems))
    remaining = f"{metric_names.BUDGET_REMAINING}{{{mine}}}"
    return {
        "remaining": remaining,
        "sampled_at": f"timestamp({remaining})",
        "burn_rate": f"{metric_names.burn_rate('1h')}{{{mine}}}",
        "exhaustion_seconds": f"{metric_names.BUDGET_EXHAUSTION}{{{mine}}}",
        **{
            f"{outcome} {window}": f"{metric_names.events(window)}{{{mine}, {matcher(metric_names.OUTCOME, outcome)}}}"
            for window in WINDOWS
            for outcome in _OUTCOMES
        },
        _OBJECTIVES: f"{metric_names.OBJECTIVE_RATIO}{{{mine}}}",
        _FIRING: _firing_of(mine, one_of("alertname", metric_names.SLO_ALERTS)),
        _WATCHDOG: _firing_of(matcher("alertname", watchdog)),
    }


def document(
    environment: str, now: float, answers: Mapping[str, Sequence[Series]], partial: Collection[str]
) -> dict[str, Any]:
    """The document as ``model.gate.status.Status`` reads it. ``answers`` to all of `queries`, by their names.

    ``now``: the moment of all answers, by Prometheus' clock. ``partial``: warnings of the source. A value that is not
    a number is no value. Raises KeyError where an answer or a label of a series is absent.
    """
    known = {name: [one for one in series if math.isfinite(one[1])] for name, series in answers.items()}
    values = {
        name: {_key(series): value for series, value in found}
        for name, found in known.items()
        if name not in (_OBJECTIVES, _FIRING, _WATCHDOG)
    }
    keys = {key for column in values.values() for key in column}
    objectives = {}
    for series, target in known[_OBJECTIVES]:
        window = series[metric_names.WINDOW]
        for key in _in_clusters(_key(series), keys):
            objectives[key] = {
                **_identity(key),
                "window": window,
                "target": target,
                **{name: values[name].get(key) for name in _NUMBERS},
                **{outcome: values.get(f"{outcome} {window}", {}).get(key) for outcome in _OUTCOMES},
            }
    return {
        "version": 1,
        "environment": environment,
        "generated_at": now,
        "watchdog": bool(known[_WATCHDOG]),
        "partial": sorted(partial),
        "objectives": [objectives[key] for key in sorted(objectives)],
        "firing": sorted((_firing(series) for series, _ in known[_FIRING]), key=str),
    }


def _firing_of(*matchers: str) -> str:
    return f'ALERTS{{alertstate="firing", {", ".join(matchers)}}}'


def _key(series: Labels) -> Key:
    return tuple(
        series.get(name, "")
        for name in (labels.CLUSTER, labels.SYSTEM, labels.COMPONENT, metric_names.OBJECTIVE, metric_names.FEATURE)
    )


def _in_clusters(key: Key, known: Collection[Key]) -> list[Key]:
    """The objective in each cluster that has numbers of it.

    Its target is a constant, which has no label `cluster` inside the Prometheus that evaluates it.
    """
    return [key] if key[0] else sorted(one for one in known if one[1:] == key[1:]) or [key]


def _identity(key: Key) -> dict[str, str | None]:
    cluster, system, component, objective, feature = key
    return {
        "cluster": cluster,
        "system": system,
        "component": component,
        "objective": objective,
        "feature": feature or None,
    }


def _firing(series: Labels) -> dict[str, str | None]:
    name = series.get(metric_names.OBJECTIVE)
    return {"alert": series["alertname"], **_identity(_key(series)), "objective": name}
