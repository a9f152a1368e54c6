"""Prometheus, Alertmanager, inbox, Loki and Jaeger of an outage, behind one address, with secrets in every text."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from model.vocabulary import Environment
from ops.incidents.collect import Collector
from ops.incidents.places import Given, collector
from tests.model.catalogs import good_organization, write_catalog
from tests.model.gate.examples import component

T0 = 1_800_000_000.0  # a multiple of 15 and of 60
SECRET = "hunter2hunter2"
LEAK = f"password={SECRET}"


def stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class World:
    """``now`` decides what is known yet. The SLI is bad from ``start`` to ``start`` + ``bad``, in seconds.

    The alert fires 30 s later, until 300 s after the SLI is good. ``away``: paths that answer 503. ``age``: seconds of
    the month that have data. ``tenants``: as which Loki was asked.
    """

    bad: float = 600.0
    age: float = 30 * 86_400.0
    now: float = T0 + 3600
    start: float = T0
    url: str = ""
    away: set[str] = field(default_factory=set)
    tenants: set[str | None] = field(default_factory=set)

    def answer(self, path: str, query: dict[str, str]) -> Any:
        answers: dict[str, Callable[[], Any]] = {
            "/api/v1/query_range": lambda: {"data": {"result": self._range(query)}},
            "/api/v1/query": lambda: {"data": {"result": self._instant(query["query"])}},
            "/api/v2/alerts": self._alerts,
            "/api/v2/silences": self._silences,
            "/notifications": self._notifications,
            "/loki/api/v1/query_range": _logs,
            "/api/traces": lambda: _traces(query),
        }
        return answers[path]()

    def _sample(self, query: str, at: float) -> float | None:
        in_outage = self.start <= at < self.start + self.bad
        if "ALERTS" in query:
            return 1.0 if self.start + 30 <= at < self.start + self.bad + 300 else None
        if "kube_deployment" in query:
            return 4.0 if at >= self.start - 60 else 3.0
        if "outcome" in query:
            return (30.0 if in_outage else 0.0) if '"bad"' in query else 60.0
        if "slo_errors:ratio1m" not in query:
            return None
        # A window of a minute fills, and still holds bad events a minute later.
        bad = min(at, self.start + self.bad) - max(at - 60, self.start)
        return 0.5 * max(bad, 0.0) / 60

    def _range(self, query: dict[str, str]) -> list[dict[str, Any]]:
        start, end, step = (float(query[key]) for key in ("start", "end", "step"))
        times = [start + n * step for n in range(int((end - start) / step) + 1) if start + n * step <= self.now]
        values = [[at, str(value)] for at in times if (value := self._sample(query["query"], at)) is not None]
        of = {"system": "shop", "component": "api", "objective": "errors"}
        if "ALERTS" in query["query"]:
            of |= {"alertname": "SloOutage", "severity": "critical"}
        elif "kube_deployment" in query["query"]:
            of = {"namespace": "shop", "deployment": "api"}
        elif "outcome" in query["query"]:
            of = {}
        return [{"metric": of, "values": values}] if values else []

    def _instant(self, query: str) -> list[dict[str, Any]]:
        if "timestamp" in query:
            of = {"system": "shop", "component": "api", "objective": "errors"}
            return [{"metric": of, "value": [self.now, str(self.now // 15 * 15)]}]
        if "count_over_time" in query:
            return [{"metric": {}, "value": [self.now, str(self.age / 300)]}]
        if "increase30d" in query:
            return [{"metric": {}, "value": [self.now, "600000"]}]
        of = {"system": "shop", "component": "api", "objective": "errors", "window": "30d"}
        return [{"metric": of, "value": [self.now, "0.999"]}]

    def _alerts(self) -> list[dict[str, Any]]:
        if not self.start + 30 <= self.now < self.start + self.bad + 300:
            return []
        of = {"alertname": "SloOutage", "severity": "critical", "system": "shop", "component": "api"}
        escalated = {**of, "level": "2"}
        said = {"summary": f"The api fails, {LEAK}"}
        return [
            {"labels": labels, "annotations": said, "startsAt": stamp(self.start + 29), "fingerprint": f"f{number}"}
            for number, labels in enumerate([{**of, "objective": "errors"}, escalated])
        ]

    def _silences(self) -> list[dict[str, Any]]:
        if self.now < self.start + 120:
            return []
        matchers = [{"name": "system", "value": "shop", "isEqual": True, "isRegex": False}]
        times = {"startsAt": stamp(self.start + 120), "endsAt": stamp(self.start + 3600)}
        return [{"matchers": matchers, **times, "createdBy": "ana", "comment": LEAK, "id": "s1"}]

    def _notifications(self) -> list[dict[str, Any]]:
        of = {"class": "SloOutage", "group": "shop", "component": "api"}
        trigger = {"event_action": "trigger", "routing_key": SECRET, "payload": of}
        slack = {"attachments": [{"title": "[RESOLVED] SloOutage of shop/api"}]}
        odd: list[Any] = [None, {"event_action": "trigger"}, []]
        every = [
            (self.start + 45, "pagerduty", "shop-page", trigger),
            (self.start + self.bad + 330, "slack", "shop-chat", slack),
            *((self.start + 50, "pagerduty", "x", payload) for payload in odd),
        ]
        found = [
            {"id": number, "at": stamp(at), "kind": kind, "receiver": receiver, "payload": payload}
            for number, (at, kind, receiver, payload) in enumerate(every)
        ]
        return [one for one, (at, *_) in zip(found, every, strict=True) if at <= self.now]


def _logs() -> Any:
    line = f"error: cannot connect to postgres://shop:{SECRET}@db, {LEAK} token: {SECRET}"
    values = [[f"{(T0 + 5) * 1e9:.0f}", line]]
    return {"data": {"result": [{"stream": {"service_name": "api"}, "values": values}]}}


def _traces(query: dict[str, str]) -> Any:
    secrets = {"db.password": SECRET, "http.url": f"/pay?token={SECRET}", "error": True}
    tags = [{"key": key, "value": value} for key, value in secrets.items()]
    span = {"traceID": "abc123", "operationName": "GET /pay", "startTime": int((T0 + 6) * 1e6), "tags": tags}
    good = {"traceID": "def456", "spans": [{**span, "tags": []}]}
    return {"data": [] if "tags" in query else [good, {"traceID": "abc123", "spans": [span]}]}


@contextmanager
def served(world: World) -> Iterator[World]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
            if parts.path.startswith("/loki"):
                world.tenants.add(self.headers["X-Scope-OrgID"])
            status = 503 if parts.path in world.away else 200
            body = b"gone" if status != 200 else json.dumps(world.answer(parts.path, query)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        world.url = f"http://127.0.0.1:{server.server_port}"
        yield world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def project(folder: Path, world: World) -> Path:
    """A project whose local environment is ``world``."""
    shop = {
        "system": "shop",
        "title": "Shop",
        "description": "It.",
        "owner": "shop",
        "components": [component("api", [], ("errors", None))],
        "tracing": {"sample_percent": 10, "slow": "1s"},
    }
    write_catalog(folder / "catalog", [shop], good_organization())
    lab = folder / ".local" / "lab"
    lab.mkdir(parents=True)
    names = ("prometheus", "alertmanager", "loki", "jaeger", "inbox")
    (lab / "endpoints.json").write_text(json.dumps(dict.fromkeys(names, world.url)))
    began = {"at": stamp(T0 - 5), "server": "workload", "event": "fault-began", "text": f"outage of shop/api, {LEAK}"}
    other = {**began, "event": "overloaded"}
    (lab / "events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in (began, other)) + '{"at": "20')
    return folder


def collecting(root: Path) -> Collector:
    return collector(root, Environment.LOCAL, Given())


def written(folder: Path) -> str:
    """All that is in the files below ``folder``."""
    return "".join(path.read_text() for path in sorted(folder.rglob("*")) if path.is_file())
