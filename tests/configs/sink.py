"""A sink that stands for Loki, Prometheus and Jaeger, and the ways to send OTLP and to read it."""

import gzip
import http.client
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue, KeyValueList

from configs.collector.parts import Listen


@dataclass(frozen=True)
class Record:
    """A log record, a span or a data point: what tests look at."""

    name: str  # body of a log record, name of a span or metric
    attributes: dict[str, Any]
    resource: dict[str, Any]
    value: Any  # the protobuf message


@dataclass
class Sink:
    """Stands for Loki, Prometheus (HTTP) and Jaeger (gRPC). ``refusing`` makes it an outage."""

    http: int = 0
    grpc: int = 0
    refusing: bool = False
    logs: list[Record] = field(default_factory=list)
    points: list[Record] = field(default_factory=list)
    spans: list[Record] = field(default_factory=list)

    def take_logs(self, request: ExportLogsServiceRequest) -> None:
        for block in request.resource_logs:
            for scope in block.scope_logs:
                for record in scope.log_records:
                    self.logs.append(
                        Record(
                            str(plain(record.body)), pairs(record.attributes), pairs(block.resource.attributes), record
                        )
                    )

    def take_metrics(self, request: ExportMetricsServiceRequest) -> None:
        for block in request.resource_metrics:
            for scope in block.scope_metrics:
                for metric in scope.metrics:
                    data = getattr(metric, metric.WhichOneof("data") or "gauge")
                    for point in data.data_points:
                        self.points.append(
                            Record(metric.name, pairs(point.attributes), pairs(block.resource.attributes), point)
                        )

    def take_spans(self, request: ExportTraceServiceRequest) -> None:
        for block in request.resource_spans:
            for scope in block.scope_spans:
                for span in scope.spans:
                    self.spans.append(Record(span.name, pairs(span.attributes), pairs(block.resource.attributes), span))


@contextmanager
def sink() -> Iterator[Sink]:
    """A running sink."""
    taken = Sink()

    class Http(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            if taken.refusing:
                self.send_error(503)
                return
            if self.path == "/otlp/v1/logs":
                taken.take_logs(ExportLogsServiceRequest.FromString(body))
            elif self.path == "/api/v1/otlp/v1/metrics":
                taken.take_metrics(ExportMetricsServiceRequest.FromString(body))
            else:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    class Traces(trace_service_pb2_grpc.TraceServiceServicer):
        def Export(self, request: ExportTraceServiceRequest, context: Any) -> ExportTraceServiceResponse:  # noqa: N802
            taken.take_spans(request)
            return ExportTraceServiceResponse()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Http)
    taken.http = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    rpc = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Traces(), rpc)  # type: ignore[no-untyped-call]
    taken.grpc = rpc.add_insecure_port("127.0.0.1:0")
    rpc.start()
    try:
        yield taken
    finally:
        rpc.stop(0).wait()
        server.shutdown()
        server.server_close()
        thread.join()


def post(port: int, path: str, body: bytes, headers: Mapping[str, str]) -> Mapping[str, str]:
    """A POST to this machine; the headers of the answer, which must be a success."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", path, body, dict(headers))
        answer = connection.getresponse()
        assert answer.status in {200, 202, 204}, answer.read()
        return dict(answer.getheaders())
    finally:
        connection.close()


def send(listen: Listen, path: str, request: Message) -> None:
    """OTLP over HTTP, as an SDK does."""
    post(listen.otlp_http, path, request.SerializeToString(), {"Content-Type": "application/x-protobuf"})


def pairs(attributes: Sequence[KeyValue]) -> dict[str, Any]:
    """Attributes as a dictionary."""
    return {pair.key: plain(pair.value) for pair in attributes}


def plain(value: AnyValue) -> Any:
    """A value of OTLP as Python has it."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "kvlist_value":
        return pairs(value.kvlist_value.values)
    if kind == "array_value":
        return [plain(item) for item in value.array_value.values]
    return getattr(value, kind)


def attributes(values: Mapping[str, Any]) -> list[KeyValue]:
    """A dictionary as attributes."""
    return [KeyValue(key=key, value=any_value(value)) for key, value in values.items()]


def any_value(value: Any) -> AnyValue:
    """A Python value as OTLP has it."""
    match value:
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case Mapping():
            return AnyValue(kvlist_value=KeyValueList(values=attributes(value)))
        case _:
            return AnyValue(string_value=str(value))
