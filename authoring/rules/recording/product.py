"""Recorded series that only boards read: business numbers, model calls, browsers, who calls whom, open connections."""

from collections.abc import Iterator, Sequence
from typing import Final

from authoring.promql import number, selector
from authoring.rule_file import Rule
from authoring.rules import kpis
from authoring.rules.signals.query import Measured
from model import labels
from model.catalog.kpis import RateMeasure
from model.catalog.system import System
from model.query_text import matcher, one_of
from model.vocabulary import Direction

CHANGE: Final = "component:kpi_change:ratio"
"""By how much the last hour of a business number was above (over 0) or below what is usual at this hour."""

BETTER: Final = "component:kpi_better:ratio"
"""The same in the sense of the business: over 0 is better than usual, below 0 worse."""

TRANSACTIONS: Final = "system:transactions:per_hour"
"""What the catalog calls a transaction of the system, by cluster: what cost is divided by."""

MODEL_CALLS: Final = "component_model:model_calls:rate5m"
MODEL_ERRORS: Final = "component_model:model_call_errors:ratio_rate5m"
MODEL_SECONDS: Final = "component_model:model_call_duration_seconds:p95_rate5m"
MODEL_USD: Final = "component_model:model_calls_usd:per_hour"
MODEL_TOKENS: Final = "component_model:model_tokens:rate5m"
"""By the label ``gen_ai_token_type`` too: input costs less than output."""

BROWSER_ERRORS: Final = "component:browser_errors:ratio_rate15m"
"""Errors that browsers report, as a share of page views."""

GOOD_PAINTS: Final = "component:largest_contentful_paint_good:ratio_rate30m"
"""Share of page views whose main content was there within the 2.5 s that Core Web Vitals call good."""

EDGE_CALLS: Final = "edge:service_graph_requests:rate5m"
EDGE_FAILURES: Final = "edge:service_graph_failures:rate5m"
EDGE_SECONDS: Final = "edge:service_graph_request_duration_seconds:p95_rate5m"

PROVIDER, MODEL, TOKEN_TYPE = "gen_ai_provider_name", "gen_ai_request_model", "gen_ai_token_type"
CLIENT, SERVER = "client", "server"
CLIENT_SYSTEM, SERVER_SYSTEM = "client_service_namespace", "server_service_namespace"
EDGE: Final = (CLIENT_SYSTEM, CLIENT, SERVER_SYSTEM, SERVER)

_COMPONENT = f"{labels.CLUSTER}, {labels.SYSTEM}, {labels.COMPONENT}"
_MODEL = f"{_COMPONENT}, {PROVIDER}, {MODEL}"
_EDGE = f"{labels.CLUSTER}, {', '.join(EDGE)}"
_DURATION = "gen_ai_client_operation_duration_seconds"
_SERVER_DURATION = "traces_service_graph_request_server_seconds"

BUSINESS_GROUP: Final = "belfry.dashboards.business"
PRODUCT_GROUP: Final = "belfry.dashboards.product"

CONNECTIONS: Final = "component:active_connections:sum"
"""Client connections that are open now, over all replicas."""

_GAUGES: Final = ("(.*_)?active_connections", "nginx_connections_active", "haproxy_frontend_current_sessions")


def change() -> Rule:
    """What makes business numbers comparable: their change against the usual."""
    return Rule("record", CHANGE, f"({kpis.HOUR} - {kpis.USUAL})\n  / abs({kpis.USUAL} != 0)", {})


def of_business(system: System) -> Iterator[Rule]:
    """The same change, turned round where less is better; and transactions."""
    if system.kpis:
        rising = selector(CHANGE, [matcher(labels.SYSTEM, system.system)])
        worse_when_high = [kpi.name for kpi in system.kpis if kpi.bad is Direction.ABOVE]
        falling = [f"-{selector(CHANGE, _of(system, worse_when_high))}"] if worse_when_high else []
        # The label is there already: it tells the linter that two systems do not record the same series.
        yield Rule("record", BETTER, "\n  or\n".join([*falling, rising]), {labels.SYSTEM: system.system})
    for kpi in system.kpis:
        if kpi.transaction and isinstance(kpi.measure, RateMeasure):
            value = f"sum by (cluster) ({selector(kpis.VALUE, _of(system, [kpi.name]))})"
            hours = number(kpis.an_hour(kpi.measure))
            yield Rule("record", TRANSACTIONS, f"{value} * {hours}", {labels.SYSTEM: system.system})


def of_product() -> Iterator[Rule]:
    """Calls to models, what browsers tell, and the edges of the service graph."""
    calls, seconds = _rate(f"{_DURATION}_count", _MODEL), _rate(f"{_DURATION}_bucket", f"{_MODEL}, le")
    failed = _rate(f'{_DURATION}_count{{error_type!=""}}', _MODEL)
    yield Rule("record", MODEL_CALLS, calls, {})
    yield Rule("record", MODEL_ERRORS, f"({failed} or 0 * {MODEL_CALLS})\n  / ({MODEL_CALLS} > 0)", {})
    yield Rule("record", MODEL_SECONDS, f"histogram_quantile(0.95, {seconds})", {})
    yield Rule("record", MODEL_USD, f"{_rate('ai_cost_usd_total', _MODEL, '15m')} * 3600", {})
    yield Rule("record", MODEL_TOKENS, _rate("gen_ai_client_token_usage_sum", f"{_MODEL}, {TOKEN_TYPE}"), {})

    views, errors = "component:page_views:rate15m", _rate("web_errors_total", _COMPONENT, "15m")
    yield Rule("record", BROWSER_ERRORS, f"({errors} or 0 * {views})\n  / ({views} > 0)", {})
    paints = _rate("web_vitals_lcp_seconds_bucket", f"{_COMPONENT}, le", "30m")
    yield Rule("record", GOOD_PAINTS, f"histogram_fraction(0, 2.5, {paints})", {})

    failures = _rate("traces_service_graph_request_failed_total", _EDGE)
    yield Rule("record", EDGE_CALLS, _rate("traces_service_graph_request_total", _EDGE), {})
    yield Rule("record", EDGE_FAILURES, f"{failures}\n  or 0 * {EDGE_CALLS}", {})
    buckets = _rate(f"{_SERVER_DURATION}_bucket", f"{_EDGE}, le")
    yield Rule("record", EDGE_SECONDS, f"histogram_quantile(0.95, {buckets})", {})


def _of(system: System, names: Sequence[str]) -> list[str]:
    return [matcher(labels.SYSTEM, system.system), one_of(kpis.KPI, names)]


def _rate(series: str, by: str, window: str = "5m") -> str:
    return f"sum by ({by}) (rate({series}[{window}]))"


def connection_rules(system: System) -> Iterator[Rule]:
    """Of every component with such a gauge in its telemetry, whatever it is called."""
    for part in system.components:
        measured = Measured(system, part)
        if gauge := measured.find(*_GAUGES):
            own = {labels.SYSTEM: system.system, labels.COMPONENT: part.name}
            yield Rule("record", CONNECTIONS, f"sum by (cluster) ({measured.series(gauge)})", own)
