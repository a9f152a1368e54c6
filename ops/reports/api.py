"""Prometheus' HTTP API, as far as reports ask it. Thanos and anything else with the same API will do."""

import math
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ops.http import Unreachable, get

Labels = Mapping[str, str]
Sample = tuple[float, float]
"""Unix time and value."""


@dataclass(slots=True)
class Api:
    """``url`` has no slash at the end. ``warnings``: what the source said about partial data, of all answers so far.

    Every method raises Unreachable when it does not answer, or answers with something else.
    """

    url: str
    warnings: set[str] = field(default_factory=set)

    def now(self) -> float:
        """Its own clock's time: ours may differ."""
        return float(self._data("query", {"query": "time()"})[1])

    def instant(self, query: str, at: float) -> list[tuple[Labels, float]]:
        """Labels and value of each series at a moment. A value that is no number is no value."""
        found = [
            (one["metric"], _number(one["value"])[1]) for one in self._data("query", {"query": query, "time": f"{at}"})
        ]
        return [(labels, value) for labels, value in found if math.isfinite(value)]

    def samples(self, selector: str, seconds: int, at: float) -> list[tuple[Labels, list[Sample]]]:
        """The raw samples of each series in the ``seconds`` before a moment."""
        return self._matrix("query", {"query": f"{selector}[{seconds}s]", "time": f"{at}"})

    def over(self, query: str, start: float, end: float, step: int) -> list[tuple[Labels, list[Sample]]]:
        """Values of each series at ``start`` and each ``step`` seconds on, until ``end``."""
        words = {"query": query, "start": f"{start}", "end": f"{end}", "step": f"{step}"}
        return self._matrix("query_range", words)

    def rules(self) -> list[dict[str, Any]]:
        """The alerting rules that it evaluates, each as the API has it."""
        groups = self._answer("rules", {"type": "alert"})["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    def _matrix(self, path: str, words: Mapping[str, str]) -> list[tuple[Labels, list[Sample]]]:
        found = [(one["metric"], [_number(pair) for pair in one["values"]]) for one in self._data(path, words)]
        return [(labels, [pair for pair in pairs if math.isfinite(pair[1])]) for labels, pairs in found]

    def _data(self, path: str, words: Mapping[str, str]) -> Any:
        return self._answer(path, words)["data"]["result"]

    def _answer(self, path: str, words: Mapping[str, str]) -> Any:
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(words)}"
        answer = get(url, shown=self.url)
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), dict):
            raise Unreachable(f"{self.url} does not answer as Prometheus does")
        self.warnings.update(map(str, answer.get("warnings") or ()))
        return answer


def _number(pair: Any) -> Sample:
    return float(pair[0]), float(pair[1])
