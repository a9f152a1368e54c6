"""Numbers, lists and addresses of the catalog that could never work: each is refused with its key."""

from pathlib import Path

import pytest

from model.catalog.catalog import Catalog
from model.catalog.system import System
from model.catalog.teams import Organization
from tests.model.catalog.test_checks import mistakes
from tests.model.catalogs import Key, changed, good_organization, good_system, write_catalog
from tests.model.refusals import refusal

API, WORKER, PAYMENTS = ("components", 0), ("components", 1), ("components", 2)
PROBE = (*API, "probes", 0)


@pytest.mark.parametrize(
    ("kind", "target", "message"),
    [
        pytest.param("http", "", "target: found ''; allowed: https:// or http:// and a host", id="no target"),
        pytest.param("http", "javascript:alert(1)", "target: found 'javascript:alert(1)'", id="a script"),
        pytest.param("http", "file:///etc/passwd", "target: found 'file:///etc/passwd'", id="a file"),
        pytest.param("http", 'https://a"} or..', "target: found the host", id="a quote"),
        pytest.param("http", "https://a/x\ny", "target: found", id="a newline"),
        pytest.param("http", "https://u:hunter2@a/", "target: found a URL with a user or a password", id="a password"),
        pytest.param("http", "http://169.254.169.254/", "target: found the host '169.254.169.254'", id="metadata"),
        pytest.param("tls", "pay.example.com", "target: found 'pay.example.com'; allowed: host:port", id="no port"),
        pytest.param("tcp", "https://pay.example.com:443", "target: found", id="a URL for tcp"),
        pytest.param("grpc", "pay.example.com:0", "target: found the port '0'", id="port zero"),
        pytest.param("icmp", "https://pay.example.com", "target: found the host", id="a URL for icmp"),
        pytest.param("icmp", "pay.example.com:443", "target: found the host", id="a port for icmp"),
    ],
)
def test_a_probe_asks_what_its_kind_can_ask(kind: str, target: str, message: str) -> None:
    probe = {"name": "it", "kind": kind, "target": target, "reason": "As users."}
    line = refusal(System, changed(good_system(), PROBE, probe))
    assert line.startswith(f"components[0].probes[0].{message}")
    assert "hunter2" not in line


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("http", "https://a.example.com/health?x=1"),
        ("tcp", "a.example.com:5432"),
        ("grpc", "[2001:db8::1]:443"),
        ("icmp", "a.example.com"),
    ],
)
def test_a_probe_of_each_kind_is_taken(kind: str, target: str) -> None:
    probe = {"name": "it", "kind": kind, "target": target, "reason": "As users."}
    assert System.model_validate(changed(good_system(), PROBE, probe)).components[0].probes[0].target == target


@pytest.mark.parametrize("interval", ["0s", "1ms", "9s", "10500ms", "6m", "999d"])
def test_a_probe_is_asked_neither_before_its_answer_nor_after_it_is_forgotten(interval: str) -> None:
    line = refusal(System, changed(good_system(), (*PROBE, "interval"), interval))
    assert f"components[0].probes[0].interval: found {interval}; allowed: 10s to 5m" in line


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param((*API, "health", 0, "path"), "health", "health[0].path: found 'health'", id="no slash"),
        pytest.param((*API, "health", 0, "path"), '/a"b', "health[0].path: found", id="a quote"),
        pytest.param((*WORKER, "telemetry", "scrape", "path"), "/a\nb", "telemetry.scrape.path: found", id="a newline"),
        *(
            pytest.param(
                (*WORKER, "telemetry", "scrape", "port"), port, f"telemetry.scrape.port: found {port!r}", id=port
            )
            for port in ("This Is Not A Port Name", "9090", "a--b", "-a", "a-", "a_b", "HTTP", "sixteen-letters-x", "")
        ),
        pytest.param((*API, "load", "requests_per_second"), 1e12, "load.requests_per_second: found", id="requests"),
        pytest.param((*API, "load", "series"), 10**12, "load.series: found", id="series"),
        pytest.param((*API, "load", "log_gib_per_day"), 1e12, "load.log_gib_per_day: found", id="logs"),
        pytest.param((*API, "load", "spans_per_second"), 1e12, "load.spans_per_second: found", id="spans"),
        pytest.param(
            (*API, "depends_on"), ["orders", "orders"], "depends_on: found 'orders' more than once", id="twice"
        ),
        pytest.param(
            (*API, "health"), [{"kind": "ready", "path": "/"}] * 2, "health: found an equal entry more", id="two equal"
        ),
    ],
)
def test_a_components_slip_is_refused(key: Key, value: object, message: str) -> None:
    assert message in refusal(System, changed(good_system(), key, value))


