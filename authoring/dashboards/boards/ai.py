"""Calls to language models: do they answer, how fast, what do they cost, and are they worth it?"""

from collections.abc import Iterator
from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, links, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.kpi_panels import UNITS, description, limits, title
from authoring.dashboards.kit.thresholds import SAYS, Steps, falling, rising, shared
from authoring.dashboards.kit.variables import literal
from authoring.dashboards.queries import business, models
from authoring.rules.recording.product import MODEL, TOKEN_TYPE
from model import labels
from model.catalog.catalog import Catalog
from model.catalog.kpis import Kpi
from model.catalog.system import System
from model.dashboards import Board as Uid
from model.vocabulary import ComponentKind, Signal, Unit

CHOSEN = (labels.CLUSTER, labels.SYSTEM, labels.COMPONENT)
BY_MODEL = f"{{{{system}}}} {{{{{MODEL}}}}}"
NO_CALLS = "No calls to models"
_MONEY = (Unit.USD, Unit.USD_PER_HOUR, Unit.USD_PER_DAY)
curves = partial(panels.curves, no_data=NO_CALLS)
number = partial(panels.number, no_data=NO_CALLS)


def boards(catalog: Catalog) -> tuple[Board, ...]:
    """The board."""
    slow, dear = shared(catalog, Signal.AI_LATENCY_P95), shared(catalog, Signal.AI_COST)
    useful = tuple(_worth(system, kpi) for system, kpi in _numbers_of_models(catalog))
    board = Board(
        uid=Uid.AI,
        question="Do the models answer, how fast, for how much, and is it worth it?",
        variables=(variables.clusters(), variables.systems(), variables.components(ComponentKind.AI_SERVICE)),
        chosen=CHOSEN,
        to=(Uid.COST, Uid.BUSINESS, Uid.SERVICE),
        rows=(
            Row("Calls to models", (*_numbers(slow), *_curves(slow, dear)), collapsed=False),
            Row("Tokens and providers", (*_tokens(), *_providers(catalog))),
            *([Row("Is it worth it?", useful)] if useful else []),
            Row("Objectives", blocks.objectives()),
            Row("The services that call", blocks.rate_errors_duration()),
            Row("Alerts", (*blocks.firing(*CHOSEN), blocks.alert_table(*CHOSEN, width=16))),
        ),
    )
    return (board,)


def _numbers(slow: Steps) -> blocks.Panels:
    return (
        number(
            "Cost per hour",
            "US dollars by the providers' price lists, as the services count them.",
            targets.now(models.usd_in_all()),
            unit=units.Dollars,
            runbooks=("AiCostHigh",),
        ),
        number(
            "Projected monthly cost",
            "US dollars of 30 days like the last 24 hours, for calls to language models only.",
            targets.now(models.projected_usd_per_month()),
            unit=units.Dollars,
            decimals=0,
            runbooks=("AiCostHigh",),
        ),
        number(
            "Cost per 1,000 calls",
            "US dollars. It rises when prompts grow or a more expensive model is used.",
            targets.now(models.usd_per_1000_calls_in_all()),
            unit=units.Dollars,
            decimals=2,
            runbooks=("AiCostHigh",),
        ),
        number(
            "Calls",
            "Calls to models a second.",
            targets.now(models.calls_in_all()),
            unit=units.RequestsPerSecond,
            runbooks=("AiCostHigh",),
        ),
        number(
            "Failed calls",
            "Error ratio. One call in a hundred is retried at another provider without effect on users; above that "
            "they notice the delay.",
            targets.now(models.errors_in_all()),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.01, bad=0.05),
            decimals=2,
            runbooks=("HighErrorRate",),
        ),
        number(
            "p95, slowest model",
            f"p95 of the slowest model. {SAYS}",
            targets.now(models.slowest()),
            unit=units.Seconds,
            thresholds=slow,
            runbooks=("AiLatencyHigh",),
        ),
    )


