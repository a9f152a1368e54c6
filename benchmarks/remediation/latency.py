"""Seconds from an alert to its verdict in the ledger, with the local engine and its ledger of SQLite.

    python -m benchmarks.remediation.latency

A simulated Alertmanager and Prometheus answer by HTTP from a process of their own, at once: what is measured is the
program and its ledger, not their servers. Each of 1,000 alerts has a rule and a component of its own. First they come
one by one, each while the last 20 still fire; then 100 at the same moment, ten times, and all at the same moment, which
is more than a lost cluster looks like.
Besides, an engine that polls waits for its next look: up to 15 s.
"""

import json
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from model import names
from model.catalog.catalog import Catalog
from model.catalog.system import System
from model.catalog.teams import Organization
from model.vocabulary import Environment
from ops.remediation.alertmanager import Alertmanager
from ops.remediation.engine import Engine, NoDeployments
from ops.remediation.facts import Prometheus
from ops.remediation.ledger import Ledger
from ops.remediation.stores import FileStore

COUNT = 1000
_SYSTEMS = 100
_AT_ONCE = 20
_TEAM = {
    "platform_team": "shop",
    "business_hours": {"time_zone": "UTC", "weekdays": ["monday"], "start": "09:00", "end": "17:00"},
    "escalation": [{"level": 1, "role": "on-call-engineer", "after": "0s"}],
    "teams": [
        {
            "name": "shop",
            "title": "Shop",
            "description": "It.",
            "receivers": [{"kind": "slack", "secret": "slack-webhook", "channel": "#shop"}],
        }
    ],
}


def main() -> None:
    """Print the median, p99 and the longest of both."""
    table = Table("1,000 alerts", "median s", "p99 s", "longest s", box=None, pad_edge=False)
    for title, at_once in (("one by one, 20 firing", 1), ("100 at once", 100), ("all at once", COUNT)):
        seconds = sorted(measured(COUNT, at_once))
        p99 = seconds[int(len(seconds) * 0.99) - 1]
        table.add_row(title, *(f"{value:.3f}" for value in (median(seconds), p99, seconds[-1])))
    Console(width=80, highlight=False).print(table)


def measured(count: int, at_once: int) -> list[float]:
    """Seconds of each alert, until its verdict is in the ledger; so many new ones appear in each step."""
    found: list[float] = []
    # The engine logs each verdict.
    silent = redirect_stdout(StringIO())
    with tempfile.TemporaryDirectory() as folder, _servers() as (url, parent), silent:
        engine = Engine(
            catalog=_catalog(),
            environment=Environment.LOCAL,
            alerts=Alertmanager(url),
            metrics=Prometheus(url, Environment.LOCAL),
            deployments=NoDeployments(),
            ledger=_Timed(FileStore(Path(folder) / "ledger.sqlite"), Environment.LOCAL),
        )
        for first in range(0, count, at_once):
            start = max(0, first - _AT_ONCE) if at_once == 1 else first
            parent.send([_alert(number) for number in range(start, first + at_once)])
            parent.recv()
            began = time.perf_counter()
            _Timed.times.clear()
            assert len(engine.step(time.time())) == at_once
            found += [at - began for at in _Timed.times]
    return found


class _Timed(Ledger):
    """Notes when each verdict is kept."""

    times: list[float] = []  # noqa: RUF012 (one engine at a time)

    def record(self, entry: Any) -> bool:
        """As the ledger does."""
        kept = super().record(entry)
        self.times.append(time.perf_counter())
        return kept


def _names(number: int) -> tuple[str, str]:
    return f"s{number % _SYSTEMS}", f"c{number // _SYSTEMS}"


def _catalog() -> Catalog:
    systems = [_system(number) for number in range(_SYSTEMS)]
    return Catalog.of(Organization.model_validate(_TEAM), [System.model_validate(one) for one in systems])


def _system(number: int) -> dict[str, Any]:
    objective = {"name": "availability", "target": 99.9, "sli": {"kind": "availability"}, "reason": "As agreed."}
    parts = [_names(one)[1] for one in range(number, COUNT, _SYSTEMS)]
    return {
        "system": f"s{number}",
        "title": "S",
        "description": "It.",
        "owner": "shop",
        "tracing": {"sample_percent": 10, "slow": "1s"},
        "components": [
            {"name": name, "kind": "http-service", "title": "C", "description": "It.", "objectives": [objective]}
            for name in parts
        ],
        "remediation": [
            {"name": f"r-{n}", "alert": "SloOutage", "component": n, "action": {"kind": "restart-pod"}, "reason": "It."}
            for n in parts
        ],
    }


@cache
def _alert(number: int) -> dict[str, Any]:
    system, component = _names(number)
    labels = {"alertname": "SloOutage", "system": system, "component": component, "environment": "local"}
    return _told(labels, f"{number:x}")


def _told(labels: dict[str, str], fingerprint: str) -> dict[str, Any]:
    status = {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []}
    now = datetime.now(UTC).isoformat()
    return {"labels": labels, "annotations": {}, "startsAt": now, "fingerprint": fingerprint, "status": status}


@contextmanager
def _servers() -> Iterator[tuple[str, Connection]]:
    """The address of both, and the end of a pipe that takes what fires."""
    context = multiprocessing.get_context("spawn")
    parent, child = context.Pipe()
    process = context.Process(target=_serve, args=(child,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{parent.recv()}", parent
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        pipe.send(server.server_port)
        while True:
            _Handler.alerts = pipe.recv()
            pipe.send(None)


class _Handler(BaseHTTPRequestHandler):
    alerts: Sequence[dict[str, Any]] = ()

    def do_GET(self) -> None:
        """Firing alerts, or a sample for every query but the one for all that fires."""
        dog = _told({"alertname": names.WATCHDOG}, "ffffffff")
        answer: Any = [dog, *self.alerts]
        if self.path.startswith("/api/v2/alerts/groups"):
            answer = [{"alerts": answer}]
        elif self.path.startswith("/api/v1/query"):
            many = "count+by" in self.path
            answer = {"data": {"result": [] if many else [{"value": [0, str(time.time())]}]}}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        """Nothing: it would be measured."""


if __name__ == "__main__":
    main()