@pytest.mark.parametrize("port", ["a", "http", "http-metrics", "8080-tcp", "fifteen-letters"])
def test_a_port_that_kubernetes_takes_is_taken(port: str) -> None:
    system = System.model_validate(changed(good_system(), (*WORKER, "telemetry", "scrape", "port"), port))
    assert system.components[1].telemetry.scrape
    assert system.components[1].telemetry.scrape.port == port


@pytest.mark.parametrize(
    ("index", "sli", "message"),
    [
        (1, {"kind": "latency", "threshold": "0s"}, "sli.threshold: found 0s; allowed: above 0s, at most 1h"),
        (1, {"kind": "latency", "threshold": "2h"}, "sli.threshold: found 2h"),
        (2, {"kind": "histogram", "histogram": "x", "threshold": "0s"}, "sli.threshold: found 0s"),
        (2, {"kind": "freshness", "age": {"metric": "x"}, "max_age": "0s"}, "sli.max_age: found 0s"),
        (2, {"kind": "freshness", "age": {"metric": "x"}, "max_age": "15d"}, "sli.max_age: found 15d; allowed: above"),
    ],
)
def test_an_objective_can_be_met_and_missed(index: int, sli: object, message: str) -> None:
    line = refusal(System, changed(good_system(), (*API, "objectives", index, "sli"), sli))
    assert line.startswith(f"components[0].objectives[{index}].{message}")


def test_an_alert_threshold_is_bounded_like_its_objective() -> None:
    key = (*API, "objectives", 1, "alert_at", "threshold")
    assert "alert_at.threshold: found 2h" in refusal(System, changed(good_system(), key, "2h"))


@pytest.mark.parametrize(
    ("signal", "unit", "values", "message"),
    [
        ("cpu-usage", "percent", {"warning": 150}, "found warning 150; allowed: above 0 and below 100 percent"),
        ("cpu-usage", "percent", {"critical": 100}, "found critical 100; allowed: above 0 and below 100"),
        ("cpu-usage", "percent", {"warning": 0}, "found warning 0"),
        ("cpu-usage", "percent", {"warning": -5}, "found warning -5"),
        ("cache-hit-ratio", "percent", {"warning": 101}, "found warning 101; allowed: above 0 and at most 100"),
        ("cache-hit-ratio", "percent", {"warning": 70, "critical": 0}, "found critical 0"),
        ("latency-p95", "seconds", {"warning": 0}, "found warning 0; allowed: above 0 and below 3600 seconds"),
        ("latency-p95", "seconds", {"warning": 9999}, "found warning 9999"),
        ("largest-contentful-paint", "seconds", {"warning": 10}, "found warning 10; allowed: above 0 and below 10"),
        ("cumulative-layout-shift", "score", {"warning": 2}, "found warning 2; allowed: above 0 and below 1 score"),
        ("threat-score", "score", {"warning": 101}, "found warning 101; allowed: above 0 and below 100 score"),
        ("certificate-expiry", "seconds", {"warning": 10**9}, "found warning 1000000000"),
        ("queue-depth", "count", {"warning": 0}, "found warning 0; allowed: above 0 count"),
        ("request-flood", "percent", {"warning": 0}, "found warning 0; allowed: above 0 percent"),
    ],
)
def test_a_threshold_can_be_passed_and_is_not_passed_always(
    signal: str, unit: str, values: dict[str, int], message: str
) -> None:
    threshold = {"signal": signal, "unit": unit, "reason": "It hurts.", **values}
    line = refusal(System, changed(good_system(), ("thresholds",), [threshold]))
    assert line.startswith(f"thresholds[0]: {message}")


