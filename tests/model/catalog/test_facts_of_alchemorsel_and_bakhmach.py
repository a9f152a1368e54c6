"""The facts that the descriptions of Alchemorsel and Bakhmach name, looked up in the catalog.

One line a fact: an objective, a number or an edge that somebody loses in an edit fails here by its sentence.
"""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from model.catalog.catalog import Catalog

CATALOG = Catalog.load(Path(__file__).parents[3] / "catalog")
DATA: dict[str, Any] = {system.system: system.model_dump(mode="json") for system in CATALOG.systems}
TEAMS: dict[str, Any] = {name: team.model_dump(mode="json") for name, team in CATALOG.teams.items()}


def named(items: list[dict[str, Any]], name: str, key: str = "name") -> Any:
    return {item[key]: item for item in items}[name]


def part(path: str) -> Any:
    system, _, name = path.partition("/")
    return named([*DATA[system]["components"], *DATA[system]["resources"]], name) if name else DATA[system]


def objective(path: str, name: str) -> tuple[Decimal, str, str | None, str | None]:
    """Target, kind of SLI, its threshold, and the looser threshold of its alert."""
    found = named(part(path)["objectives"], name)
    alert = found["alert_at"] or {}
    return (
        Decimal(found["target"]),
        found["sli"]["kind"],
        found["sli"].get("threshold"),
        alert.get("target") or alert.get("threshold"),
    )


def threshold(path: str, signal: str) -> tuple[Decimal | None, Decimal | None]:
    found = named(part(path)["thresholds"], signal, "signal")
    warning, critical = (None if found[key] is None else Decimal(found[key]) for key in ("warning", "critical"))
    return warning, critical


ALCHEMORSEL_PARTS = {
    ("frontend", "frontend"),
    ("haproxy", "load-balancer"),
    ("nginx", "load-balancer"),
    ("api", "http-service"),
    ("worker", "worker"),
    ("ai-service", "ai-service"),
    ("openai-api", "external-service"),
    ("bedrock-api", "external-service"),
    ("third-party-apis", "external-service"),
    ("payment-api", "external-service"),
    ("database", "rds-database"),
    ("cache", "elasticache"),
}
BAKHMACH_PARTS = {
    ("backend", "http-service"),
    ("payment-providers", "external-service"),
    ("postgres", "rds-database"),
    ("cache", "elasticache"),
    ("queue", "sqs-queue"),
}


@pytest.mark.parametrize(("system", "parts"), [("alchemorsel", ALCHEMORSEL_PARTS), ("bakhmach", BAKHMACH_PARTS)])
def test_every_component_and_resource_of_the_page_is_there(system: str, parts: set[tuple[str, str]]) -> None:
    data = DATA[system]
    assert {(one["name"], one["kind"]) for one in [*data["components"], *data["resources"]]} == parts


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [
        pytest.param("alchemorsel/api", "availability", ("99.9", "probe", None, "99.5"), id="API availability 99.9 %"),
        pytest.param("alchemorsel/api", "error-rate", ("99.9", "availability", None, "99.5"), id="API errors < 0.1 %"),
        pytest.param("alchemorsel/api", "latency-p95", ("95", "latency", "500ms", "600ms"), id="API p95 < 500 ms"),
        pytest.param("alchemorsel/ai-service", "latency-p95", ("95", "latency", "2s", "3s"), id="AI p95 < 2 s"),
        pytest.param(
            "alchemorsel/database", "query-latency-p95", ("95", "histogram", "100ms", "200ms"), id="queries < 100 ms"
        ),
        pytest.param("alchemorsel/cache", "hit-ratio", ("90", "ratio", None, "85"), id="cache hits > 90 %"),
        pytest.param("bakhmach/backend", "availability", ("99.9", "probe", None, None), id="hub availability 99.9 %"),
        pytest.param("bakhmach/backend", "latency-p99", ("99", "latency", "500ms", None), id="hub p99 < 500 ms"),
        pytest.param("bakhmach/backend", "success", ("99", "availability", None, None), id="hub 99 % succeed"),
        pytest.param(
            "bakhmach/backend",
            "payment-processing-success",
            ("99.9", "availability", None, None),
            id="payments succeed",
        ),
        pytest.param(
            "bakhmach/backend", "payment-processing-latency", ("99", "latency", "500ms", None), id="payments are fast"
        ),
    ],
)
def test_every_target_of_the_page_has_an_objective(
    path: str, name: str, expected: tuple[str, str, str | None, str | None]
) -> None:
    target, *rest = expected
    assert objective(path, name) == (Decimal(str(target)), *rest)


