"""A real Prometheus with the keep-list: what its relabelings keep is what ours say they keep."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from benchmarks.series_listing import Listing, read
from configs.prometheus.keep_list import Job, relabelings
from configs.prometheus.relabeling import METRIC, kept
from tests.configs.collectors import START_SECONDS, free_ports, wait_for
from tests.configs.servers import running, series

JOBS = (Job.CADVISOR, Job.API_SERVER, Job.KUBE_STATE_METRICS, Job.NODE_EXPORTER)


def page(listing: Listing) -> str:
    """A target's answer with one series for each row of a listing."""
    lines = []
    for labels, _ in sorted(listing.series, key=lambda row: sorted(row[0].items())):
        inside = ",".join(f'{name}="{value}"' for name, value in labels.items() if name != METRIC)
        lines.append(f"{labels[METRIC]}{{{inside}}} 1\n")
    return "".join(lines)


@contextmanager
def served(pages: dict[str, str]) -> Iterator[str]:
    """Address of a server that answers with these pages."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(pages[self.path].encode())

        def log_message(self, *_: Any) -> None:
            """Nothing: the tests' output is for findings."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def prometheus(config: dict[str, Any], folder: Path) -> Iterator[str]:
    """Its URL."""
    (port,) = free_ports(1)
    file = folder / "prometheus.yaml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    url = f"http://127.0.0.1:{port}"
    arguments = [
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with running("prometheus", arguments, folder, f"{url}/-/ready"):
        yield url


def test_prometheus_keeps_exactly_the_series_on_the_keep_list(tmp_path: Path) -> None:
    listings = {job: read(job) for job in JOBS}
    with served({f"/{job}": page(listing) for job, listing in listings.items()}) as target:
        config = {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
            "scrape_configs": [
                {
                    "job_name": str(job),
                    "metrics_path": f"/{job}",
                    "static_configs": [{"targets": [target]}],
                    "metric_relabel_configs": [rule.as_prometheus() for rule in relabelings(job)],
                }
                for job in JOBS
            ],
        }
        with prometheus(config, tmp_path) as url:
            wait_for(lambda: len(series(url, "up == 1")) == len(JOBS), START_SECONDS)
            for job, listing in listings.items():
                expected = {frozenset(labels.items()) for labels, _ in listing.series if kept(relabelings(job), labels)}
                own = f'{{job="{job}", __name__!~"up|scrape_.*"}}'
                found = {
                    frozenset((name, value) for name, value in labels.items() if name not in {"job", "instance"})
                    for labels in series(url, own)
                }
                assert expected
                assert found == expected