def _curves(slow: Steps, dear: Steps) -> blocks.Panels:
    return (
        curves(
            "Cost per hour by service",
            f"US dollars. A step at a release is a prompt that grew; a slope is a loop or abuse. {SAYS}",
            targets.over_time(models.usd_by_component(), blocks.BY_COMPONENT),
            unit=units.Dollars,
            thresholds=dear,
            runbooks=("AiCostHigh",),
            data_links=(blocks.TO_SERVICE, links.for_system_of_series(Uid.BUSINESS)),
        ),
        curves(
            "Cost per hour by model",
            "US dollars, stacked: which model the money goes to.",
            targets.over_time(models.usd(), BY_MODEL),
            unit=units.Dollars,
            stacked=True,
            runbooks=("AiCostHigh",),
        ),
        curves(
            "Duration, p95",
            f"p95. Dots are single traced calls: a click opens the trace. {SAYS}",
            targets.over_time(models.seconds(), BY_MODEL),
            targets.exemplars(models.exemplars(), "99th of traced calls, now"),
            unit=units.Seconds,
            thresholds=slow,
            runbooks=("AiLatencyHigh",),
        ),
        curves(
            "Failed calls",
            "Error ratio by model. If one model fails, its provider is the cause; if all fail, check our key, our "
            "limit or our network.",
            targets.over_time(models.errors(), BY_MODEL),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.01, bad=0.05),
            runbooks=("HighErrorRate", "ExternalServiceDown"),
        ),
    )


def _tokens() -> blocks.Panels:
    return (
        curves(
            "Tokens",
            "Tokens a second, by model and kind. Output costs several times more than input.",
            targets.over_time(models.tokens(), f"{{{{{MODEL}}}}} {{{{{TOKEN_TYPE}}}}}"),
            unit=units.CountsPerSecond,
            stacked=True,
            runbooks=("AiCostHigh",),
            width=8,
        ),
        curves(
            "Tokens per call",
            "Input that grows is a prompt or a conversation that grew; output that grows is an answer without a limit.",
            targets.over_time(models.tokens_per_call(), f"{{{{{MODEL}}}}} {{{{{TOKEN_TYPE}}}}}"),
            runbooks=("AiCostHigh",),
            width=8,
        ),
        curves(
            "Cost per 1,000 calls by model",
            "US dollars, by model. Shows what the same answers would cost with another model.",
            targets.over_time(models.usd_per_1000_calls(), BY_MODEL),
            unit=units.Dollars,
            runbooks=("AiCostHigh",),
            width=8,
        ),
        curves(
            "Calls by model",
            "Calls a second. A shift from one model to another means that the fallback works.",
            targets.over_time(models.calls(), BY_MODEL),
            unit=units.RequestsPerSecond,
            stacked=True,
            runbooks=("AiCostHigh",),
        ),
    )


def _providers(catalog: Catalog) -> Iterator[panels.PanelBuilder]:
    """Of the catalog: services of other companies that a component which asks models depends on."""
    names = {
        part.name
        for system in catalog.systems
        for asking in system.components
        if asking.kind is ComponentKind.AI_SERVICE
        for part in system.components
        if part.kind is ComponentKind.EXTERNAL_SERVICE and part.probes and part.name in asking.depends_on
    }
    if names:
        yield curves(
            "Providers reached",
            "Success ratio of each provider's worst probe. Separates their outage from our fault.",
            targets.over_time(models.providers_reached(sorted(names)), blocks.BY_COMPONENT),
            unit=units.PercentUnit,
            thresholds=falling(warn=0.9, good=0.99),
            no_data="No provider is probed",
            runbooks=("ExternalServiceDown", "ExternalServiceSlow"),
        )


def _numbers_of_models(catalog: Catalog) -> Iterator[tuple[System, Kpi]]:
    """Business numbers of components that ask models, without their cost, which the board has above."""
    for system in catalog.systems:
        asking = {c.name for c in system.components if c.kind is ComponentKind.AI_SERVICE}
        for kpi in system.kpis:
            if kpi.component in asking and kpi.unit not in _MONEY:
                yield system, kpi


def _worth(system: System, kpi: Kpi) -> panels.PanelBuilder:
    return curves(
        f"{title(kpi)}, {literal(system.title)}",
        f"{description(kpi)}. Cheaper models are a saving only while this holds.",
        targets.over_time(business.of_one_system(system, kpi), "{{system}}"),
        unit=UNITS[kpi.unit],
        thresholds=limits(system, kpi),
        no_data="Not measured, or the system is not chosen",
        runbooks=("KpiBelowFloor", "KpiDropped"),
        data_links=(links.for_system_of_series(Uid.BUSINESS),),
    )
