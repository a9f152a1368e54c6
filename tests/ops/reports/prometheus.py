"""A Prometheus that answers from recorded values: enough of its API for reports, without a process."""

import re
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Series = dict[str, str]
Value = Callable[[int], float | None]
"""What a series shows at a moment; None where it has no sample."""


@dataclass(slots=True)
class FakePrometheus:
    """``series``: name and labels -> its values. Selectors are read as far as ours go: equal, and one of."""

    now: float
    series: list[tuple[str, Series, Value]] = field(default_factory=list)
    ended: list[tuple[Series, list[tuple[float, float]]]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    rules: Any = field(default_factory=list)

    def ask(self, _: str, url: str, **__: object) -> Any:
        """In place of ``ops.http.ask``."""
        parts = urllib.parse.urlsplit(url)
        if parts.path.endswith("/rules"):
            return {"data": {"groups": [{"rules": self.rules}]}}
        words = {key: found[0] for key, found in urllib.parse.parse_qs(parts.query).items()}
        query = words["query"]
        self.asked.append(query)
        if query == "time()":
            return {"data": {"result": [self.now, str(self.now)]}}
        if query.startswith("alertname_component"):
            end, length = float(words["time"]), int(query.rpartition("[")[2][:-2])
            found = [
                {"metric": labels, "values": [[at, str(value)] for at, value in pairs if end - length < at <= end]}
                for labels, pairs in self.ended
            ]
            return self._answer([one for one in found if one["values"]])
        if parts.path.endswith("query_range"):
            start, end, step = (int(float(words[key])) for key in ("start", "end", "step"))
            times = range(start, end + 1, step)
            return self._answer(
                [
                    {"metric": labels, "values": pairs}
                    for labels, value in self._matching(query)
                    if (pairs := [[at, str(value(at))] for at in times if value(at) is not None])
                ]
            )
        at = int(float(words["time"]))
        return self._answer(
            [
                {"metric": labels, "value": [at, str(value(at))]}
                for labels, value in self._matching(query)
                if value(at) is not None
            ]
        )

    def _answer(self, result: list[Any]) -> dict[str, Any]:
        return {"data": {"result": result}, "warnings": self.warnings}

    def _matching(self, query: str) -> Iterator[tuple[Series, Value]]:
        """The series of the one selector; a count over five minutes is 20 while there are samples."""
        levels = "component|cluster|namespace|system"
        name, selector = re.findall(rf"((?:{levels}):[a-z_]+:[a-z0-9_]+|ALERTS)(?:\{{([^}}]*)\}})?", query)[0]
        wanted = re.findall(r'([a-z]+)(=~|=)"([^"]*)"', selector)
        for known, labels, value in self.series:
            fits = all(re.fullmatch(pattern, labels.get(label, "")) for label, _, pattern in wanted)
            if known != name or not fits:
                continue
            if query.startswith("count("):
                yield {}, lambda at, value=value: 1.0 if value(at) is not None else None  # type: ignore[misc]
            elif query.startswith("count_over_time("):
                yield labels, lambda at, value=value: 20.0 if value(at) is not None else None  # type: ignore[misc]
            else:
                yield labels, value
