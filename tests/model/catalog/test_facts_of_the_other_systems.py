"""The facts that the descriptions of CloudMart, the order processor and the starter name, looked up in the catalog.

One line a fact: an objective, a number or an edge that somebody loses in an edit fails here by its sentence.
"""

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import pytest

from model.catalog.catalog import Catalog
from model.catalog.components import Component
from model.catalog.kpis import Kpi, RateMeasure, RatioMeasure, ValueMeasure
from model.catalog.objectives import (
    AvailabilitySli,
    FreshnessSli,
    GaugeSli,
    HistogramSli,
    LatencySli,
    Objective,
    ProbeSli,
    RatioSli,
)
from model.catalog.resources import DynamoDbTable, LambdaFunction, LoadBalancer, ResourceBase, SqsQueue
from model.catalog.system import System
from model.catalog.telemetry import Preset
from model.catalog.thresholds import Threshold
from model.vocabulary import ComponentKind, LogDestination, Severity, Signal

FOLDER = Path(__file__).parents[3] / "catalog"
SYSTEMS = ("cloudmart", "generic", "order-processor")

S = TypeVar("S")
Part = Component | ResourceBase
Fact = tuple[str, Callable[[System], object], object]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load(FOLDER)


def part(system: System, name: str) -> Part:
    return {one.name: one for one in (*system.components, *system.resources)}[name]


def component(system: System, name: str) -> Component:
    return {one.name: one for one in system.components}[name]


def objective(system: System, name: str, of: str) -> Objective:
    return {one.name: one for one in part(system, of).objectives}[name]


def sli(system: System, name: str, of: str, kind: type[S]) -> S:
    found = objective(system, name, of).sli
    assert isinstance(found, kind)
    return found


def lines(system: System, signal: Signal, of: str | None = None) -> tuple[Decimal | None, Decimal | None]:
    """Warning and critical of a threshold of the part ``of``, or of the whole system."""
    thresholds: tuple[Threshold, ...] = part(system, of).thresholds if of else system.thresholds
    [found] = [one for one in thresholds if one.signal is signal]
    return found.warning, found.critical


def kpi(system: System, name: str) -> Kpi:
    return {one.name: one for one in system.kpis}[name]


def severity(system: System, name: str) -> Severity:
    alerts = kpi(system, name).alerts
    assert alerts
    return alerts.severity


def path(*names: str) -> Callable[[System], bool]:
    """Whether each of ``names`` depends on the next."""
    return lambda system: all(later in part(system, earlier).depends_on for earlier, later in pairwise(names))


def tables(system: System) -> dict[str, DynamoDbTable]:
    return {one.name: one for one in system.resources if isinstance(one, DynamoDbTable)}


def has_metrics(name: str, *metrics: str) -> Callable[[System], bool]:
    return lambda system: set(metrics) <= component(system, name).telemetry.metric_names