def test_more_than_the_expected_peak_is_what_a_flood_is() -> None:
    flood = {"signal": "request-flood", "unit": "percent", "warning": 200, "critical": 400, "reason": "A flood."}
    assert System.model_validate(changed(good_system(), ("thresholds",), [flood])).thresholds[0].critical == 400


@pytest.mark.parametrize(
    ("number", "alerts", "message"),
    [
        pytest.param(1, {"floor": 50, "ceiling": 10}, "kpis[1].alerts: found floor 50 and ceiling 10", id="crossed"),
        pytest.param(1, {"floor": 10, "ceiling": 10}, "kpis[1].alerts: found floor 10 and ceiling 10", id="equal"),
        pytest.param(0, {"floor": 0}, "kpis[0]: found floor 0; allowed: a number that rate in", id="a rate below zero"),
        pytest.param(0, {"ceiling": -1}, "kpis[0]: found ceiling -1", id="a rate above less than nothing"),
        pytest.param(
            2, {"floor": 101}, "kpis[2]: found floor 101; allowed: a number that ratio in percent", id="floor"
        ),
        pytest.param(2, {"ceiling": 100}, "kpis[2]: found ceiling 100", id="more than all"),
        pytest.param(1, {"ceiling": 5, "severity": "none"}, "kpis[1].alerts.severity: found 'none'", id="for nobody"),
    ],
)
def test_an_alert_on_a_business_number_can_fire_and_resolve(number: int, alerts: object, message: str) -> None:
    key = ("kpis", number, "alerts")
    value = {**alerts, "reason": "It hurts."}  # type: ignore[dict-item]
    assert refusal(System, changed(good_system(), key, value)).startswith(message)


def test_a_gauge_may_have_a_floor_below_zero() -> None:
    key = ("kpis", 1, "alerts")
    assert System.model_validate(changed(good_system(), key, {"floor": -5, "reason": "Debt."})).kpis[1].alerts


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param(
            ("kpis", 0, "measure", "counter", "metric"),
            "active_users",
            "kpis[orders-per-minute].measure: found metric 'active_users', a gauge that is read as a counter; ",
            id="a rate over a gauge",
        ),
        pytest.param(
            ("kpis", 1, "measure", "gauge", "metric"),
            "orders_total",
            "kpis[active-users].measure: found metric 'orders_total', a counter that is read as a gauge; allowed",
            id="the value of a counter",
        ),
        pytest.param(
            ("kpis", 2, "measure", "denominator", "metric"),
            "active_users",
            "kpis[conversion].measure: found metric 'active_users', a gauge that is read as a counter",
            id="a share of a gauge",
        ),
        pytest.param(
            (*WORKER, "objectives", 1, "sli", "age", "metric"),
            "jobs_total",
            "worker.objectives[freshness].sli: found metric 'jobs_total', a counter that is read as a gauge",
            id="a counter as an age",
        ),
        pytest.param(
            (*API, "objectives", 5, "sli", "per_second"),
            False,
            "api.objectives[throughput].sli: found metric 'orders_total', a counter that is read as a gauge",
            id="a counter as it is",
        ),
        pytest.param(
            (*WORKER, "telemetry", "metrics", 1, "name"),
            "jobs_total",
            "worker.metrics: found 'jobs_total' 2 times; allowed: each name once",
            id="two metrics of one name",
        ),
    ],
)
def test_a_metric_is_read_as_its_type(tmp_path: Path, key: Key, value: object, message: str) -> None:
    found = mistakes(write_catalog(tmp_path / "catalog", [changed(good_system(), key, value)]))
    assert any(line.startswith(f"catalog/shop.yaml: {message}") for line in found), found


def test_the_count_of_a_histogram_is_a_counter(tmp_path: Path) -> None:
    key = ("kpis", 0, "measure", "counter", "metric")
    system = changed(good_system(), key, "db_query_duration_seconds_count")
    assert Catalog.load(write_catalog(tmp_path, [system])).systems[0].kpis[0].measure.kind == "rate"


