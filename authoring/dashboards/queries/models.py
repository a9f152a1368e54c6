"""Calls to language models: how many, how well, how fast, for how much. Recorded by component and model."""

from collections.abc import Iterable

from authoring.dashboards.queries import chosen
from authoring.rules.recording import product as series
from model.query_text import any_value

_BY = f"system, {series.MODEL}"


def usd() -> str:
    """US dollars an hour, by system and model."""
    return f"sum by ({_BY}) ({chosen.component(series.MODEL_USD)})"


def usd_in_all() -> str:
    """US dollars an hour."""
    return f"sum({chosen.component(series.MODEL_USD)})"


def usd_by_component() -> str:
    """US dollars an hour, by component: what the catalog's lines are drawn for."""
    return f"sum by (system, component) ({chosen.component(series.MODEL_USD)})"


def projected_usd_per_month() -> str:
    """US dollars of thirty days that are all like the last one."""
    return f"sum(avg_over_time({chosen.component(series.MODEL_USD)}[1d])) * 720"


def usd_per_1000_calls() -> str:
    """US dollars per 1,000 calls, by system and model."""
    calls = f"sum by ({_BY}) ({chosen.component(series.MODEL_CALLS)})"
    return f"{usd()} / ({calls} * 3.6 > 0)"


def usd_per_1000_calls_in_all() -> str:
    """US dollars per 1,000 calls."""
    return f"{usd_in_all()} / ({calls_in_all()} * 3.6 > 0)"


def calls() -> str:
    """Calls a second, by system and model."""
    return f"sum by ({_BY}) ({chosen.component(series.MODEL_CALLS)})"


def calls_in_all() -> str:
    """Calls a second."""
    return f"sum({chosen.component(series.MODEL_CALLS)})"


def errors() -> str:
    """Share of calls that fail, by system and model; of several clusters the worst."""
    return f"max by ({_BY}) ({chosen.component(series.MODEL_ERRORS)})"


def errors_in_all() -> str:
    """Share of calls that fail, each model weighed by its calls."""
    failed, every = chosen.component(series.MODEL_ERRORS), chosen.component(series.MODEL_CALLS)
    return f"sum({failed} * {every}) / (sum({every}) > 0)"


def seconds() -> str:
    """95th percentile of calls, by system and model; of several clusters the slowest."""
    return f"max by ({_BY}) ({chosen.component(series.MODEL_SECONDS)})"


def slowest() -> str:
    """95th percentile of calls of the slowest model."""
    return f"max({chosen.component(series.MODEL_SECONDS)})"


def exemplars() -> str:
    """The newest 99th percentile of traced calls that components make: its exemplars lead to the traces."""
    buckets = chosen.component("traces_span_metrics_duration_seconds_bucket", where='span_kind="SPAN_KIND_CLIENT"')
    return f"histogram_quantile(0.99, sum by (le) ({chosen.rate(buckets)}))"


def tokens() -> str:
    """Tokens a second, by model and kind."""
    return f"sum by ({series.MODEL}, {series.TOKEN_TYPE}) ({chosen.component(series.MODEL_TOKENS)})"


def tokens_per_call() -> str:
    """Tokens per call, by model and kind."""
    every = f"sum by ({series.MODEL}) ({chosen.component(series.MODEL_CALLS)})"
    return f"{tokens()} / on ({series.MODEL}) group_left ()\n({every} > 0)"


def providers_reached(providers: Iterable[str]) -> str:
    """Share of attempts that succeed, of the worst probe of each of ``providers`` in the chosen systems."""
    probes = chosen.system("probe_success", where=any_value("component", providers))
    return f"min by (system, component) (avg_over_time({probes}[$__rate_interval]))"