CLOUDMART: tuple[Fact, ...] = (
    ("availability is 99.9 %", lambda s: objective(s, "availability", "backend").target, Decimal("99.9")),
    ("availability is uptime, seen by a probe",
     lambda s: sli(s, "availability", "backend", ProbeSli).probe, "cloudmart-api"),
    ("errors stay below 0.1 %", lambda s: objective(s, "error-rate", "backend").error_budget, Decimal("0.001")),
    ("errors are counted in requests", lambda s: sli(s, "error-rate", "backend", AvailabilitySli).bad_status, "5.."),
    ("availability pages", lambda s: objective(s, "availability", "backend").page, True),
    ("the error rate pages", lambda s: objective(s, "error-rate", "backend").page, True),
    ("latency is about the 95th percentile", lambda s: objective(s, "latency-p95", "backend").target, Decimal(95)),
    ("p95 is below 200 ms", lambda s: sli(s, "latency-p95", "backend", LatencySli).threshold, "200ms"),
    ("1000 requests a second are carried", lambda s: sli(s, "throughput", "backend", GaugeSli).at_least, Decimal(1000)),
    ("throughput is a rate", lambda s: sli(s, "throughput", "backend", GaugeSli).per_second, True),
    ("only busy minutes count", lambda s: sli(s, "throughput", "backend", GaugeSli).only_when_at_least, Decimal(1010)),
    ("CPU stays below 80 %", lambda s: lines(s, Signal.CPU_USAGE), (80, 90)),
    ("memory stays below 85 %", lambda s: lines(s, Signal.MEMORY_USAGE), (85, 95)),
    ("disk stays below 90 %", lambda s: lines(s, Signal.DISK_USAGE), (90, 95)),
    ("network is watched", lambda s: lines(s, Signal.NETWORK_USAGE), (70, 90)),
    ("LCP is good up to 2.5 s", lambda s: lines(s, Signal.LARGEST_CONTENTFUL_PAINT, "frontend")[0], Decimal("2.5")),
    ("INP is good up to 200 ms", lambda s: lines(s, Signal.INTERACTION_TO_NEXT_PAINT, "frontend")[0], Decimal("0.2")),
    ("CLS is good up to 0.1", lambda s: lines(s, Signal.CUMULATIVE_LAYOUT_SHIFT, "frontend")[0], Decimal("0.1")),
    ("orders are counted a minute", lambda s: kpi(s, "orders-per-minute").unit, "count-per-minute"),
    ("revenue is counted an hour", lambda s: kpi(s, "revenue-per-hour").unit, "usd-per-hour"),
    ("active users are counted", lambda s: kpi(s, "active-users").unit, "count"),
    ("AI accuracy is a percentage", lambda s: kpi(s, "ai-accuracy").unit, "percent"),
    ("threats call at once", lambda s: severity(s, "security-threats"), Severity.CRITICAL),
    ("vulnerabilities warn", lambda s: severity(s, "critical-vulnerabilities"), Severity.WARNING),
    ("the security score is known", lambda s: kpi(s, "security-score").unit, "score"),
    ("policy violations are known", lambda s: kpi(s, "policy-violations").unit, "count"),
    ("the time to resolve incidents is known", lambda s: kpi(s, "security-mttr").unit, "seconds"),
    ("a request goes down to the database", path("frontend", "load-balancer", "backend", "products"), True),
    ("a request goes out to OpenAI", path("frontend", "load-balancer", "backend", "ai-service", "openai-api"), True),
    ("Bedrock is the other provider", path("ai-service", "bedrock-api"), True),
    ("business data goes to the warehouse", path("warehouse-export", "warehouse"), True),
    ("the load balancer is Amazon's", lambda s: type(part(s, "load-balancer")), LoadBalancer),
    ("the AI service has two providers", lambda s: {m.provider for m in component(s, "ai-service").models},
     {"openai", "bedrock"}),
    ("OpenAI is asked as a third party", lambda s: [p.third_party for p in component(s, "openai-api").probes], [True]),
    ("logs go to three places", lambda s: set(s.logs.destinations), set(LogDestination)),
    ("frontend, backend and AI are traced",
     lambda s: [component(s, name).telemetry.traces for name in ("frontend", "backend", "ai-service")], [True] * 3),
    ("tables are known", lambda s: set(tables(s)),
     {"products", "orders", "carts", "customers", "support-conversations"}),
    ("one table is provisioned", lambda s: [n for n, t in tables(s).items() if t.billing == "provisioned"],
     ["products"]),
    ("carts expire", lambda s: tables(s)["carts"].time_to_live, True),
    ("the stream of orders has a reader that exists",
     lambda s: set(tables(s)["orders"].stream_consumers)
     <= {r.function for r in s.resources if isinstance(r, LambdaFunction)}, True),
    ("the expected load reaches the throughput target",
     lambda s: component(s, "backend").load.requests_per_second >= 1000, True),
)  # fmt: skip

SERVICES = ("user-service", "order-service", "asset-service")

