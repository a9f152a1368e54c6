"""The telemetry contract: which series, logs and traces a component declares."""

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from model import names
from model.base import Model, Text, UrlPath
from model.quantities import Duration
from model.regular_expressions import regular_expression
from model.vocabulary import LogFormat, MetricType, Signal, Unit, Vocabulary

_NAME = r"^[a-zA-Z_][a-zA-Z0-9_]*$"
MetricName = Annotated[str, Field(pattern=_NAME, max_length=200, description="A Prometheus metric name.")]
LabelName = Annotated[str, Field(pattern=_NAME, max_length=100, description="A Prometheus label name.")]


def _matcher(text: str) -> str:
    if pattern := re.fullmatch(r'\w+[=!]~"(.*)"', text):
        regular_expression(pattern[1])
    return text


# Stands in queries as it is, so nothing that would end its string: no quote, no backslash, no line break.
Matcher = Annotated[
    str,
    Field(
        pattern=r'^[a-zA-Z_][a-zA-Z0-9_]*(=|!=|=~|!~)"[^"\\\x00-\x1f\x7f-\x9f\u2028\u2029]*"$',
        description='One PromQL label matcher, such as status=~"5..". Its regular expressions are those of RE2.',
    ),
    AfterValidator(_matcher),
]


class Series(Model):
    """A metric and the matchers that choose its series. ``system`` and ``component`` are added by Belfry."""

    metric: MetricName
    where: tuple[Matcher, ...] = ()


class Metric(Model):
    """One metric a component exposes beside its preset."""

    name: MetricName
    type: MetricType
    unit: Unit
    labels: tuple[LabelName, ...] = ()
    description: Text


DurationUnit = Annotated[
    Literal["seconds", "milliseconds"],
    Field(description="Of the histogram's values and bucket boundaries. Thresholds are durations in either case."),
]


def in_unit(seconds: Decimal, unit: DurationUnit) -> Decimal:
    """Seconds as a value of a histogram in ``unit``."""
    return seconds * 1000 if unit == "milliseconds" else seconds


class HttpMetrics(Model):
    """Names of a request-serving component's metrics; the duration histogram's count is the request rate."""

    requests: MetricName = Field(description="Counter of requests, by status.")
    duration: MetricName = Field(description="Histogram of request durations, without the suffix.")
    unit: DurationUnit = "seconds"
    status_label: LabelName
    route_label: LabelName


class Preset(Vocabulary):
    """Ready-made contracts for request-serving components."""

    OPENTELEMETRY_HTTP_SERVER = (
        "opentelemetry-http-server",
        "OpenTelemetry's stable HTTP semantic conventions: http_server_request_duration_seconds.",
    )
    PROMETHEUS_HTTP = (
        "prometheus-http",
        "The Prometheus classics: http_requests_total, http_request_duration_seconds.",
    )
    NONE = ("none", "Serves no HTTP requests, or does not measure them.")


PRESETS: dict[Preset, HttpMetrics | None] = {
    # https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ with the Prometheus exporter's naming.
    Preset.OPENTELEMETRY_HTTP_SERVER: HttpMetrics(
        requests="http_server_request_duration_seconds_count",
        duration="http_server_request_duration_seconds",
        status_label="http_response_status_code",
        route_label="http_route",
    ),
    # The names of the Prometheus documentation and of most client-library middlewares.
    Preset.PROMETHEUS_HTTP: HttpMetrics(
        requests="http_requests_total",
        duration="http_request_duration_seconds",
        status_label="status",
        route_label="route",
    ),
    Preset.NONE: None,
}


class Histogram(StrEnum):
    """Suffixes of a classic histogram's series."""

    BUCKET = "bucket"
    COUNT = "count"
    SUM = "sum"


def series_names(metrics: Iterable[Metric]) -> frozenset[str]:
    """Names of the series that ``metrics`` make in Prometheus: a histogram makes three, and a native one itself."""
    names = set()
    for metric in metrics:
        names.add(metric.name)
        if metric.type is MetricType.HISTOGRAM:
            names |= {f"{metric.name}_{part}" for part in Histogram}
    return frozenset(names)


_LONGEST_PORT_NAME = 15


def _port_name(name: str) -> str:
    letters = re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name, re.ASCII) and re.search("[a-z]", name)
    if not letters or len(name) > _LONGEST_PORT_NAME:
        raise ValueError(
            f"found {name!r}; allowed: a port's name, at most {_LONGEST_PORT_NAME} of lower case, digits and single "
            "hyphens, at least one letter: Kubernetes allows no others"
        )
    return name


