"""Throughput of the gateway's log pipeline on one core: identity, parsing, redaction, counting, the queue on disk.

    python -m benchmarks.collector [RECORDS]

Lines of the structured contract, one in ten with a secret, are sent over OTLP as fast as the gateway takes them. The
collector may use one core (GOMAXPROCS=1 and its affinity); this program and the sink use the others. The bare number
is the same gateway without parsing and redaction: the difference is their price.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from rich.console import Console
from rich.table import Table

from configs.collector import identity, logs, redaction
from configs.collector.gateway import GatewayInput, Loki, gateway
from configs.collector.parts import Config
from tests.configs import collectors, sink
from tests.configs.collector_examples import CATALOG
from tests.configs.sink import any_value, attributes, post

BATCH = 1000


@dataclass(frozen=True)
class Result:
    """One run."""

    name: str
    records_per_second: float
    mib_per_second: float
    cpu_microseconds: float  # of the collector, for each record


def requests(records: int) -> tuple[list[bytes], int]:
    """Requests of :data:`BATCH` records, and the bytes of all their bodies."""
    made, size = [], 0
    for start in range(0, records, BATCH):
        request = ExportLogsServiceRequest()
        block = request.resource_logs.add()
        block.resource.attributes.extend(attributes({"service.namespace": "cloudmart", "service.name": "backend"}))
        scope = block.scope_logs.add()
        for number in range(start, min(start + BATCH, records)):
            secret = " card 4111 1111 1111 1111 of jane@example.com" if number % 10 == 0 else ""
            line = json.dumps(
                {
                    "timestamp": "2026-01-02T19:30:00.123Z",
                    "level": "INFO",
                    "service": "backend",
                    "request_id": f"req-{number}",
                    "correlation_id": f"cor-{number}",
                    "user_id": "user-789",
                    "action": "place_order",
                    "duration_ms": 245,
                    "message": f"order {number} placed with 3 articles, total 59.90 USD, shipped from store 7{secret}",
                }
            )
            size += len(line)
            scope.log_records.add(
                time_unix_nano=time.time_ns(),
                body=any_value(line),
                attributes=attributes({"log.iostream": "stdout", "log.file.path": "/var/log/pods/x/0.log"}),
            )
        made.append(request.SerializeToString())
    return made, size


def measure(name: str, without: Sequence[str], bodies: Sequence[bytes], records: int, size: int) -> Result:
    """Send everything and wait until the last record arrived."""
    with tempfile.TemporaryDirectory() as folder, sink.sink() as backends:
        runtime = collectors.runtime(Path(folder))
        store = f"http://127.0.0.1:{backends.http}"
        config = gateway(
            GatewayInput(
                cluster="bench",
                environment="dev",
                systems=CATALOG.systems,
                loki=Loki(url=store),
                prometheus=[store],
                samplers=["127.0.0.1:1"],
                runtime=runtime,
            )
        )
        _drop(config, without)
        os.environ["GOMAXPROCS"] = "1"
        with collectors.running(config, runtime, Path(folder)) as process:
            os.sched_setaffinity(process.pid, {0})
            before = _cpu_seconds(process.pid)
            for body in bodies:
                post(runtime.listen.otlp_http, "/v1/logs", body, {"Content-Type": "application/x-protobuf"})
            collectors.wait_for(lambda: len(backends.logs) >= records, 120)
            cpu = _cpu_seconds(process.pid) - before
        assert len(backends.logs) == records, f"{len(backends.logs)} of {records} arrived"
    # What one core could do: the collector's own CPU time, not the time that this program needed to feed it.
    per_second = records / cpu
    return Result(name, per_second, size / records * per_second / 2**20, cpu / records * 1e6)


def main(records: int) -> None:
    """Measure and print."""
    bodies, size = requests(records)
    steps = (logs.PARSE, *redaction.LOGS_AND_TRACES)
    results = [
        measure("whole pipeline", (), bodies, records, size),
        measure("without redaction", redaction.LOGS_AND_TRACES, bodies, records, size),
        measure("without parsing and redaction", steps, bodies, records, size),
    ]
    table = Table(title=f"Log pipeline of the gateway, {records} records of {size // records} bytes, one core")
    for column in ("pipeline", "records/s", "MiB/s", "CPU us/record"):
        table.add_column(column, justify="left" if column == "pipeline" else "right")
    for result in results:
        table.add_row(
            result.name,
            f"{result.records_per_second:,.0f}",
            f"{result.mib_per_second:.1f}",
            f"{result.cpu_microseconds:.0f}",
        )
    Console().print(table)


def _drop(config: Config, names: Sequence[str]) -> None:
    pipeline = config["service"]["pipelines"]["logs"]
    assert identity.IDENTITY in pipeline["processors"]
    pipeline["processors"] = [name for name in pipeline["processors"] if name not in names]


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
