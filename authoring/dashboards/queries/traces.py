"""What spans tell: operations of a component, and who calls whom. Raw series, so below the fold."""

from authoring.dashboards.queries import chosen
from authoring.dashboards.queries.red import SPAN_SECONDS

CALLS = "traces_service_graph_request_total"
FAILED = "traces_service_graph_request_failed_total"


def slowest_operations(count: int = 15) -> str:
    """The slowest operations by their 95th percentile of the last minutes."""
    buckets = chosen.component(SPAN_SECONDS, where='span_kind=~"SPAN_KIND_SERVER|SPAN_KIND_CONSUMER"')
    return f"topk({count}, histogram_quantile(0.95, sum by (span_name, le) ({chosen.rate(buckets)})) > 0)"


def calls_to() -> str:
    """Calls a second of the chosen components, by whom they call."""
    return f"sort_desc(sum by (server) ({chosen.rate(_of('client'))}) > 0)"


def calls_from() -> str:
    """Calls a second to the chosen components, by caller."""
    return f"sort_desc(sum by (client) ({chosen.rate(_of('server'))}) > 0)"


def failing_calls_to() -> str:
    """Share of calls that fail, by whom they call."""
    failed = chosen.rate(_of("client", FAILED))
    return f"sum by (server) ({failed}) / (sum by (server) ({chosen.rate(_of('client'))}) > 0)"


def _of(side: str, metric: str = CALLS) -> str:
    return chosen.cluster(metric, where=f'{side}=~"$component"')