def test_the_hubs_availability_is_measured_by_its_own_health_endpoints() -> None:
    backend = part("bakhmach/backend")
    assert named(backend["objectives"], "availability")["sli"]["probe"] is None
    assert {(one["kind"], one["path"], one["port"]) for one in backend["health"]} == {
        ("ready", "/health/ready", 8080),
        ("live", "/health/live", 8080),
    }


@pytest.mark.parametrize(
    ("status", "good"), [("200", True), ("204", True), ("302", False), ("404", False), ("503", False)]
)
def test_only_2xx_is_a_success_of_the_hub(status: str, good: bool) -> None:
    bad = named(part("bakhmach/backend")["objectives"], "success")["sli"]["bad_status"]
    assert (re.fullmatch(bad, status) is None) is good


def test_the_hub_keeps_an_own_budget_for_payment_processing() -> None:
    found = named(part("bakhmach/backend")["objectives"], "payment-processing-success")
    assert found["feature"] == "payment-processing"
    assert found["sli"]["where"] == ['route=~"/api/payments.*"']


@pytest.mark.parametrize(
    ("path", "signal", "warning", "critical"),
    [
        pytest.param("alchemorsel", "cpu-usage", 75, 90, id="CPU: capacity at 75 %, exhaustion at 90 %"),
        pytest.param("alchemorsel", "memory-usage", 75, 95, id="memory: capacity at 75 %, exhaustion at 95 %"),
        pytest.param("alchemorsel", "disk-usage", 75, 90, id="disk: capacity at 75 %"),
        pytest.param("alchemorsel/api", "login-failures", 5, 20, id="brute force: 5 failed logins a minute"),
        pytest.param("alchemorsel/api", "attack-signatures", 1, 10, id="SQL injection and XSS"),
        pytest.param("alchemorsel/api", "rate-limited", 120, 600, id="rate limiting"),
        pytest.param("alchemorsel/api", "request-flood", 200, 400, id="DDoS"),
        pytest.param("alchemorsel/frontend", "largest-contentful-paint", "2.5", None, id="web vital LCP"),
        pytest.param("alchemorsel/frontend", "interaction-to-next-paint", "0.2", None, id="web vital INP, once FID"),
        pytest.param("alchemorsel/frontend", "cumulative-layout-shift", "0.1", None, id="web vital CLS"),
        pytest.param("bakhmach/backend", "error-rate", 1, 5, id="error rate above 5 % is critical"),
        pytest.param("bakhmach/backend", "latency-p95", 1, None, id="p95 above 1000 ms is a warning"),
        pytest.param("bakhmach/cache", "cache-hit-ratio", 70, None, id="cache hits below 70 %"),
        pytest.param("bakhmach/backend", "connection-pool-usage", 80, None, id="pool of the backend above 80 %"),
        pytest.param("bakhmach/postgres", "connection-pool-usage", 80, 95, id="database connections above 80 %"),
        pytest.param("bakhmach", "disk-usage", 80, 90, id="disk above 80 %"),
        pytest.param("bakhmach/queue", "queue-lag", 300, 1800, id="queue lag above 5 minutes"),
        pytest.param("bakhmach", "memory-usage", 80, 90, id="memory above 90 % is critical"),
    ],
)
def test_every_line_of_the_page_is_drawn(path: str, signal: str, warning: int | str, critical: int | None) -> None:
    expected = (Decimal(str(warning)), None if critical is None else Decimal(critical))
    assert threshold(path, signal) == expected


def test_the_login_is_limited_more_strictly_than_the_rest() -> None:
    limits = {
        one["route"]: (one["requests_per_minute"], one["burst"]) for one in part("alchemorsel/api")["rate_limits"]
    }
    assert limits == {"/api/v1/auth/login": (5, 2), "/api/v1/auth/register": (3, 1), "/*": (60, 10)}


@pytest.mark.parametrize(
    ("system", "kpis"),
    [
        (
            "alchemorsel",
            {
                "daily-active-users",
                # Not session duration and bounce rate: nothing counts sessions of browsers yet.
                "ai-usage",
                "recipe-creation",
                "search-queries",
                "subscription-conversion",
                "revenue",
                "transactions",
                "lifetime-value",
                "support-tickets",
                "resolution-time",
                "ai-cost",
                "infrastructure-cost",
                "cost-per-transaction",
            },
        ),
        (
            "bakhmach",
            {
                "active-users",
                "revenue",
                "transactions",
                "feature-adoption",
                "engagement-score",
                "churn-rate",
                "funnel-signup",
                "funnel-checkout",
                "funnel-payment",
                "conversion",
            },
        ),
    ],
)
def test_every_business_number_of_the_page_is_kept(system: str, kpis: set[str]) -> None:
    assert {kpi["name"] for kpi in DATA[system]["kpis"]} == kpis


