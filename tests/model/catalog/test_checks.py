from pathlib import Path

import pytest

from model.catalog.catalog import Catalog
from model.problems import BadInput
from tests.model.catalogs import REMOVED, Key, changed, good_organization, good_system, write_catalog

PROBE = {"kind": "probe"}
PAYMENTS, ORDERS, WORKER = ("components", 2), ("resources", 0), ("components", 1)
ORDERS_A_MINUTE = next(number for number in good_system()["kpis"] if number["name"] == "orders-per-minute")


def objective(sli: object, **more: object) -> list[object]:
    return [{"name": "it", "target": 99.9, "sli": sli, "reason": "It is agreed.", **more}]


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(BadInput) as caught:
        Catalog.load(folder)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param(("owner",), "nobody", "owner: found unknown team 'nobody'; allowed: platform, shop", id="owner"),
        pytest.param(("runbook_owner",), "nobody", "runbook_owner: found unknown team 'nobody'", id="runbook owner"),
        pytest.param(
            ("components", 0, "owner"), "nobody", "api.owner: found unknown team 'nobody'", id="owner of a component"
        ),
        pytest.param(
            ("resources", 0, "owner"), "nobody", "orders.owner: found unknown team 'nobody'", id="owner of a resource"
        ),
        pytest.param(
            ("components", 1, "name"),
            "api",
            "components and resources: found 'api' 2 times; allowed: each name once",
            id="two components of one name",
        ),
        pytest.param(
            ("resources", 0, "name"),
            "api",
            "components and resources: found 'api' 2 times",
            id="a component and a resource of one name",
        ),
        pytest.param(
            ("kpis", 1, "name"), "conversion", "kpis: found 'conversion' 2 times", id="two numbers of one name"
        ),
        pytest.param(
            ("kpis",),
            [{**ORDERS_A_MINUTE, "name": name, "transaction": True} for name in ("a", "b")],
            "kpis: found a, b as transactions; allowed: one a system at most",
            id="two numbers that count transactions",
        ),
        pytest.param(
            ("components", 2, "probes", 0, "name"),
            "front-door",
            "probes: found 'front-door' 2 times",
            id="two probes of one name in two components",
        ),
        pytest.param(
            ("thresholds", 1),
            {"signal": "cpu-usage", "unit": "percent", "warning": 70, "reason": "Twice."},
            "thresholds: found 'cpu-usage' 2 times",
            id="two thresholds for one signal",
        ),
        pytest.param(
            ("components", 0, "objectives", 1, "name"),
            "availability",
            "api.objectives: found 'availability' 2 times",
            id="two objectives of one name",
        ),
        pytest.param(
            ("components", 0, "thresholds"),
            [{"signal": "cpu-usage", "unit": "percent", "warning": n, "reason": "Twice."} for n in (70, 80)],
            "api.thresholds: found 'cpu-usage' 2 times",
            id="two thresholds for one signal of a component",
        ),
    ],
)
def test_unknown_teams_and_doubled_names_are_refused(tmp_path: Path, key: Key, value: object, message: str) -> None:
    found = mistakes(write_catalog(tmp_path / "catalog", [changed(good_system(), key, value)]))
    assert any(line.startswith(f"catalog/shop.yaml: {message}") for line in found), found


@pytest.mark.parametrize(
    ("depends_on", "message"),
    [
        pytest.param(
            ["order"], "found unknown 'order'; allowed: balancer, carts, database, jobs, orders", id="dangling"
        ),
        pytest.param(["mall/api"], "found 'mall/api' in an unknown system; allowed: bank, shop", id="unknown system"),
        pytest.param(
            ["bank/gate"], "found unknown 'bank/gate'; allowed: api, balancer", id="unknown in another system"
        ),
        pytest.param(["api"], "found itself; allowed: other components and resources", id="itself"),
        pytest.param(["shop/api"], "found itself; allowed: other components and resources", id="itself in full"),
    ],
)
def test_a_dependency_leads_to_another_part(tmp_path: Path, depends_on: list[str], message: str) -> None:
    shop = changed(good_system(), ("components", 0, "depends_on"), depends_on)
    [line] = mistakes(write_catalog(tmp_path / "catalog", [shop, good_system("bank")]))
    assert line.startswith(f"catalog/shop.yaml: api.depends_on: {message.partition(';')[0]}")
    assert set(message.partition("allowed: ")[2].split(", ")) <= set(line.partition("allowed: ")[2].split(", "))


def test_a_dependency_may_lead_into_another_system(tmp_path: Path) -> None:
    shop = changed(good_system(), ("resources", 0, "depends_on"), ["bank/api", "bank/orders"])
    catalog = Catalog.load(write_catalog(tmp_path, [shop, good_system("bank")]))
    assert catalog.systems[1].resources[0].depends_on == ("bank/api", "bank/orders")


