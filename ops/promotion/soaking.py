"""What an environment went through, from its Prometheus: whether it paged, burned budget, and was watched at all."""

import urllib.parse
from dataclasses import dataclass
from typing import Any, Final, Protocol

from model import labels, names
from model.metrics import metric_names
from model.query_text import matcher, one_of
from ops.http import Unreachable, ask, outside

_STEP_SECONDS: Final = 15
"""Of looking whether the Watchdog fires, as often as rules are evaluated; one step is half a percent of an hour."""
_BURNING: Final = (
    *(metric_names.OUTAGE, metric_names.FAST_BURN, metric_names.SLOW_BURN),
    *(metric_names.LOW_TRAFFIC_ERRORS, metric_names.BELOW_THRESHOLD),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Alerts by name and place, sorted; ``measured`` in seconds."""

    measured: float
    pages: tuple[str, ...]
    burning: tuple[str, ...]


class History(Protocol):
    """What is known of the past."""

    def now(self) -> float:
        """Its own clock (Unix time, seconds). Raises Unreachable."""

    def seen(self, since: float, until: float) -> Seen:
        """What happened between two moments. Raises Unreachable."""


@dataclass(frozen=True, slots=True)
class PrometheusHistory:
    """``url`` of a Prometheus or Thanos, without a slash at the end."""

    url: str

    def now(self) -> float:
        """By its own clock: ours may differ, and then the last minutes would be missing."""
        return float(self._get("time()", None)[1])

    def seen(self, since: float, until: float) -> Seen:
        """Three queries at ``until``."""
        span = max(int(until - since), 1)
        watchdog = f'ALERTS{{alertstate="firing", {matcher("alertname", names.WATCHDOG)}}}'
        steps = self._get(f"count_over_time((count({watchdog}))[{span}s:{_STEP_SECONDS}s])", until)
        measured = float(steps[0]["value"][1]) * _STEP_SECONDS if steps else 0.0
        return Seen(
            measured=min(measured, span),
            pages=self._fired(matcher(labels.SEVERITY, "critical"), span, until),
            burning=self._fired(one_of("alertname", _BURNING), span, until),
        )

    def _fired(self, which: str, span: int, until: float) -> tuple[str, ...]:
        by = ", ".join(("alertname", labels.SYSTEM, labels.COMPONENT))
        query = f'count by ({by}) (last_over_time(ALERTS{{alertstate="firing", {which}}}[{span}s]))'
        return tuple(sorted({_named(one["metric"]) for one in self._get(query, until)}))

    def _get(self, query: str, at: float | None) -> Any:
        words = {"query": query} | ({"time": f"{at:.3f}"} if at is not None else {})
        try:
            answer = ask("GET", f"{self.url}/api/v1/query?{urllib.parse.urlencode(words)}", proxy=outside(self.url))
            if answer.get("warnings"):
                raise Unreachable(f"{self.url} gives partial data: {answer['warnings'][0]}")
            return answer["data"]["result"]
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise Unreachable(f"{self.url} does not answer as Prometheus does: {type(error).__name__}") from None


def _named(series: dict[str, str]) -> str:
    place = "/".join(series[key] for key in (labels.SYSTEM, labels.COMPONENT) if series.get(key))
    return f"{series.get('alertname', '')} {place}".strip()
