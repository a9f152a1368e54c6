"""What users get: rate, errors and duration of requests, and web vitals of pages as browsers measure them."""

from collections.abc import Callable, Iterable, Iterator

from authoring.promql import number, selector
from authoring.rules.signals.query import MINIMUM_REQUESTS, Measured, Query, of_part
from model.catalog.components import Component
from model.catalog.telemetry import Histogram, HttpMetrics
from model.vocabulary import ComponentKind

RATE = "component:requests:rate5m"


def distribution(http: HttpMetrics, where: Iterable[str], of: Callable[[str], str]) -> str:
    """``of`` the recorded durations of the component's requests, in their own unit: classic, or else native.

    Raw buckets are most of what rules read: quantiles share what is recorded of them.
    """
    matchers = list(where)
    classic, native = _records(http)
    buckets = f"sum by (cluster, le) ({selector(classic, matchers)})"
    return f"{of(buckets)}\n  or\n{of(f'sum by (cluster) ({selector(native, matchers)})')}"


def _records(http: HttpMetrics) -> tuple[str, str]:
    return f"component:request_duration_{http.unit}_bucket:rate5m", f"component:request_duration_{http.unit}:rate5m"


def rate(m: Measured) -> Query | None:
    """Requests a second."""
    return Query(_requests(m, m.requests), RATE) if m.requests else None


def _requests(m: Measured, http: HttpMetrics, *matchers: str) -> str:
    """Requests a second. Where the duration's histogram counts them, it may be a native one without a counter."""
    if http.requests == f"{http.duration}_{Histogram.COUNT}":
        return m.observations(http.duration, *matchers)
    return m.rate(http.requests, *matchers)


def enough_requests(m: Measured) -> str:
    """What holds while there are enough requests for a ratio or a quantile."""
    return f"{m.series(RATE)} * 300 >= {MINIMUM_REQUESTS}"


def error_rate(m: Measured) -> Query | None:
    """The share of requests that the server failed."""
    if m.requests is None:
        return None
    failed = _requests(m, m.requests, f'{m.requests.status_label}=~"5.."')
    every = f"sum by (cluster) ({m.series(RATE)})"
    return Query(m.ratio(failed, every), "component:request_errors:ratio_rate5m", enough_requests(m))


def durations(m: Measured) -> Iterator[Query]:
    """Requests a second by bucket of their duration, and as a native histogram."""
    if m.requests:
        classic, native = _records(m.requests)
        yield Query(m.rate(f"{m.requests.duration}_{Histogram.BUCKET}", by="cluster, le"), classic)
        yield Query(m.rate(m.requests.duration), native)


def latency(quantile: str) -> Callable[[Measured], Query | None]:
    """A quantile of the duration in seconds, such as "0.95"."""

    def query(m: Measured) -> Query | None:
        if m.requests is None:
            return None
        record = f"component:request_duration_seconds:p{quantile[2:].ljust(2, '0')}_rate5m"
        own = of_part(m.system, m.part)
        value = distribution(m.requests, own, lambda durations: f"histogram_quantile({quantile}, {durations})")
        if m.requests.unit == "milliseconds":
            value = f"(\n{value}\n) / 1000"
        return Query(value, record, enough_requests(m))

    return query


def request_flood(m: Measured) -> Query | None:
    """The rate as a share of what the catalog expects at the busy hour."""
    if m.requests is None or not isinstance(m.part, Component) or not m.part.load.requests_per_second:
        return None
    expected = number(m.part.load.requests_per_second)
    return Query(f"{m.series(RATE)} / {expected}", "component:requests_of_expected_peak:ratio")


def web_vital(histogram: str, record: str) -> Callable[[Measured], Query | None]:
    """What a quarter of the visitors is at or above, over half an hour."""

    def query(m: Measured) -> Query | None:
        if not isinstance(m.part, Component) or m.part.kind is not ComponentKind.FRONTEND:
            return None
        enough = f"{m.rate(f'{histogram}_count', window='30m')} * 1800 >= {MINIMUM_REQUESTS}"
        return Query(m.quantile("0.75", histogram, window="30m"), record, enough)

    return query