@pytest.mark.parametrize(
    ("part", "objectives", "message"),
    [
        pytest.param(
            PAYMENTS,
            objective({"kind": "availability"}),
            "payments.objectives[it].sli: found availability on a part without request metrics; allowed: a preset",
            id="availability without request metrics",
        ),
        pytest.param(
            ORDERS,
            objective({"kind": "latency", "threshold": "1s"}),
            "orders.objectives[it].sli: found latency on a part without request metrics",
            id="latency of a resource",
        ),
        pytest.param(
            PAYMENTS,
            objective(PROBE),
            "payments.objectives[it].sli: found a probe objective without health endpoints; allowed: health, or probe",
            id="its own health where there is none",
        ),
        pytest.param(
            ORDERS,
            objective(PROBE),
            "orders.objectives[it].sli: found a probe objective without health endpoints",
            id="health of a resource",
        ),
        pytest.param(
            PAYMENTS,
            objective({"kind": "probe", "probe": "front-door"}),
            "payments.objectives[it].sli.probe: found unknown probe 'front-door'; allowed: payments",
            id="a probe of another component",
        ),
        pytest.param(
            ORDERS,
            objective({"kind": "probe", "probe": "front-door"}),
            "orders.objectives[it].sli.probe: found unknown probe 'front-door'",
            id="a probe of a resource",
        ),
        pytest.param(
            WORKER,
            objective({"kind": "ratio", "bad": {"metric": "failures_total"}, "total": {"metric": "jobs_total"}}),
            "worker.objectives[it].sli: found metric 'failures_total', which worker does not declare; "
            "allowed: jobs_failed_total, jobs_total, oldest_job_seconds",
            id="an undeclared metric",
        ),
        pytest.param(
            WORKER,
            objective({"kind": "histogram", "histogram": "jobs_total", "threshold": "1s"}),
            "worker.objectives[it].sli: found metric 'jobs_total_count'",
            id="a counter as a histogram",
        ),
        pytest.param(
            WORKER,
            objective({"kind": "gauge", "value": {"metric": "temperature"}, "at_most": 5}),
            "worker.objectives[it].sli: found metric 'temperature'",
            id="an unknown gauge",
        ),
        pytest.param(
            WORKER,
            objective({"kind": "freshness", "age": {"metric": "age_seconds"}, "max_age": "5m"}),
            "worker.objectives[it].sli: found metric 'age_seconds'",
            id="an unknown age",
        ),
        pytest.param(
            ORDERS,
            objective({"kind": "ratio", "good": {"metric": "hits_total"}, "total": {"metric": "hits_total"}}),
            "orders.objectives[it].sli: found metric 'hits_total', which orders does not declare; "
            "allowed: add it to the metrics of its telemetry",
            id="a metric of a resource that declares none",
        ),
        pytest.param(
            WORKER,
            objective(
                {"kind": "ratio", "bad": {"metric": "jobs_failed_total"}, "total": {"metric": "jobs_total"}},
                alert_at={"target": 99.9, "reason": "The same."},
            ),
            "worker.objectives[it].alert_at.target: found 99.9; allowed: below the objective's 99.9",
            id="an alert threshold at the objective",
        ),
        pytest.param(
            WORKER,
            objective(
                {"kind": "ratio", "bad": {"metric": "jobs_failed_total"}, "total": {"metric": "jobs_total"}},
                alert_at={"threshold": "1s", "reason": "A duration."},
            ),
            "worker.objectives[it].alert_at.threshold: found a duration for a ratio objective; allowed: target",
            id="a duration where there is none",
        ),
        pytest.param(
            ("components", 0),
            objective({"kind": "latency", "threshold": "1s"}, alert_at={"threshold": "1000ms", "reason": "The same."}),
            "api.objectives[it].alert_at.threshold: found 1000ms; allowed: above 1s",
            id="an alert duration at the objective",
        ),
    ],
)
def test_an_objective_can_be_measured(tmp_path: Path, part: Key, objectives: object, message: str) -> None:
    folder = write_catalog(tmp_path / "catalog", [changed(good_system(), (*part, "objectives"), objectives)])
    assert any(line.startswith(f"catalog/shop.yaml: {message}") for line in mistakes(folder))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param(
            ("component",),
            "orders",
            "component: found unknown component 'orders'; allowed: api, payments, worker",
            id="a",
        ),
        pytest.param(
            ("measure",),
            {"kind": "rate", "counter": {"metric": "jobs_total"}, "per": "minute"},
            "measure: found metric 'jobs_total', which api does not declare",
            id="a counter of another component",
        ),
        pytest.param(
            ("measure",),
            {"kind": "value", "gauge": {"metric": "sessions"}},
            "measure: found metric 'sessions', which api does not declare",
            id="an unknown gauge",
        ),
        pytest.param(
            ("measure",),
            {"kind": "ratio", "numerator": {"metric": "orders_total"}, "denominator": {"metric": "clicks_total"}},
            "measure: found metric 'clicks_total', which api does not declare",
            id="an unknown denominator",
        ),
        pytest.param(
            ("by",),
            ["plan"],
            "by: found unknown label 'plan' of orders_total",
            id="a label that the metric does not have",
        ),
    ],
)
def test_a_business_number_can_be_measured(tmp_path: Path, key: Key, value: object, message: str) -> None:
    folder = write_catalog(tmp_path / "catalog", [changed(good_system(), ("kpis", 0, *key), value)])
    [line] = mistakes(folder)
    assert line.startswith(f"catalog/shop.yaml: kpis[orders-per-minute].{message}")