ORDER_PROCESSOR: tuple[Fact, ...] = (
    ("every service shows /metrics",
     lambda s: {scrape.path for n in SERVICES if (scrape := component(s, n).telemetry.scrape)}, {"/metrics"}),
    ("every service speaks http_requests_total",
     lambda s: {component(s, n).telemetry.preset for n in SERVICES}, {Preset.PROMETHEUS_HTTP}),
    ("every service has the three health endpoints",
     lambda s: {tuple(h.path for h in component(s, n).health) for n in SERVICES},
     {("/health", "/health/ready", "/health/live")}),
    ("a service that is down pages, even when nobody calls it",
     lambda s: {(type(o.sli), o.page) for n in SERVICES for o in [objective(s, "availability", n)]},
     {(ProbeSli, True)}),
    ("a high error rate pages",
     lambda s: {(type(o.sli), o.page) for n in SERVICES for o in [objective(s, "error-rate", n)]},
     {(AvailabilitySli, True)}),
    ("slowness only warns", lambda s: {objective(s, "latency-p95", n).page for n in SERVICES}, {False}),
    ("slowness only warns as a threshold", lambda s: lines(s, Signal.LATENCY_P95), (1, None)),
    ("the error rate has lines", lambda s: lines(s, Signal.ERROR_RATE), (1, 5)),
    ("usage near its limit alerts (CPU)", lambda s: lines(s, Signal.CPU_USAGE), (80, 90)),
    ("usage near its limit alerts (memory)", lambda s: lines(s, Signal.MEMORY_USAGE), (85, 95)),
    ("usage near its limit alerts (disk)", lambda s: lines(s, Signal.DISK_USAGE), (80, 90)),
    ("trading: created, executed, cancelled",
     has_metrics("order-service", "orders_created_total", "orders_executed_total", "orders_cancelled_total"), True),
    ("users: registrations, logins, transactions",
     has_metrics("user-service", "user_registrations_total", "user_logins_total", "user_transactions_total"), True),
    ("portfolio: balances, their changes, prices, profit and loss",
     has_metrics("asset-service", "asset_balance", "asset_balance_changes_total", "asset_price_usd",
                 "portfolio_profit_usd"), True),
    ("all of them are KPIs",
     lambda s: {k.name for k in s.kpis} >= {
         "orders-created", "orders-executed", "orders-cancelled", "trading-volume", "registrations", "logins",
         "transactions", "asset-balance-changes", "profit-and-loss"}, True),
    ("orders rest on users, assets and their table",
     lambda s: set(part(s, "order-service").depends_on), {"orders", "user-service", "asset-service"}),
    ("every service keeps its data in DynamoDB",
     lambda s: all(set(part(s, n).depends_on) & set(tables(s)) for n in SERVICES), True),
    ("logs go to Loki", lambda s: s.logs.destinations, (LogDestination.LOKI,)),
    ("requests are traced", lambda s: all(component(s, n).telemetry.traces for n in SERVICES), True),
)  # fmt: skip

STARTER: tuple[Fact, ...] = (
    ("it shows the usual kinds of components", lambda s: [c.kind for c in s.components],
     [ComponentKind.FRONTEND, ComponentKind.HTTP_SERVICE, ComponentKind.WORKER, ComponentKind.EXTERNAL_SERVICE]),
    ("it shows a table and a queue", lambda s: [type(r) for r in s.resources], [DynamoDbTable, SqsQueue]),
    ("it shows every kind of objective", lambda s: {type(o.sli) for c in s.components for o in c.objectives},
     {AvailabilitySli, LatencySli, RatioSli, HistogramSli, GaugeSli, ProbeSli, FreshnessSli}),
    ("it shows every kind of KPI", lambda s: {type(k.measure) for k in s.kpis},
     {RateMeasure, ValueMeasure, RatioMeasure}),
    ("it shows target and threshold apart", lambda s: objective(s, "latency-p95", "api").alert_at is not None, True),
    ("it belongs to a team that every catalog has", lambda s: s.owner, "platform"),
    ("its parts depend on each other", path("web", "api", "items"), True),
)  # fmt: skip


def cases(system: str, facts: tuple[Fact, ...]) -> list[object]:
    return [pytest.param(system, lookup, expected, id=f"{system}: {sentence}") for sentence, lookup, expected in facts]


@pytest.mark.parametrize(
    ("system", "lookup", "expected"),
    [*cases("cloudmart", CLOUDMART), *cases("order-processor", ORDER_PROCESSOR), *cases("generic", STARTER)],
)
def test_the_catalog_says(catalog: Catalog, system: str, lookup: Callable[[System], object], expected: object) -> None:
    [declared] = catalog.only([system]).systems
    assert lookup(declared) == expected


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_part_has_a_dependency_or_a_dependent(catalog: Catalog, name: str) -> None:
    """A part that nobody depends on and that depends on nobody is a leftover, or its edge was forgotten."""
    [system] = catalog.only([name]).systems
    parts: tuple[Part, ...] = (*system.components, *system.resources)
    used = {reference for one in parts for reference in one.depends_on}
    lonely = {one.name for one in parts if not one.depends_on and one.name not in used}
    assert lonely <= {"security-reporter"}  # reads other tools, not parts of the shop


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_declared_metric_of_a_kpi_counts_what_its_unit_says(catalog: Catalog, name: str) -> None:
    """A rate a minute has a unit a minute, money has a money unit, a share of a hundred is percent."""
    [system] = catalog.only([name]).systems
    for one in system.kpis:
        measure = one.measure
        if isinstance(measure, RateMeasure):
            assert one.unit.endswith(f"-per-{measure.per}"), one.name
            assert one.unit.startswith("usd") == ("_usd_" in measure.counter.metric), one.name
        if isinstance(measure, RatioMeasure):
            assert (one.unit == "percent") == (measure.scale == 100), one.name
