"""Prometheus, Alertmanager, inbox and workload as the console meets them: one server with answers to be set."""

import json
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lab.console.server import pages
from lab.endpoints import Endpoints
from lab.layout import Layout
from lab.servers.inbox import Inbox
from model.metrics import metric_names as names
from tests.lab.serving import served

ROOT = Path(__file__).resolve().parents[3]
# Of the project, as much as the page needs to be like the real one.
_FILES = (
    *(f"catalog/{name}.yaml" for name in ("teams", "cloudmart", "cloudmart/ai", "cloudmart/security", "generic")),
    *(f"docs/runbooks/{name}.md" for name in ("SloOutage", "HighErrorRate", "PrometheusCloseToItsStorageLimit")),
    "docs/runbooks/falco/CryptoMining.md",
    "docs/slo.md",
    *(f"dashboards/grafana/{name}.json" for name in ("belfry-slo", "belfry-service")),
)


@dataclass
class Fakes:
    """``asked``: paths in order. ``broken``: paths that answer with that text or status. ``console``: who asks."""

    layout: Layout
    inbox: Inbox
    url: str = ""
    console: str = ""
    alerts: list[dict[str, Any]] = field(default_factory=list)
    pending: list[dict[str, Any]] = field(default_factory=list)
    series: list[dict[str, Any]] = field(default_factory=list)
    running: list[str] = field(default_factory=lambda: ["cloudmart"])
    effects: list[dict[str, Any]] = field(default_factory=list)
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)

    def answer(self, path: str, query: Mapping[str, str]) -> Any:
        """What the server of ``path`` says."""
        self.asked.append(path)
        match path:
            case "/api/v1/query":
                return {"data": {"result": self.series}}
            case "/api/v1/alerts":
                return {"data": {"alerts": self.pending}}
            case "/api/v2/alerts":
                return self.alerts
            case "/verdicts" | "/effects":
                return self.verdicts if path == "/verdicts" else self.effects
            case "/state":
                numbers = dict.fromkeys(("requests", "skipped", "spans", "log_records", "log_lines"), 0)
                parts = [{"system": system, "component": "any", "kind": "worker"} for system in self.running]
                rest = {"load": 1, "offered_per_second": 8, "lag_seconds": 0, "carried": True}
                return {"parts": parts, **rest, **numbers}
            case "/notifications":
                limit = int(query.get("limit", "1000"))
                return self.inbox.find(int(query.get("since", "0")), kind=query.get("kind", ""), limit=limit)
        raise KeyError(path)

    def fire(self, name: str, severity: str = "critical", **given: Any) -> None:
        """Have Alertmanager hold an alert. ``given``: labels, annotations, and ``status`` as Alertmanager has it."""
        labels = {
            "alertname": name,
            "severity": severity,
            "system": "cloudmart",
            "component": "backend",
            "team": "shop",
        }
        status = {"state": "active", "silencedBy": [], "inhibitedBy": []} | given.get("status", {})
        self.alerts.append(
            {
                "fingerprint": f"{name.lower()}-{len(self.alerts)}",
                "labels": labels | given.get("labels", {}),
                "annotations": {"summary": f"{name} of the backend"} | given.get("annotations", {}),
                "startsAt": (datetime.now(UTC) - timedelta(seconds=90)).isoformat(),
                "receivers": [{"name": "shop-critical-page"}],
                "generatorURL": f"{self.url}/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
                "status": status,
            }
        )

    def measure(self, objective: str, remaining: float, *, component: str = "backend", burn: float = 0.4) -> None:
        """Have Prometheus hold the recorded series of an objective of cloudmart."""
        of = {"system": "cloudmart", "component": component, "objective": objective}
        values = {names.BUDGET_REMAINING: remaining, names.burn_rate("1h"): burn, names.OBJECTIVE_RATIO: 0.999}
        if burn > 1:
            values[names.BUDGET_EXHAUSTION] = 30 * 86400 * remaining / burn
        self.series += [
            {"metric": {"__name__": name, **of}, "value": [0, str(value)]} for name, value in values.items()
        ]


class _Handler(BaseHTTPRequestHandler):
    fakes: Fakes

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        status, text = 200, self.fakes.broken.get(parts.path)
        if text is None:
            query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
            text = json.dumps(self.fakes.answer(parts.path, query))
        elif text.isdecimal():
            status = int(text)
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@contextmanager
def running(folder: Path, fresh_seconds: float = -1) -> Iterator[Fakes]:
    """The fakes and a console that asks them, with a part of the project's own files."""
    layout = Layout(folder)
    layout.folder.mkdir(parents=True)
    for name in _FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    fakes = Fakes(layout, Inbox(layout.inbox))
    with _answering(ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Handler,), {"fakes": fakes}))) as url:
        fakes.url = url
        with served(pages(layout, fresh_seconds)) as console:
            fakes.console = console
            endpoints(fakes).write(layout)
            yield fakes


def endpoints(fakes: Fakes, **changed: str) -> Endpoints:
    """Addresses that all lead to the fakes, but those ``changed``."""
    urls = ("prometheus", "alertmanager", "loki", "jaeger", "otlp_http", "blackbox", "inbox", "workload", "remediation")
    hosts = ("jaeger_otlp", "otlp_grpc", "smtp")
    given: dict[str, Any] = dict.fromkeys(urls, fakes.url) | dict.fromkeys(hosts, "127.0.0.1:1")
    folders = {"targets": fakes.layout.targets, "pod_logs": fakes.layout.pod_logs}
    given |= folders | {"environment": "prod", "cluster": "belfry-test", "console": fakes.console} | changed
    return Endpoints(**given)


@contextmanager
def _answering(server: ThreadingHTTPServer) -> Iterator[str]:
    """Its address while it serves."""
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
