"""Rate, errors, duration: recorded for every component that serves requests."""

from authoring.dashboards.queries import chosen
from authoring.rules.recording.boards import APDEX

REQUESTS = "component:requests:rate5m"
ERRORS = "component:request_errors:ratio_rate5m"
_PERCENTILE = "component:request_duration_seconds:p{}_rate5m"


def requests() -> str:
    """Requests a second, by component."""
    return f"sum by (system, component) ({chosen.component(REQUESTS)})"


def requests_in_all() -> str:
    """Requests a second of all that is chosen."""
    return f"sum({chosen.component(REQUESTS)})"


def error_ratio() -> str:
    """Share of failed requests, by component; of several clusters the worst."""
    return f"max by (system, component) ({chosen.component(ERRORS)})"


def error_ratio_in_all() -> str:
    """Share of failed requests of all that is chosen, each component weighed by its traffic."""
    errors, every = chosen.component(ERRORS), chosen.component(REQUESTS)
    return f"sum({errors} * {every}) / (sum({every}) > 0)"


def percentile(percent: int) -> str:
    """A percentile of durations in seconds, by component; of several clusters the worst."""
    return f"max by (system, component) ({chosen.component(_PERCENTILE.format(percent))})"


def apdex() -> str:
    """Apdex by component; of several clusters the worst."""
    return f"min by (system, component) ({chosen.component(APDEX)})"


def duration_exemplars() -> str:
    """The newest 99th percentile of traced requests: its exemplars are the way to the traces."""
    return f"histogram_quantile(0.99, sum by (le) ({chosen.rate(chosen.component(SPAN_SECONDS))}))"


SPAN_SECONDS = "traces_span_metrics_duration_seconds_bucket"


def duration_buckets() -> str:
    """All durations of traced requests, by bucket. Reads raw series."""
    return f"sum by (le) ({chosen.rate(chosen.component(SPAN_SECONDS))})"