def test_a_name_has_one_type_in_the_whole_catalog(tmp_path: Path) -> None:
    bank = changed(good_system("bank"), (*API, "telemetry", "metrics", 1, "type"), "gauge")
    bank = changed(changed(bank, ("kpis",), []), (*API, "objectives"), [])
    [line] = mistakes(write_catalog(tmp_path / "catalog", [bank, good_system()]))
    assert (
        line
        == "catalog: metric visits_total: found gauge of bank/api, counter of shop/api; allowed: one type for a name"
    )


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param(
            ("business_hours", "weekdays"), [], "business_hours.weekdays: found []", id="no day, so info is never sent"
        ),
        pytest.param(
            ("business_hours", "weekdays"),
            ["monday", "monday"],
            "business_hours.weekdays: found 'monday' more than once; allowed: each once",
            id="a day twice",
        ),
        *(
            pytest.param(
                ("teams", 0, "receivers", index, "severities"),
                value,
                f"receivers[{index}].severities",
                id=f"{index}{value}",
            )
            for index in range(5)
            for value in ([], ["none"], ["critical", "critical"])
        ),
        pytest.param(
            ("teams", 1, "receivers"),
            [{"kind": "slack", "secret": "slack-webhook", "channel": "#shop"}] * 2,
            "teams[1].receivers: found slack slack-webhook #shop for critical, slack slack",
            id="a receiver twice",
        ),
        pytest.param(
            ("teams", 1, "receivers"),
            [
                {"kind": "email", "to": ["a@example.com"], "severities": ["critical", "warning"]},
                {"kind": "email", "to": ["b@example.com", "A@example.com"], "severities": ["warning"]},
            ],
            "teams[1].receivers: found email a@example.com for warning more than once; allowed: each",
            id="an address notified twice",
        ),
        pytest.param(
            ("teams", 0, "escalation", "team-lead"),
            [
                {"kind": "sns", "topic_arn": "arn:aws:sns:eu-central-1:123456789012:x", "severities": [s, "critical"]}
                for s in ("warning", "info")
            ],
            "found sns arn:aws:sns:eu-central-1:123456789012:x for critical more than once",
            id="a topic of a role notified twice",
        ),
        *(
            pytest.param(("teams", 0, "receivers", 2, "to"), [address], "receivers[2].to[0]: found", id=address)
            for address in (
                "{{.CommonLabels.X}}@example.com",
                "a@{{.X}}.com",
                "Ann <a@example.com>",
                '"a"@example.com',
                "a@-example.com",
                "a@example.com.",
            )
        ),
        pytest.param(
            ("teams", 0, "receivers", 2, "to"), ["a@b.co", "a@b.co"], "to: found 'a@b.co' more", id="to twice"
        ),
        pytest.param(
            ("teams", 0, "receivers"),
            [{"kind": "pagerduty", "secret": f"pager-{n}", "api_secret": f"api-{n}"} for n in (1, 2)],
            "teams[0]: found 2 api_secrets: api-1, api-2; allowed: one",
            id="two keys, of which one would never be read",
        ),
        pytest.param(
            ("teams", 0, "receivers", 0, "api_secret"),
            "slack-webhook",
            "teams[0]: found 'slack-webhook' as api_secret and as secret of another receiver",
            id="a key that is a webhook too",
        ),
    ],
)
def test_a_slip_in_the_teams_is_refused(key: Key, value: object, message: str) -> None:
    assert message in refusal(Organization, changed(good_organization(), key, value))


@pytest.mark.parametrize("address", ["o'brien@example.com", "a.b+c@sub.example.co.uk", "a_b%c@xn--d1a.example"])
def test_an_ordinary_address_is_taken(address: str) -> None:
    assert Organization.model_validate(changed(good_organization(), ("teams", 0, "receivers", 2, "to"), [address]))


def test_a_key_of_a_roles_receiver_is_the_teams_key() -> None:
    lead = [{"kind": "pagerduty", "secret": "pagerduty-leads", "api_secret": "pagerduty-api"}]
    organization = changed(good_organization(), ("teams", 0, "escalation", "team-lead"), lead)
    assert Organization.model_validate(organization).teams[0].api_secret == "pagerduty-api"
