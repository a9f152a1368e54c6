"""Runs the produced collector configurations in the real collector.

The configurations are taken as they are. Two things are done to a copy: components that the local build has not
(:data:`NOT_BUILT`) are taken out, and periods that a test would wait for are shortened.
"""

import copy
import http.client
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

import yaml

from configs.collector.parts import ARGUMENTS, Config, Listen, Runtime
from tests import tools

PROGRAM = "otelcol"
# Their Go modules are in no module proxy, so the local build lacks them; the cluster's image has them.
NOT_BUILT = frozenset({"awscloudwatchlogs", "elasticsearch", "host_metrics", "k8sobjects", "kubeletstats"})
KINDS = ("receivers", "processors", "exporters", "connectors", "extensions")
# What the chart gives every pod.
ENVIRONMENT = {
    "MY_POD_IP": "127.0.0.1",
    "OTEL_K8S_POD_NAME": "otel-0",
    "OTEL_K8S_NODE_NAME": "node-1",
    "OTEL_K8S_NODE_IP": "127.0.0.1",
    "ELASTICSEARCH_PASSWORD": "made-up",
}
START_SECONDS = 30
# Periods in which processors and connectors send.
SHORTER = {"metrics_flush_interval": "500ms", "interval": "200ms"}
T = TypeVar("T")


def kind_of(name: str) -> str:
    """`otlp_grpc` of `otlp_grpc/gateway`."""
    return name.partition("/")[0]


def without(config: Config, absent: frozenset[str] = NOT_BUILT) -> Config:
    """A copy without the components of ``absent``, and without the pipelines that had nothing else."""
    reduced = copy.deepcopy(config)
    for kind in KINDS:
        reduced[kind] = {name: part for name, part in reduced.get(kind, {}).items() if kind_of(name) not in absent}
    pipelines = reduced["service"]["pipelines"]
    for name, pipeline in list(pipelines.items()):
        for kind in ("receivers", "processors", "exporters"):
            pipeline[kind] = [part for part in pipeline.get(kind, []) if kind_of(part) not in absent]
        if not pipeline["receivers"] or not pipeline["exporters"]:
            del pipelines[name]
    return reduced


def hurried(config: Config) -> Config:
    """A copy whose batches and last lines wait less: a test waits for each of them."""
    hurried = copy.deepcopy(config)
    for exporter in hurried["exporters"].values():
        if "batch" in exporter.get("sending_queue", {}):
            exporter["sending_queue"]["batch"]["flush_timeout"] = "20ms"
        if "retry_on_failure" in exporter:
            exporter["retry_on_failure"]["initial_interval"] = "100ms"
    for part in (*hurried["processors"].values(), *hurried.get("connectors", {}).values()):
        part |= {period: shorter for period, shorter in SHORTER.items() if period in part}
    for receiver in hurried["receivers"].values():
        for operator in receiver.get("operators", ()):
            if "force_flush_period" in operator:
                operator["force_flush_period"] = "200ms"
    return hurried


def validate(config: Config, folder: Path) -> str:
    """What the collector says against ``config``; empty when it takes it."""
    file = write(config, folder)
    done = subprocess.run(
        [tools.find(PROGRAM), "validate", "--config", file, *ARGUMENTS],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **ENVIRONMENT},
        timeout=START_SECONDS,
    )
    return "" if done.returncode == 0 else done.stderr + done.stdout


def write(config: Config, folder: Path) -> Path:
    """``config`` as a file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return file


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


def runtime(folder: Path, host: str = "127.0.0.1") -> Runtime:
    """A runtime on free ports of this machine."""
    names = ("otlp_grpc", "otlp_http", "zipkin", "jaeger_grpc", "jaeger_http", "faro", "metrics", "health")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    return Runtime(
        listen=Listen(host=host, **ports), storage_folder=str(folder / "queue"), queue_mib=16, instance="otel-0"
    )


@contextmanager
def running(config: Config, given: Runtime, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The collector with ``config`` (without what the build lacks, and hurried), from ready to ended."""
    file = write(hurried(without(config)), folder)
    output = folder / "output.txt"
    with output.open("wb") as stream:
        process = subprocess.Popen(
            [tools.find(PROGRAM), "--config", file, *ARGUMENTS],
            stdout=stream,
            stderr=stream,
            env={**os.environ, **ENVIRONMENT},
        )
    try:
        wait_for(lambda: process.poll() is not None or _healthy(given.listen), START_SECONDS)
        assert process.poll() is None, output.read_text(encoding="utf-8")
        yield process
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def wait_for(condition: Callable[[], T], seconds: float) -> T:
    """The first true answer of ``condition``; the last one when the time is over."""
    end = time.monotonic() + seconds
    while not (answer := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return answer


def _healthy(listen: Listen) -> bool:
    connection = http.client.HTTPConnection(listen.host.strip("[]"), listen.health, timeout=1)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