def test_a_business_number_may_be_split_by_labels_of_its_metric_and_of_a_preset(tmp_path: Path) -> None:
    shop = changed(good_system(), ("components", 0, "telemetry", "metrics", 0, "labels"), ["plan"])
    shop = changed(shop, ("kpis", 0, "by"), ["plan"])
    preset = {"kind": "rate", "counter": {"metric": "http_server_request_duration_seconds_count"}, "per": "minute"}
    shop = changed(changed(shop, ("kpis", 1, "measure"), preset), ("kpis", 1, "by"), ["http_route"])
    kpis = Catalog.load(write_catalog(tmp_path, [shop])).systems[0].kpis
    assert [kpi.by for kpi in kpis] == [("plan",), ("http_route",), ()]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param(("teams", 1, "name"), "platform", "teams: found 'platform' 2 times", id="two teams of one name"),
        pytest.param(
            ("platform_team",),
            "sre",
            "platform_team: found unknown team 'sre'; allowed: platform, shop",
            id="no platform",
        ),
        pytest.param(
            ("escalation", 1, "role"),
            "on-call-engineer",
            "escalation: found 'on-call-engineer' 2 times",
            id="a role twice",
        ),
        pytest.param(
            ("escalation", 1, "level"), 3, "escalation: found levels 1, 3; allowed: 1, 2, 3 ... in order", id="a gap"
        ),
        pytest.param(
            ("escalation", 1, "after"),
            "0s",
            "escalation: found a level that is not later than the previous one; allowed: rising times",
            id="two levels at once",
        ),
        pytest.param(
            ("teams", 0, "escalation"),
            {"king": [{"kind": "email", "to": ["king@example.com"]}]},
            "teams[platform].escalation: found unknown role 'king'; allowed: team-lead",
            id="an unknown role",
        ),
        pytest.param(
            ("teams", 0, "escalation"),
            {"on-call-engineer": [{"kind": "email", "to": ["a@example.com"]}]},
            "teams[platform].escalation: found unknown role 'on-call-engineer'; allowed: team-lead",
            id="the first level, which is the team's own receivers",
        ),
    ],
)
def test_the_organization_holds_together(tmp_path: Path, key: Key, value: object, message: str) -> None:
    folder = write_catalog(tmp_path / "catalog", organization=changed(good_organization(), key, value))
    assert any(line.startswith(f"catalog/teams.yaml: {message}") for line in mistakes(folder))


def test_no_runbook_owner_means_the_owner(tmp_path: Path) -> None:
    system = changed(good_system(), ("runbook_owner",), REMOVED)
    assert Catalog.load(write_catalog(tmp_path, [system])).systems[0].runbook_owner is None


def test_a_business_number_of_what_no_browser_sends_is_refused_by_name(tmp_path: Path) -> None:
    """Nothing but the collector makes series of browsers; it would stay empty forever."""
    shop = good_system()
    web = {
        "name": "web_sessions_total",
        "type": "counter",
        "unit": "count",
        "description": "Sessions.",
    }
    views = {**web, "name": "web_page_views_total", "description": "Pages shown."}
    shop = changed(shop, ("components", 0, "telemetry", "metrics"), [web, views])

    def number(metric: str) -> list[object]:
        measure = {"kind": "rate", "counter": {"metric": metric}, "per": "minute"}
        return [{**ORDERS_A_MINUTE, "component": "api", "measure": measure, "by": []}]

    refused = mistakes(write_catalog(tmp_path / "one", [changed(shop, ("kpis",), number("web_sessions_total"))]))
    expected = (
        "found metric 'web_sessions_total', which the collector does not derive from browser data; allowed: "
        "web_errors_total"
    )
    assert any(expected in line for line in refused)
    accepted = changed(shop, ("kpis",), number("web_page_views_total"))
    broken = mistakes(write_catalog(tmp_path / "two", [changed(accepted, ("owner",), "nobody")]))
    assert not any("browsers" in line for line in broken)
