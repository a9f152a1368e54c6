"""A real Loki in the produced configuration, and the way lines get into it."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

from tests.rules.loki.samples import Line

# Whose rules the ruler reads; the cases have a tenant each, so that none sees another's lines.
RULER = "ruler"
MINUTE = 60 * 10**9


@dataclass(frozen=True, slots=True)
class Loki:
    """A running Loki."""

    port: int

    def ask(self, path: str, tenant: str = RULER, **query: Any) -> Any:
        """The answer's JSON; a refusal fails the test with Loki's own words."""
        status, body = self._call("GET", f"{path}?{urlencode(query)}", tenant)
        assert status == 200, body
        return json.loads(body)

    def push(self, tenant: str, system: str, start: int, lines: list[tuple[float, Line]]) -> None:
        """Lines at minutes from ``start`` (ns), by OTLP as the gateway sends them."""
        resources = []
        for component in sorted({line.component for _, line in lines}):
            records = [
                {
                    # 1 ns apart: two equal lines of one moment are one line to Loki.
                    "timeUnixNano": str(start + int(minute * MINUTE) + n * MINUTE // line.count // 2 + i),
                    "severityText": line.severity,
                    "body": {"stringValue": line.body},
                    "attributes": _attributes(line.attributes),
                }
                for i, (minute, line) in enumerate(lines)
                if line.component == component
                for n in range(line.count)
            ]
            resource = {"service.namespace": system, "service.name": component, "k8s.cluster.name": "test"}
            resources.append(
                {"resource": {"attributes": _attributes(resource)}, "scopeLogs": [{"logRecords": records}]}
            )
        status, body = self._call("POST", "/otlp/v1/logs", tenant, json.dumps({"resourceLogs": resources}))
        assert status == 204, body

    def push_stream(self, tenant: str, stream: Mapping[str, str], body: str) -> None:
        """One line now, by Loki's own API as falcosidekick sends it."""
        lines = {"streams": [{"stream": dict(stream), "values": [[str(time.time_ns()), body]]}]}
        status, answer = self._call("POST", "/loki/api/v1/push", tenant, json.dumps(lines))
        assert status == 204, answer

    def _call(self, method: str, path: str, tenant: str, body: str | None = None) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers = {"X-Scope-OrgID": tenant, "Content-Type": "application/json"}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def _attributes(values: Any) -> list[dict[str, Any]]:
    kinds = {int: "intValue", str: "stringValue"}
    return [{"key": key, "value": {kinds[type(value)]: value}} for key, value in values.items()]
