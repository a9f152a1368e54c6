"""Samples of log records from Loki and of traces from Jaeger: copied, because both forget."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from model.incidents.entry import Entry, Kind
from model.query_text import matcher, one_of
from ops.incidents.sources import get, unreadable

LINES = 20
"""Log records of one incident: enough to see what failed, and few enough to be read and to be checked for secrets."""

TRACES = 3
_SEARCHED = 100
# Labels of streams, as the collectors write them.
SYSTEM_LABEL, COMPONENT_LABEL = "service_namespace", "service_name"
ERRORS = '|~ "(?i)error|fatal|panic|exception"'
"""What a record with an error holds, as a filter of LogQL."""
_BROKEN = (KeyError, IndexError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class Loki:
    """``url`` has no slash at its end. ``tenant``: whose logs are asked for; empty where Loki has no tenants."""

    url: str
    tenant: str = ""
    name: str = "Loki"

    def samples(self, system: str, components: Sequence[str], start: float, end: float) -> list[Entry]:
        """The first records with errors of the components. Raises Unreachable."""
        chosen = f"{matcher(SYSTEM_LABEL, system)}, {one_of(COMPONENT_LABEL, components)}"
        query = [
            ("query", f"{{{chosen}}} {ERRORS}"),
            ("start", f"{start * 1e9:.0f}"),
            ("end", f"{end * 1e9:.0f}"),
            ("limit", str(LINES)),
            ("direction", "forward"),
        ]
        try:
            whose = {"X-Scope-OrgID": self.tenant} if self.tenant else None
            answer = get(self.url, "/loki/api/v1/query_range", query, whose)
            found = [
                Entry(
                    at=int(at) / 1e9,
                    kind=Kind.LOG,
                    source=self.name,
                    text=str(line),
                    system=system,
                    component=stream["stream"].get(COMPONENT_LABEL, components[0]),
                )
                for stream in answer["data"]["result"]
                for at, line, *_ in stream["values"]
            ]
        except _BROKEN as error:
            raise unreadable(self.url, error) from None
        return sorted(found, key=lambda one: one.at)[:LINES]


@dataclass(frozen=True, slots=True)
class Jaeger:
    """``url`` has no slash at its end."""

    url: str
    name: str = "Jaeger"

    def samples(self, system: str, components: Sequence[str], start: float, end: float) -> list[Entry]:
        """A few traces with errors of each component; the whole trace is in ``raw``. Raises Unreachable."""
        found: list[Entry] = []
        for component in components:
            query = [("service", component), ("start", f"{start * 1e6:.0f}"), ("end", f"{end * 1e6:.0f}")]
            try:
                traces = self._failed([*query, ("limit", str(TRACES)), ("tags", '{"error":"true"}')])
                # A store in memory knows the status of a span, and does not find it as a tag.
                traces = traces or self._failed([*query, ("limit", str(_SEARCHED))])
                found += [_trace(trace, system, component, self.name) for trace in traces[:TRACES]]
            except _BROKEN as error:
                raise unreadable(self.url, error) from None
        return sorted(found, key=lambda one: (one.at, one.ref))

    def _failed(self, query: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        """Of the traces found, those with an error."""
        traces = get(self.url, "/api/traces", query)["data"] or ()
        return [trace for trace in traces if any(_is_error(span) for span in trace["spans"])]


def _is_error(span: dict[str, Any]) -> bool:
    return any(tag["key"] == "error" and str(tag["value"]).lower() == "true" for tag in span["tags"])


def _trace(trace: dict[str, Any], system: str, component: str, source: str) -> Entry:
    spans = trace["spans"]
    first = min(spans, key=lambda span: int(span["startTime"]))
    return Entry(
        at=int(first["startTime"]) / 1e6,
        kind=Kind.TRACE,
        source=source,
        text=f"trace {trace['traceID']}: {first['operationName']}, {len(spans)} spans, with an error",
        system=system,
        component=component,
        ref=trace["traceID"],
        raw=trace,
    )
