"""The status of objectives from Prometheus' HTTP API: the recorded series themselves, all of one moment."""

import math
import urllib.parse
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from model import labels, names
from model.gate.status import FiringAlert, ObjectiveStatus, Status
from model.metrics import metric_names
from model.query_text import matcher, one_of
from model.vocabulary import Environment
from ops.http import Unreachable, ask

_WINDOWS = ("7d", "28d", "30d")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

_OF_OBJECTIVES = one_of("alertname", metric_names.SLO_ALERTS)

Labels = Mapping[str, str]
_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prometheus:
    """``url`` of a Prometheus, a Thanos or anything else with the same API, without a slash at the end."""

    url: str

    def status(self, environment: Environment, systems: Collection[str]) -> Status:
        """What it knows of the objectives of ``systems``, at its own clock's now.

        Raises Unreachable when it does not answer, or answers with something else.
        """
        try:
            return _Reading(self.url).status(environment, systems)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise Unreachable(f"{self.url} does not answer as Prometheus does: {type(error).__name__}") from None


class _Reading:
    """The queries of one status, at one moment."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._partial: set[str] = set()
        self._now = ""

    def status(self, environment: Environment, systems: Collection[str]) -> Status:
        # Its own clock: ours may differ, and then every sample would look old or be of the future.
        self._now = self._get("time()")[1]
        mine = one_of(labels.SYSTEM, sorted(systems))
        remaining = f"{metric_names.BUDGET_REMAINING}{{{mine}}}"
        columns = {
            "remaining": self._values(remaining),
            "sampled_at": self._values(f"timestamp({remaining})"),
            "burn_rate": self._values(f"{metric_names.burn_rate('1h')}{{{mine}}}"),
            "exhaustion_seconds": self._values(f"{metric_names.BUDGET_EXHAUSTION}{{{mine}}}"),
        }
        counts = {
            (window, outcome): self._values(
                f"{metric_names.events(window)}{{{mine}, {matcher(metric_names.OUTCOME, outcome)}}}"
            )
            for window in _WINDOWS
            for outcome in (metric_names.TOTAL, metric_names.BAD)
        }
        known = {key for values in (*columns.values(), *counts.values()) for key in values}
        objectives = {}
        for series, target in self._series(f"{metric_names.OBJECTIVE_RATIO}{{{mine}}}"):
            window = series[metric_names.WINDOW]
            for key in _in_clusters(_key(series), known):
                numbers = {name: values.get(key) for name, values in columns.items()}
                numbers |= {
                    outcome: counts[window, outcome].get(key) for outcome in (metric_names.TOTAL, metric_names.BAD)
                }
                objectives[key] = {**_identity(key), "window": window, "target": target, **numbers}
        return Status(
            environment=environment,
            generated_at=float(self._now),
            watchdog=bool(self._series(_firing_of(matcher("alertname", names.WATCHDOG)))),
            firing=tuple(sorted((_firing(s) for s, _ in self._series(_firing_of(mine, _OF_OBJECTIVES))), key=str)),
            objectives=tuple(sorted(map(ObjectiveStatus.model_validate, objectives.values()), key=str)),
            partial=tuple(sorted(self._partial)),
        )

    def _values(self, query: str) -> dict[_Key, float]:
        return {_key(series): value for series, value in self._series(query)}

    def _series(self, query: str) -> list[tuple[Labels, float]]:
        """Labels and value of each series. A value that is no number is no value."""
        found = [(one["metric"], float(one["value"][1])) for one in self._get(query)]
        return [(series, value) for series, value in found if math.isfinite(value)]

    def _get(self, query: str) -> Any:
        words = {"query": query} | ({"time": self._now} if self._now else {})
        url = f"{self._url}/api/v1/query?{urllib.parse.urlencode(words)}"
        host = urllib.parse.urlsplit(self._url).hostname
        try:
            answer = ask("GET", url, proxy=host not in _LOOPBACK)
        except Unreachable as error:
            raise Unreachable(str(error).replace(url, self._url)) from None
        # Such as Thanos, one store of which did not answer: what it says is true and not all.
        self._partial.update(map(str, answer.get("warnings") or ()))
        return answer["data"]["result"]


def _firing_of(*matchers: str) -> str:
    return f'ALERTS{{alertstate="firing", {", ".join(matchers)}}}'


def _key(series: Labels) -> _Key:
    return tuple(
        series.get(name, "")
        for name in (labels.CLUSTER, labels.SYSTEM, labels.COMPONENT, metric_names.OBJECTIVE, metric_names.FEATURE)
    )


def _in_clusters(key: _Key, known: Collection[_Key]) -> list[_Key]:
    """The objective in each cluster that has numbers of it.

    Its target is a constant, which has no label `cluster` inside the Prometheus that evaluates it.
    """
    return [key] if key[0] else sorted(one for one in known if one[1:] == key[1:]) or [key]


def _identity(key: _Key) -> dict[str, str | None]:
    cluster, system, component, objective, feature = key
    return {
        "cluster": cluster,
        "system": system,
        "component": component,
        "objective": objective,
        "feature": feature or None,
    }


def _firing(series: Labels) -> FiringAlert:
    return FiringAlert.model_validate(
        {"alert": series["alertname"], **_identity(_key(series)), "objective": series.get(metric_names.OBJECTIVE)}
    )
