"""Rate, errors and duration of parts that serve requests."""

from collections.abc import Callable

from authoring.signals.query import MINIMUM_REQUESTS, Measured, Query
from authoring.slo.promql import number
from model.catalog.components import Component

DURATIONS = "component:request_duration_seconds_bucket:rate5m"
"""Requests a second by bucket of their duration. Raw buckets are most of what rules read: quantiles share these."""


def rate(m: Measured) -> Query | None:
    """Requests a second."""
    if m.requests is None:
        return None
    return Query(m.rate(m.requests.requests), "component:requests:rate5m")


def enough_requests(m: Measured) -> str:
    """What holds while there are enough requests for a ratio or a quantile."""
    return f"{m.series('component:requests:rate5m')} * 300 >= {MINIMUM_REQUESTS}"


def error_rate(m: Measured) -> Query | None:
    """The share of requests that the server failed."""
    if m.requests is None:
        return None
    failed = m.rate(m.requests.requests, f'{m.requests.status_label}=~"5.."')
    return Query(
        m.ratio(failed, m.rate(m.requests.requests)), "component:request_errors:ratio_rate5m", enough_requests(m)
    )


def durations(m: Measured) -> Query | None:
    """Requests a second by bucket of their duration."""
    if m.requests is None:
        return None
    return Query(m.rate(f"{m.requests.duration}_bucket", by="cluster, le"), DURATIONS)


def latency(quantile: str) -> Callable[[Measured], Query | None]:
    """A quantile of the duration, such as "0.95"."""

    def query(m: Measured) -> Query | None:
        if m.requests is None:
            return None
        record = f"component:request_duration_seconds:p{quantile[2:].ljust(2, '0')}_rate5m"
        buckets = f"sum by (cluster, le) ({m.series(DURATIONS)})"
        return Query(f"histogram_quantile({quantile}, {buckets})", record, enough_requests(m))

    return query


def request_flood(m: Measured) -> Query | None:
    """The rate as a share of what the catalog expects at the busy hour."""
    if m.requests is None or not isinstance(m.part, Component) or not m.part.load.requests_per_second:
        return None
    expected = number(m.part.load.requests_per_second)
    return Query(f"{m.series('component:requests:rate5m')} / {expected}", "component:requests_of_expected_peak:ratio")
