"""A real Prometheus, a real Jaeger and a real Loki, as the stores behind the collectors."""

import http.client
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import yaml

from configs.prometheus.prometheus_stack import LATE_MINUTES
from configs.stores.jaeger import JaegerInput, Memory, Ports, jaeger, ui
from configs.stores.loki import Listen, LokiInput, document
from tests import tools
from tests.configs.collectors import START_SECONDS, free_ports, wait_for


@contextmanager
def prometheus(folder: Path) -> Iterator[str]:
    """Its URL. It takes OTLP, late samples too, as the configuration of the cluster's has it."""
    (port,) = free_ports(1)
    config = folder / "prometheus.yaml"
    config.write_text(
        yaml.safe_dump({"storage": {"tsdb": {"out_of_order_time_window": f"{LATE_MINUTES}m"}}}), encoding="utf-8"
    )
    url = f"http://127.0.0.1:{port}"
    arguments = [
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-otlp-receiver",
    ]
    with running("prometheus", arguments, folder, f"{url}/-/ready"):
        yield url


@contextmanager
def running_jaeger(folder: Path, prometheus_url: str) -> Iterator[Ports]:
    """Its ports: the produced configuration with memory, on this machine."""
    ports = Ports(**dict(zip(Ports.__slots__, free_ports(len(Ports.__slots__)), strict=True)))
    pages = folder / "ui.json"
    given = JaegerInput(
        storage=Memory(),
        prometheus=prometheus_url,
        grafana="https://grafana.example.com",
        host="127.0.0.1",
        ports=ports,
        ui_file=str(pages),
    )
    pages.write_text(json.dumps(ui(given)), encoding="utf-8")
    config = folder / "jaeger.yaml"
    config.write_text(yaml.safe_dump(jaeger(given)), encoding="utf-8")
    with running("jaeger", [f"--config={config}"], folder, f"http://127.0.0.1:{ports.health}/status"):
        yield ports


@contextmanager
def running_loki(folder: Path, given: LokiInput) -> Iterator[int]:
    """Its port: the produced configuration on this machine."""
    http_port, grpc = free_ports(2)
    config = folder / "loki.yaml"
    listen = Listen(host="127.0.0.1", http=http_port, grpc=grpc)
    config.write_text(yaml.safe_dump(document(given, listen)), encoding="utf-8")
    with running("loki", [f"-config.file={config}"], folder, f"http://127.0.0.1:{http_port}/ready"):
        yield http_port


def get(url: str, path: str, **query: str | int) -> Any:
    """The JSON that a server answers with; None when it does not answer with a success."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    try:
        connection.request("GET", f"{path}?{urlencode(query)}" if query else path)
        answer = connection.getresponse()
        body = answer.read()
        return json.loads(body) if answer.status == HTTPStatus.OK else None
    except OSError:
        return None
    finally:
        connection.close()


def series(url: str, selector: str) -> list[dict[str, str]]:
    """Labels of the series that a Prometheus has for ``selector``."""
    found: dict[str, Any] = get(url, "/api/v1/query", query=selector) or {"data": {"result": []}}
    return [sample["metric"] for sample in found["data"]["result"]]


@contextmanager
def running(program: str, arguments: list[str], folder: Path, ready: str) -> Iterator[None]:
    """The program at work once ``ready``, a URL, answers; what it prints lies in ``folder``."""
    output = folder / "output.txt"
    with output.open("wb") as stream:
        process = subprocess.Popen(
            [tools.find(program), *arguments], stdout=stream, stderr=stream, env=dict(os.environ), cwd=folder
        )
    try:
        wait_for(lambda: process.poll() is not None or _ready(ready), START_SECONDS)
        assert process.poll() is None, output.read_text(encoding="utf-8")
        yield
    finally:
        process.kill()  # nothing to keep; Jaeger would take ten seconds to say goodbye
        process.wait(START_SECONDS)


def _ready(url: str) -> bool:
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.netloc, timeout=1)
    try:
        connection.request("GET", where.path)
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