@pytest.mark.parametrize(
    ("system", "kpi", "labels"),
    [
        ("alchemorsel", "ai-cost", ["gen_ai_request_model"]),
        ("alchemorsel", "infrastructure-cost", ["service", "resource_type"]),
        ("bakhmach", "feature-adoption", ["feature"]),
    ],
)
def test_costs_and_adoption_are_split_as_the_page_asks(system: str, kpi: str, labels: list[str]) -> None:
    assert named(DATA[system]["kpis"], kpi)["by"] == labels


@pytest.mark.parametrize(
    ("path", "depends_on"),
    [
        ("alchemorsel/frontend", {"haproxy"}),
        ("alchemorsel/haproxy", {"nginx"}),
        ("alchemorsel/nginx", {"api"}),
        ("alchemorsel/api", {"database", "cache", "ai-service", "third-party-apis", "payment-api"}),
        ("alchemorsel/ai-service", {"cache", "openai-api", "bedrock-api"}),
        ("bakhmach/backend", {"postgres", "cache", "queue", "payment-providers"}),
    ],
)
def test_the_request_flow_is_the_pages(path: str, depends_on: set[str]) -> None:
    assert set(part(path)["depends_on"]) == depends_on


@pytest.mark.parametrize(
    "path",
    [
        "alchemorsel/openai-api",
        "alchemorsel/bedrock-api",
        "alchemorsel/third-party-apis",
        "alchemorsel/payment-api",
        "bakhmach/payment-providers",
    ],
)
def test_other_companies_are_probed_and_never_page(path: str) -> None:
    probes = part(path)["probes"]
    assert probes
    assert all(probe["third_party"] for probe in probes)


@pytest.mark.parametrize(
    ("path", "metrics"),
    [
        (
            "alchemorsel/frontend",
            {"web_vitals_lcp_seconds", "web_vitals_inp_seconds", "web_vitals_cls", "web_errors_total"},
        ),
        (
            "alchemorsel/api",
            {
                "alchemorsel_auth_events_total",
                "alchemorsel_blocked_requests_total",
                "alchemorsel_threat_score",
                "alchemorsel_policy_violations_total",
            },
        ),
        ("alchemorsel/ai-service", {"gen_ai_client_token_usage", "ai_cost_usd_total"}),
        ("bakhmach/backend", {"active_connections", "db_pool_connections"}),
    ],
)
def test_the_metrics_that_the_page_names_are_in_the_contract(path: str, metrics: set[str]) -> None:
    assert metrics <= {metric["name"] for metric in part(path)["telemetry"]["metrics"]}


def test_the_hub_shows_the_classic_request_metrics_that_its_rules_read() -> None:
    telemetry = part("bakhmach/backend")["telemetry"]
    assert (telemetry["preset"], telemetry["scrape"]["path"]) == ("prometheus-http", "/metrics")


def test_the_hub_samples_a_tenth_of_its_traces() -> None:
    assert DATA["bakhmach"]["tracing"] == {"sample_percent": "10", "slow": "1s"}


@pytest.mark.parametrize("system", ["alchemorsel", "bakhmach"])
def test_logs_go_to_elasticsearch_and_loki(system: str) -> None:
    assert set(DATA[system]["logs"]["destinations"]) == {"elasticsearch", "loki"}


def test_escalation_is_immediate_then_15_minutes_then_30_then_an_hour() -> None:
    levels = [(one.level, one.role, one.after) for one in CATALOG.organization.escalation]
    assert levels == [
        (1, "on-call-engineer", "0s"),
        (2, "team-lead", "15m"),
        (3, "engineering-manager", "30m"),
        (4, "director", "1h"),
    ]


@pytest.mark.parametrize("team", ["alchemorsel", "bakhmach"])
def test_the_team_is_paged_and_has_people_on_every_level(team: str) -> None:
    assert {"pagerduty", "slack", "email"} <= {one["kind"] for one in TEAMS[team]["receivers"]}
    assert set(TEAMS[team]["escalation"]) == {"team-lead", "engineering-manager", "director"}


def test_alchemorsels_channel_is_the_pages() -> None:
    assert named(TEAMS["alchemorsel"]["receivers"], "slack", "kind")["channel"] == "#monitoring-alerts"
