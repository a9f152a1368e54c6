"""What spans tell: operations of a component, and who calls whom.

Operations and the calls of one component are raw series, so below the fold; the edges are recorded.
"""

from authoring.dashboards.queries import chosen
from authoring.dashboards.queries.red import SPAN_SECONDS
from authoring.rules.recording import product as series

CALLS = "traces_service_graph_request_total"
FAILED = "traces_service_graph_request_failed_total"

# A component in the service graph: its system and its name.
_CLIENT = (series.CLIENT_SYSTEM, series.CLIENT)
_SERVER = (series.SERVER_SYSTEM, series.SERVER)


def slowest_operations(count: int = 15) -> str:
    """The slowest operations by their 95th percentile of the last minutes."""
    buckets = chosen.component(SPAN_SECONDS, where='span_kind=~"SPAN_KIND_SERVER|SPAN_KIND_CONSUMER"')
    by = "system, component, span_name, le"
    return f"topk({count}, histogram_quantile(0.95, sum by ({by}) ({chosen.rate(buckets)})) > 0)"


def calls_to() -> str:
    """Calls a second of the chosen components, by whom they call."""
    return f"sort_desc(sum by ({_pair(_SERVER)}) ({chosen.rate(_of(_CLIENT))}) > 0)"


def calls_from() -> str:
    """Calls a second to the chosen components, by caller."""
    return f"sort_desc(sum by ({_pair(_CLIENT)}) ({chosen.rate(_of(_SERVER))}) > 0)"


def failing_calls_to() -> str:
    """Share of calls that fail, by whom they call."""
    by, failed = _pair(_SERVER), chosen.rate(_of(_CLIENT, FAILED))
    return f"sum by ({by}) ({failed}) / (sum by ({by}) ({chosen.rate(_of(_CLIENT))}) > 0)"


def _of(side: tuple[str, str], metric: str = CALLS) -> str:
    # By system too: components of two systems may have one name, and their calls would be added up.
    system, component = side
    return chosen.cluster(metric, where=f'{system}=~"$system", {component}=~"$component"')


def _pair(side: tuple[str, str]) -> str:
    return ", ".join(side)


EDGE = ", ".join(series.EDGE)


def calls() -> str:
    """Calls a second, by who calls and who is called."""
    return f"sum by ({EDGE}) ({_edges(series.EDGE_CALLS)})"


def failing() -> str:
    """Share of calls that fail, by who calls and who is called."""
    return f"sum by ({EDGE}) ({_edges(series.EDGE_FAILURES)}) / ({calls()} > 0)"


def seconds() -> str:
    """95th percentile of calls, by who calls and who is called; of several clusters the slowest."""
    return f"max by ({EDGE}) ({_edges(series.EDGE_SECONDS)})"


def calls_in_all() -> str:
    """Calls a second between components."""
    return f"sum({_edges(series.EDGE_CALLS)})"


def failing_in_all() -> str:
    """Share of all calls between components that fail."""
    return f"sum({_edges(series.EDGE_FAILURES)}) / ({calls_in_all()} > 0)"


def slowest() -> str:
    """95th percentile of the slowest edge."""
    return f"max({_edges(series.EDGE_SECONDS)})"


def drawn_calls() -> str:
    """Calls a second, with the labels that Grafana's graph of nodes wants of an edge."""
    return _drawn(series.EDGE_CALLS)


def drawn_failures() -> str:
    """Calls a second that fail, likewise."""
    return _drawn(series.EDGE_FAILURES)


def spans_accepted() -> str:
    """Spans a second that collectors take, by what they came in by."""
    return f"sum by (receiver) ({chosen.rate(chosen.cluster('otelcol_receiver_accepted_spans_total'))})"


def spans_kept() -> str:
    """Spans a second that reach a store of traces."""
    sent = chosen.cluster("exporter:otelcol_sent:rate5m", where='signal="traces", exporter!~"load.*"')
    return f"sum by (exporter) ({sent})"


def spans_lost() -> str:
    """Spans a second that collectors could not deliver; 0 and not nothing where there are no collectors."""
    lost = chosen.cluster("exporter:otelcol_send_failed:rate5m", where='signal="traces"')
    return f"sum({lost}) or vector(0)"


def let_go_too_early() -> str:
    """Traces a second that were decided on before they were whole."""
    counter = "otelcol_processor_tail_sampling_sampling_trace_dropped_too_early_total"
    return f"sum by (cluster) ({chosen.rate(chosen.cluster(counter))})"


def _edges(metric: str) -> str:
    """Edges that begin or end at something chosen."""
    return " or ".join(
        chosen.cluster(metric, where=f'{system}=~"$system", {component}=~"$component"')
        for system, component in (_CLIENT, _SERVER)
    )


def _drawn(metric: str) -> str:
    joined = f"sum by ({EDGE}) ({_edges(metric)})"
    for label, of in (("source", _CLIENT), ("target", _SERVER)):
        names = ", ".join(f'"{name}"' for name in of)
        # A database has no system: its name alone, without the slash before it.
        joined = f'label_replace(label_join({joined}, "{label}", "/", {names}), "{label}", "$1", "{label}", "/(.+)")'
    return f'label_join(sum by (source, target) ({joined}), "id", " ", "source", "target")'