PortName = Annotated[
    str, AfterValidator(_port_name), Field(description="Name of the container's or Service's port (IANA_SVC_NAME).")
]


class OwnProgram(Vocabulary):
    """Programs that Belfry deploys itself, and whose numbers may be a component's."""

    SECURITY_POSTURE = (
        names.SECURITY_POSTURE,
        "Vulnerabilities, security score and policy violations, from the account's AWS services.",
    )


class Scrape(Model):
    """Where Prometheus finds the component's metrics."""

    port: PortName = "http-metrics"
    path: UrlPath = "/metrics"
    program: OwnProgram | None = Field(
        default=None, description="One of Belfry's own programs, which exposes them for the component."
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        stated = self.model_fields_set & {"port", "path"}
        if self.program and stated:
            raise ValueError(
                f"found program {self.program} with {' and '.join(sorted(stated))}; allowed: only program, Belfry "
                f"knows its port"
            )
        return self


# The default of every OpenTelemetry SDK:
# https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#periodic-exporting-metricreader
PUSH_INTERVAL = Duration("60s")
# Below, every push costs more than it shows; above, two missing pushes are more than the five minutes for which
# Prometheus remembers a sample.
_PUSH_LEAST, _PUSH_MOST = 5, 120


def _push_interval(interval: Duration) -> Duration:
    if not (_PUSH_LEAST <= interval.seconds <= _PUSH_MOST and interval.seconds % 1 == 0):
        raise ValueError(
            f"found {interval}; allowed: {_PUSH_LEAST}s to {_PUSH_MOST}s, the SDK's own is {PUSH_INTERVAL}"
        )
    return interval


class Telemetry(Model):
    """What a component sends. The preset names its request metrics; ``http`` may rename single ones."""

    preset: Preset = Preset.NONE
    http: HttpMetrics | None = Field(default=None, description="Replaces the preset where names differ from it.")
    scrape: Scrape | None = Field(default=None, description="Absent: metrics come by OTLP to the collector.")
    push_interval: Annotated[Duration, AfterValidator(_push_interval)] | None = Field(
        default=None,
        description="How often it pushes metrics by OTLP, 5s to 2m: OTEL_METRIC_EXPORT_INTERVAL in milliseconds. "
        "Absent: 60s, the default of every SDK.",
    )
    metrics: tuple[Metric, ...] = ()
    logs: LogFormat = LogFormat.STRUCTURED
    traces: bool = True

    @model_validator(mode="after")
    def _one_source_of_names(self) -> Self:
        if self.http and self.preset is not Preset.NONE:
            raise ValueError("found both http and a preset; allowed: one of them names the request metrics")
        return self

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.scrape and self.push_interval:
            raise ValueError(
                "found both scrape and push_interval; allowed: one of them, scraped metrics are not pushed"
            )
        return self

    @property
    def requests(self) -> HttpMetrics | None:
        """The names of the request metrics, or None for a component that serves no requests."""
        return self.http or PRESETS[self.preset]

    @property
    def metric_names(self) -> frozenset[str]:
        """Every series name of the contract, the preset's among them."""
        names = series_names(self.metrics)
        if http := self.requests:
            names |= {http.requests, http.duration, *(f"{http.duration}_{part}" for part in Histogram)}
        return names


# How the names of series begin that come from browsers, by Faro and the collector alone.
BROWSER_PREFIX = "web_"
_HISTOGRAMS = ("web_vitals_cls", "web_vitals_inp_seconds", "web_vitals_lcp_seconds")

# Seconds. 2.5 and 4 s are where the Core Web Vitals call LCP good and poor, 0.2 and 0.5 s INP.
BROWSER_BUCKETS: Final = {
    Signal.LARGEST_CONTENTFUL_PAINT: (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0),
    Signal.INTERACTION_TO_NEXT_PAINT: (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0),
    Signal.CUMULATIVE_LAYOUT_SHIFT: (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0),  # good up to 0.1, poor from 0.25
}
BROWSER_SERIES = frozenset(
    {
        "web_errors_total",
        "web_page_views_total",
        *(name + suffix for name in _HISTOGRAMS for suffix in ("", *(f"_{part}" for part in Histogram))),
    }
)
"""The collector makes them of what browsers send: no component exposes them, so no other can ever exist."""
