"""Requests of three services, of which the one in the middle sends what a store cannot take."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, ResourceMetrics

from tests.configs.sink import any_value, attributes

DELTA, CUMULATIVE, UNSPECIFIED, UNKNOWN = 1, 2, 0, 9
HOUR = 3_600_000_000_000  # nanoseconds
# Python refuses to write invalid UTF-8 into a message: this is replaced in the bytes, by as many.
BROKEN, BYTES = "br_oken_", b"br\xffok\xfen_"

OfMetric = Callable[[Metric], object]
OfLog = Callable[[LogRecord, ResourceLogs], object]


class OfBlock(Protocol):
    """Puts a metric with one point into a block of a stranger."""

    def __call__(self, block: ResourceMetrics, nanoseconds: int, value: int) -> None: ...


def number(value: float = 1, **more: Any) -> OfMetric:
    """A gauge; ``more``: its attributes."""
    return lambda metric: metric.gauge.data_points.add(
        as_double=value, time_unix_nano=time.time_ns(), attributes=attributes(more)
    )


def at(nanoseconds: int) -> OfMetric:
    """A gauge of another time, relative to now; none: of no time."""
    then = time.time_ns() + nanoseconds if nanoseconds else 0
    return lambda metric: metric.gauge.data_points.add(as_double=1, time_unix_nano=then)


def counter(temporality: int, value: float = 1, *, monotonic: bool = True) -> OfMetric:
    """A sum."""

    def fill(metric: Metric) -> None:
        metric.sum.aggregation_temporality = temporality  # type: ignore[assignment]
        metric.sum.is_monotonic = monotonic
        now = time.time_ns()
        metric.sum.data_points.add(as_double=value, time_unix_nano=now, start_time_unix_nano=now - HOUR // 60)

    return fill


def histogram(temporality: int) -> OfMetric:
    """A classic histogram of three observations."""

    def fill(metric: Metric) -> None:
        metric.histogram.aggregation_temporality = temporality  # type: ignore[assignment]
        now = time.time_ns()
        metric.histogram.data_points.add(
            count=3, sum=3, time_unix_nano=now, start_time_unix_nano=now - 1, explicit_bounds=[1], bucket_counts=[1, 2]
        )

    return fill


def exponential(temporality: int = CUMULATIVE, *, count: int = 3, scale: int = 2) -> OfMetric:
    """An exponential histogram whose buckets hold three observations."""

    def fill(metric: Metric) -> None:
        metric.exponential_histogram.aggregation_temporality = temporality  # type: ignore[assignment]
        now = time.time_ns()
        point = metric.exponential_histogram.data_points.add(
            count=count, sum=3, scale=scale, time_unix_nano=now, start_time_unix_nano=now - 1
        )
        point.positive.bucket_counts.extend([1, 2])

    return fill


def labelled(key: str, value: Any = "v") -> OfMetric:
    """A gauge with one attribute."""
    return number(**{key: value})


# Case -> the fault that is counted (none: nothing is wrong with it, or it is repaired silently), whether series of it
# are stored, and its metric.
METRICS: Mapping[str, tuple[str | None, bool, OfMetric]] = {
    "delta-sum": ("delta-temporality", True, counter(DELTA)),
    "delta-histogram": ("delta-temporality", True, histogram(DELTA)),
    "delta-exponential": ("delta-temporality", True, exponential(DELTA)),
    "delta-up-and-down": ("unconvertible-temporality", False, counter(DELTA, monotonic=False)),
    "unknown-sum": ("unconvertible-temporality", False, counter(UNKNOWN)),
    "unknown-histogram": ("unconvertible-temporality", False, histogram(UNKNOWN)),
    "unknown-exponential": ("unconvertible-temporality", False, exponential(UNKNOWN)),
    "unspecified-sum": ("unconvertible-temporality", False, counter(UNSPECIFIED)),
    "unspecified-histogram": ("unconvertible-temporality", False, histogram(UNSPECIFIED)),
    "unspecified-exponential": ("unconvertible-temporality", False, exponential(UNSPECIFIED)),
    "exponential": (None, True, exponential()),
    "exponential-of-a-low-scale": ("inconsistent-histogram", False, exponential(scale=-5)),
    "exponential-count-too-high": ("inconsistent-histogram", False, exponential(count=4)),
    "exponential-count-too-low": ("inconsistent-histogram", False, exponential(count=2)),
    "too-old": ("timestamp-out-of-range", False, at(-3 * HOUR)),
    "too-new": ("timestamp-out-of-range", False, at(HOUR)),
    "of-no-time": ("timestamp-out-of-range", False, at(0)),
    "late-but-in-time": (None, False, at(-HOUR // 2)),
    "not-a-number": (None, True, number(math.nan)),
    "infinite": (None, True, number(math.inf)),
    "no-data": (None, False, lambda metric: None),
    "no-points": (None, False, lambda metric: metric.gauge.SetInParent()),
    "empty-key": (None, True, labelled("")),
    "key-of-signs": (None, True, labelled("///")),
    "key-of-underscores": (None, True, labelled("__")),
    "reserved-key": (None, True, labelled("__name__")),
    "keys-that-become-one": (None, True, number(**{"a.b": 1, "a_b": 2})),
    "broken-value": (None, True, labelled("k", BROKEN)),
    "broken-key": (None, True, labelled(BROKEN)),
    "long-value": ("label-cut", True, labelled("k", "v" * 70_000)),
    "long-list": ("label-cut", True, labelled("k", {"a": "v" * 70_000})),
    "many-labels": ("too-many-labels", False, number(**{f"k{index}": 1 for index in range(100)})),
}
# The name itself is at fault: it is what the metric is called, and no case can be looked for by it.
NAMES: Mapping[str, str] = {"empty": "", "signs": "///", "underscores": "__", "accents": "éé"}


def point(kind: str, *, name: str = "x", unit: str = "", scope: str = "", pod: str = "1", **more: Any) -> OfBlock:
    """A metric with one point; ``more``: its attributes."""

    def fill(block: ResourceMetrics, nanoseconds: int, value: int) -> None:
        block.resource.attributes.extend(attributes({"service.instance.id": "1", "k8s.pod.name": pod}))
        scoped = block.scope_metrics.add()
        scoped.scope.name = scope
        data = getattr(scoped.metrics.add(name=name, unit=unit), "sum" if kind == "up_down" else kind)
        if kind not in {"gauge", "summary"}:
            data.aggregation_temporality = CUMULATIVE
        if kind == "sum":
            data.is_monotonic = True
        made = data.data_points.add(time_unix_nano=nanoseconds, attributes=attributes(more))
        if kind in {"gauge", "sum", "up_down"}:
            made.as_double = value
        else:
            made.count, made.sum = value, value
        if kind == "histogram":
            made.explicit_bounds.append(1)
            made.bucket_counts.extend([0, value])
        if kind == "exponential_histogram":
            made.positive.bucket_counts.append(value)

    return fill


# Two points that become samples of one series at one time, with two values.
DUPLICATES: Mapping[str, tuple[OfBlock, OfBlock]] = {
    "gauge": (point("gauge"), point("gauge")),
    "sum": (point("sum"), point("sum")),
    "histogram": (point("histogram"), point("histogram")),
    "exponential": (point("exponential_histogram"), point("exponential_histogram")),
    "summary": (point("summary"), point("summary")),
    "two-types": (point("gauge"), point("up_down")),
    "gauge-and-exponential": (point("gauge"), point("exponential_histogram")),
    "histogram-and-its-count": (point("histogram"), point("gauge", name="x_count")),
    "two-scopes": (point("gauge", scope="a"), point("gauge", scope="b")),
    "two-resources": (point("gauge", pod="1"), point("gauge", pod="2")),
    "names-that-become-one": (point("gauge", name="x.y"), point("gauge", name="x_y")),
    "name-with-its-unit": (point("gauge", unit="s"), point("gauge", name="x_seconds")),
    "name-with-its-suffix": (point("sum"), point("sum", name="x_total")),
    "keys-that-become-one": (point("gauge", **{"a.b": "v"}), point("gauge", a_b="v")),
}

LOGS: Mapping[str, tuple[str | None, OfLog]] = {
    "stack-trace": ("attributes-cut", lambda record, _: put(record, "exception.stacktrace", "\tat Shop.java\n" * 5000)),
    "long-key": ("attributes-cut", lambda record, _: put(record, "k" * 70_000, "v")),
    "long-number-of-attributes": (
        "attributes-cut",
        lambda record, _: put_all(record, {f"k{index}": "v" * 90 for index in range(1000)}),
    ),
    "long-map": ("attributes-cut", lambda record, _: put(record, "k", {"a": {"b": "v" * 70_000}})),
    "many-attributes": (None, lambda record, _: put_all(record, {f"k{index}": "v" for index in range(200)})),
    "many-in-a-map": (None, lambda record, _: put(record, "k", {f"k{index}": "v" for index in range(200)})),
    "long-body": ("body-cut", lambda record, _: record.body.CopyFrom(any_value("é" * 300_000))),
    "long-map-as-body": ("body-cut", lambda record, _: record.body.CopyFrom(any_value({"a": "v" * 300_000}))),
    "long-resource": ("resource-cut", lambda _, block: put(block.resource, "process.command_line", "v" * 70_000)),
    "long-scope": ("resource-cut", lambda _, block: put(block.scope_logs[0].scope, "k", "v" * 70_000)),
    "long-scope-name": (None, lambda _, block: setattr(block.scope_logs[0].scope, "name", "v" * 70_000)),
    "long-level": (None, lambda record, _: setattr(record, "severity_text", "v" * 70_000)),
    "too-old": ("timestamp-out-of-range", lambda record, _: move(record, -10 * 24 * HOUR)),
    "too-new": ("timestamp-out-of-range", lambda record, _: move(record, 10 * 24 * HOUR)),
    "of-no-time": (None, lambda record, _: setattr(record, "time_unix_nano", 0)),
    "empty-key": (None, lambda record, _: put(record, "", "v")),
    "key-of-signs": (None, lambda record, _: put(record, "///", "v")),
    "empty-key-of-resource": (None, lambda _, block: put(block.resource, "", "v")),
    "broken-body": (None, lambda record, _: record.body.CopyFrom(any_value(BROKEN))),
    "broken-value": (None, lambda record, _: put(record, "k", BROKEN)),
    "no-body": (None, lambda record, _: record.ClearField("body")),
}


def put(holder: Any, key: str, value: Any) -> None:
    """An attribute more."""
    put_all(holder, {key: value})


def put_all(holder: Any, more: Mapping[str, Any]) -> None:
    """Several more."""
    holder.attributes.extend(attributes(more))


def move(record: LogRecord, nanoseconds: int) -> None:
    """To another time."""
    record.time_unix_nano += nanoseconds


def metrics_request(case: str, name: str, fill: OfMetric) -> bytes:
    """A gauge `good` of `first` and `last`, and between them a metric of `stranger-<case>`."""

    def stranger(block: ResourceMetrics) -> None:
        fill(block.scope_metrics.add().metrics.add(name=name))

    return among_others(case, [_block(f"stranger-{case}", stranger)])


def duplicates(case: str, nanoseconds: int, values: Sequence[int]) -> list[ResourceMetrics]:
    """Blocks of `stranger-<case>`, one for each of ``values``, with points of one series at one time."""
    return [
        _block(f"stranger-{case}", partial(fill, nanoseconds=nanoseconds, value=value))
        for fill, value in zip(DUPLICATES[case], values, strict=True)
    ]


def among_others(case: str, blocks: Sequence[ResourceMetrics]) -> bytes:
    """``blocks`` between the gauges `good` of `first` and `last`."""
    return request_of(_good("first", case), *blocks, _good("last", case))


def request_of(*blocks: ResourceMetrics) -> bytes:
    """A request as bytes."""
    return _broken(ExportMetricsServiceRequest(resource_metrics=blocks).SerializeToString())


def _good(service: str, case: str) -> ResourceMetrics:
    return _block(service, lambda block: number(case=case)(block.scope_metrics.add().metrics.add(name="good")))


def _block(service: str, fill: Callable[[ResourceMetrics], object]) -> ResourceMetrics:
    block = ResourceMetrics()
    block.resource.attributes.extend(attributes({"service.namespace": "strange", "service.name": service}))
    fill(block)
    return block


def logs_request(case: str, fill: OfLog) -> bytes:
    """Nine ordinary records of `first` and one of `writer-<case>`."""
    request = ExportLogsServiceRequest()
    for service, count in (("first", 5), (f"writer-{case}", 1), ("first", 4)):
        block = request.resource_logs.add()
        block.resource.attributes.extend(attributes({"service.namespace": "strange", "service.name": service}))
        scope = block.scope_logs.add()
        for _ in range(count):
            record = scope.log_records.add(
                time_unix_nano=time.time_ns(), body=any_value("a line"), attributes=attributes({"case": case})
            )
            if service != "first":
                fill(record, block)
    return _broken(request.SerializeToString())


def _broken(request: bytes) -> bytes:
    return request.replace(BROKEN.encode(), BYTES)
