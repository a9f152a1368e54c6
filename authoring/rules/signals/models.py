"""Calls to language models."""

from authoring.rules.signals.query import MINIMUM_REQUESTS, Measured, Query


def latency(m: Measured) -> Query | None:
    """The 95th percentile of calls."""
    histogram = m.find("gen_ai_client_operation_duration_seconds")
    if histogram is None:
        return None
    enough = f"{m.observations(histogram)} * 300 >= {MINIMUM_REQUESTS}"
    return Query(m.quantile("0.95", histogram), "component:model_call_duration_seconds:p95_rate5m", enough)


def cost(m: Measured) -> Query | None:
    """US dollars an hour."""
    metric = m.find("ai_cost_usd_total")
    return Query(f"{m.rate(metric, window='15m')} * 3600", "component:model_calls_usd:per_hour") if metric else None
