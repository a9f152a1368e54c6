"""What the shipped systems declare that no generated file holds, and what holds for all of them.

Objectives, thresholds, KPIs and edges are in generated rules: ``tests/dashboards/test_dashboards.py`` compares these
with the catalog, and a changed rule needs a new version with a changelog.
"""

import re

import pytest

from model.catalog.catalog import Catalog
from model.catalog.components import Component
from model.catalog.kpis import RateMeasure, RatioMeasure, ValueMeasure
from model.catalog.objectives import (
    AvailabilitySli,
    FreshnessSli,
    GaugeSli,
    HistogramSli,
    LatencySli,
    ProbeSli,
    RatioSli,
)
from model.catalog.resources import DynamoDbTable, LambdaFunction, SqsQueue
from model.catalog.system import System
from model.vocabulary import ComponentKind, LogDestination
from tests.tools import PROJECT

SYSTEMS = {system.system: system for system in Catalog.load(PROJECT / "catalog").systems}
every_system = pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS.keys())


def component(system: str, name: str) -> Component:
    return {part.name: part for part in SYSTEMS[system].components}[name]


@pytest.mark.parametrize(
    ("system", "destinations"),
    [
        ("alchemorsel", {LogDestination.ELASTICSEARCH, LogDestination.LOKI}),
        ("bakhmach", {LogDestination.ELASTICSEARCH, LogDestination.LOKI}),
        ("cloudmart", set(LogDestination)),
        ("order-processor", {LogDestination.LOKI}),
    ],
)
def test_logs_go_where_the_teams_search_them(system: str, destinations: set[LogDestination]) -> None:
    assert set(SYSTEMS[system].logs.destinations) == destinations


def test_the_hub_samples_a_tenth_of_its_traces() -> None:
    tracing = SYSTEMS["bakhmach"].tracing
    assert f"{tracing.sample_percent} {tracing.slow}" == "10 1s"


@pytest.mark.parametrize(
    ("system", "name", "endpoints"),
    [
        ("bakhmach", "backend", {("ready", "/health/ready"), ("live", "/health/live")}),
        *(
            ("order-processor", name, {("health", "/health"), ("ready", "/health/ready"), ("live", "/health/live")})
            for name in ("user-service", "order-service", "asset-service")
        ),
    ],
)
def test_availability_is_measured_by_the_services_own_health_endpoints(
    system: str, name: str, endpoints: set[tuple[str, str]]
) -> None:
    part = component(system, name)
    assert {(str(endpoint.kind), endpoint.path) for endpoint in part.health} == endpoints
    [probe] = [found.sli for found in part.objectives if found.name == "availability"]
    assert isinstance(probe, ProbeSli)
    assert probe.probe is None


@pytest.mark.parametrize(
    ("status", "good"), [("200", True), ("204", True), ("302", False), ("404", False), ("503", False)]
)
def test_only_2xx_is_a_success_of_the_hub(status: str, good: bool) -> None:
    [sli] = [found.sli for found in component("bakhmach", "backend").objectives if found.name == "success"]
    assert isinstance(sli, AvailabilitySli)
    assert (re.fullmatch(sli.bad_status, status) is None) is good


@pytest.mark.parametrize("system", ["alchemorsel", "cloudmart"])
def test_the_ai_service_has_two_providers_and_counts_its_tokens(system: str) -> None:
    part = component(system, "ai-service")
    assert {model.provider for model in part.models} == {"openai", "bedrock"}
    assert "gen_ai_client_token_usage" in part.telemetry.metric_names


@pytest.mark.parametrize("system", ["alchemorsel", "cloudmart"])
def test_browsers_measure_the_web_vitals_and_errors(system: str) -> None:
    measured = {"web_vitals_lcp_seconds", "web_vitals_inp_seconds", "web_vitals_cls", "web_errors_total"}
    assert measured <= component(system, "frontend").telemetry.metric_names


@every_system
def test_other_companies_are_probed_and_never_page(system: System) -> None:
    for part in system.components:
        if part.kind is ComponentKind.EXTERNAL_SERVICE:
            assert part.probes, part.name
            assert all(probe.third_party for probe in part.probes), part.name
        else:
            assert part.kind is ComponentKind.WORKER or part.telemetry.traces, part.name


@every_system
def test_every_part_has_a_dependency_or_a_dependent(system: System) -> None:
    """A part that nobody depends on and that depends on nobody is a leftover, or its edge was forgotten."""
    parts = (*system.components, *system.resources)
    used = {reference for part in parts for reference in part.depends_on}
    lonely = {part.name for part in parts if not part.depends_on and part.name not in used}
    assert lonely <= {"security-reporter"}  # reads other tools, not parts of the shop


@every_system
def test_the_stream_of_a_table_has_a_reader_that_exists(system: System) -> None:
    functions = {part.function for part in system.resources if isinstance(part, LambdaFunction)}
    for table in (part for part in system.resources if isinstance(part, DynamoDbTable)):
        assert set(table.stream_consumers) <= functions


@every_system
def test_every_kpi_measures_what_its_unit_says(system: System) -> None:
    """A rate per minute has a unit per minute, money has a money unit, a share of a hundred is percent."""
    for kpi in system.kpis:
        measure = kpi.measure
        if isinstance(measure, RateMeasure):
            assert kpi.unit.endswith(f"-per-{measure.per}"), kpi.name
            assert kpi.unit.startswith("usd") == ("_usd_" in measure.counter.metric), kpi.name
        if isinstance(measure, RatioMeasure):
            assert (kpi.unit == "percent") == (measure.scale == 100), kpi.name


def test_the_starter_shows_each_kind_of_part_objective_and_kpi() -> None:
    starter = SYSTEMS["generic"]
    kinds = [ComponentKind.FRONTEND, ComponentKind.HTTP_SERVICE, ComponentKind.WORKER, ComponentKind.EXTERNAL_SERVICE]
    objectives = [objective for part in starter.components for objective in part.objectives]
    assert [part.kind for part in starter.components] == kinds
    assert [type(part) for part in starter.resources] == [DynamoDbTable, SqsQueue]
    slis = {AvailabilitySli, LatencySli, RatioSli, HistogramSli, GaugeSli, ProbeSli, FreshnessSli}
    assert {type(objective.sli) for objective in objectives} == slis
    assert {type(kpi.measure) for kpi in starter.kpis} == {RateMeasure, ValueMeasure, RatioMeasure}
    assert any(objective.alert_at for objective in objectives)
    assert starter.owner == "platform"  # a team that every catalog has
