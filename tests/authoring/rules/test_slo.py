"""The generator of objectives' rules: exact numbers, tiers that fit the target, and one clear error for bad input."""

import json
import re

import promql_parser
import pytest
import yaml

from authoring.rules import slo
from model.catalog.catalog import Catalog
from model.catalog.system import System
from model.metrics import metric_names as names
from model.problems import BadInput
from tests.authoring.rules.slo_samples import (
    AT,
    HTTP,
    alert,
    alerts,
    catalog,
    objective,
    rules,
    system,
)
from tests.model.catalogs import Document
from tests.tools import PROJECT


def test_the_committed_rules_are_what_the_catalog_says() -> None:
    for file, text in slo.generate(Catalog.load(PROJECT / "catalog")).items():
        assert (PROJECT / file).read_text(encoding="utf-8") == text


def test_each_objective_is_one_group() -> None:
    document = yaml.safe_load(slo.rule_file(system(objective(), objective(name="other"))))
    assert [group["name"] for group in document["groups"]] == [
        "belfry.slo.shop.api.goal",
        "belfry.slo.shop.api.other",
    ]


@pytest.mark.parametrize("target", ["50.5", "90", "95", "99", "99.5", "99.9", "99.95", "99.99", "99.87654", "99.99999"])
@pytest.mark.parametrize("window", ["7d", "28d", "30d"])
def test_every_query_parses_and_no_number_has_float_dust(target: str, window: str) -> None:
    for rule in rules(objective(target=target, window=window)):
        promql_parser.parse(rule["expr"])
        for number in re.findall(r"(?<![\w.])\d+\.\d+", rule["expr"]):
            assert len(number.replace(".", "").strip("0")) <= 6, number


def test_a_burn_rate_is_the_exact_product_of_factor_and_budget() -> None:
    expr = alert(names.FAST_BURN, objective())["expr"]
    assert 'slo_errors:ratio1h{system="shop", component="api", objective="goal"} >= 0.0144\n' in expr


def test_a_shorter_window_spends_the_same_share_of_its_budget() -> None:
    # 2 % of a budget of 7 days within an hour: 0.02 x 168 x 0.001.
    assert ">= 0.00336\n" in alert(names.FAST_BURN, objective(window="7d"))["expr"]


def test_a_tier_that_could_never_fire_is_left_out_with_a_note() -> None:
    # 14.4 x 0.1 is more than all events.
    loose = objective(target="90")
    assert names.FAST_BURN not in alerts(loose)
    assert names.SLOW_BURN in alerts(loose)
    assert "# Fast burn: left out. 14.4 x 0.1 is all events or more" in slo.rule_file(system(loose))


def test_an_exhausted_budget_is_a_warning_unless_the_document_calls_it_critical() -> None:
    assert alert(names.BUDGET_EXHAUSTED, objective())["labels"]["severity"] == "warning"
    assert alert(names.BUDGET_EXHAUSTED, objective(exhausted="critical"))["labels"]["severity"] == "critical"


def test_the_feature_is_a_label_of_every_series_and_alert_of_its_objective() -> None:
    assert {rule["labels"].get("feature") for rule in rules(objective(feature="checkout", alert_at=AT))} == {"checkout"}
    assert all("feature" not in rule["labels"] for rule in rules(objective()))


def test_a_bucket_of_whole_seconds_is_found_in_both_spellings() -> None:
    (bad,) = (
        rule["expr"]
        for rule in rules(objective(target="95", sli={"kind": "latency", "threshold": "1s"}))
        if rule.get("record") == names.events("5m") and rule["labels"].get("outcome") == names.BAD
    )
    assert 'le=~"1|1[.]0"' in bad


def test_a_histogram_in_milliseconds_has_its_buckets_there() -> None:
    for sli in (
        {"kind": "latency", "threshold": "500ms"},
        {"kind": "histogram", "histogram": "job_duration_ms", "threshold": "500ms", "unit": "milliseconds"},
    ):
        reported = objective(target="95", sli=sli, alert_at={"threshold": "1s", "reason": "The document says so."})
        counts = {
            rule["labels"]["outcome"]: rule["expr"]
            for rule in rules(reported, telemetry={"http": {**HTTP, "unit": "milliseconds"}})
            if rule.get("record") == names.events("5m") and "outcome" in rule["labels"]
        }
        assert 'le=~"500|500[.]0"' in counts[names.BAD]
        assert "histogram_fraction(-Inf, 500, " in counts[names.BAD]
        assert 'le=~"1000|1000[.]0"' in counts[names.LATE]


def test_without_page_nothing_is_critical() -> None:
    severities = {rule["labels"]["severity"] for rule in rules(objective(page=False)) if "alert" in rule}
    assert severities == {"warning"}


def test_a_probe_of_another_owner_opens_tickets_only() -> None:
    probe = {
        "name": "theirs",
        "kind": "http",
        "target": "https://example.com/",
        "third_party": True,
        "reason": "Theirs.",
    }
    found = rules(objective(sli={"kind": "probe", "probe": "theirs"}), probes=[probe])
    assert {rule["labels"]["severity"] for rule in found if "alert" in rule} == {"warning"}


def test_a_probe_that_runs_every_five_minutes_cannot_measure_an_objective() -> None:
    probe = {"name": "slow", "kind": "http", "target": "https://example.com/", "interval": "5m", "reason": "Slow."}
    with pytest.raises(BadInput) as error:
        slo.generate(catalog(objective(sli={"kind": "probe", "probe": "slow"}), probes=[probe]))
    assert "catalog/shop.yaml: api.objectives[goal].sli.probe: found a probe every 300 s" in str(error.value)


def test_two_objectives_of_one_name_are_refused() -> None:
    with pytest.raises(BadInput, match="found two objectives with this name"):
        slo.generate(catalog(objective(), objective(target=98)))


@pytest.mark.parametrize(("load", "reported"), [(0, False), (0.05, False), (0.2, True), (10, True)])
def test_missing_traffic_alerts_only_where_the_catalog_expects_traffic(load: float, reported: bool) -> None:
    assert (names.NO_DATA in alerts(objective(), load=load)) == reported


@pytest.mark.parametrize(("load", "reported"), [(0, True), (0.05, True), (100, False)])
def test_only_a_service_that_may_be_quiet_has_the_tier_for_little_traffic(load: float, reported: bool) -> None:
    assert (names.LOW_TRAFFIC_ERRORS in alerts(objective(), load=load)) == reported


def test_the_check_for_still_burning_needs_enough_traffic_to_see_it() -> None:
    assert "avg_over_time" in alert(names.FAST_BURN, objective(), load=10)["expr"]
    assert "avg_over_time" not in alert(names.FAST_BURN, objective(), load=1)["expr"]


def test_an_outage_of_latency_takes_five_minutes_and_one_of_requests_one_export() -> None:
    slow = objective(target="95", sli={"kind": "latency", "threshold": "1s"})
    assert f"{names.error_ratio('1m')}{{" not in alert(names.OUTAGE, slow)["expr"]
    assert f"{names.error_ratio('1m')}{{" in alert(names.OUTAGE, objective())["expr"]


def test_the_window_does_not_change_what_an_evaluation_reads_of_raw_series() -> None:
    def raw(window: str) -> list[str]:
        return [r["expr"] for r in rules(objective(window=window)) if "http_requests_total" in r["expr"]]

    assert raw("7d") == raw("30d")


def test_no_rule_reads_itself() -> None:
    # Recursion loses its memory in a restart, and does not run in Amazon Managed Prometheus.
    for rule in rules(objective()):
        if "record" in rule:
            outcome = rule["labels"].get(names.OUTCOME, "")
            read = re.findall(rf"{rule['record']}\{{([^}}]*)}}", rule["expr"])
            assert all("outcome" in one and f'outcome="{outcome}"' not in one for one in read)


def test_record_names_and_labels_are_unique() -> None:
    found = [
        (rule["record"], json.dumps(rule["labels"], sort_keys=True))
        for rule in rules(objective(), objective(name="other", target="99"))
        if "record" in rule
    ]
    assert len(found) == len(set(found))


def test_each_longer_window_is_covered_once_by_its_parts() -> None:
    # Shifts are multiples of the part without a gap: part, part + 1, ... up to the window.
    seconds = {"m": 60, "h": 3600, "d": 86_400}
    for rule in rules(objective(window="28d"), objective(name="other"), objective(name="third", window="7d")):
        record = rule.get("record", "")
        if not record.startswith(names.events("")) or "label_replace" not in rule["expr"]:
            continue
        (part,) = set(re.findall(r"slo_events:increase(\w+)\{", rule["expr"]))
        shifts = re.findall(r"offset (\w+)", rule["expr"])
        length = {text: int(text[:-1]) * seconds[text[-1]] for text in (part, record.split("increase")[1], *shifts)}
        expected = list(range(length[part], length[record.split("increase")[1]], length[part]))
        assert [length[shift] for shift in shifts] == expected, record


@pytest.mark.parametrize(
    ("telemetry", "short", "silence"),
    [
        ({"scrape": {}}, "30s", "30s"),
        ({"push_interval": "10s"}, "30s", "30s"),
        ({"push_interval": "15s"}, "30s", "30s"),
        ({"push_interval": "30s"}, "30s", "45s"),
        ({}, "1m", "90s"),
        ({"push_interval": "2m"}, "2m", "180s"),
    ],
)
def test_windows_and_pending_periods_follow_the_export_interval(telemetry: Document, short: str, silence: str) -> None:
    telemetry = {"http": HTTP, **telemetry}
    silent = alert(names.NO_DATA, objective(), telemetry=telemetry)
    assert silent["for"] == silence
    assert f"{names.error_ratio(short)}{{" in alert(names.OUTAGE, objective(), telemetry=telemetry)["expr"]
    assert names.events(short) in {rule.get("record") for rule in rules(objective(), telemetry=telemetry)}


def test_a_resource_is_as_slow_as_the_clients_that_measure_it() -> None:
    store = {
        "name": "store",
        "kind": "dynamodb-table",
        "description": "Orders.",
        "table": "orders",
        "billing": "on-demand",
        "objectives": [
            objective(sli={"kind": "histogram", "histogram": "query_seconds", "threshold": "1s"}, target="95")
        ],
    }
    metric = {"name": "query_seconds", "type": "histogram", "unit": "seconds", "description": "Queries."}

    def windows(telemetry: Document) -> set[str]:
        shop = system(telemetry={"http": HTTP, **telemetry})
        document = yaml.safe_load(slo.rule_file(System.model_validate({**shop.model_dump(), "resources": [store]})))
        return {rule["record"] for rule in document["groups"][0]["rules"] if "record" in rule}

    assert names.events("1m") in windows({"metrics": [metric]})
    # By an exporter of its own, which is scraped every 30 seconds.
    assert names.events("30s") in windows({})


def test_one_silence_is_one_alert_whatever_the_number_of_objectives() -> None:
    found = rules(
        objective(name="route", sli={"kind": "availability", "where": ['route="/pay"']}),
        objective(name="slow", page=False, target="95", sli={"kind": "latency", "threshold": "1s"}),
        objective(name="errors"),
    )
    silent = {rule["labels"]["objective"]: rule for rule in found if rule.get("alert") == names.NO_DATA}
    # What is counted as a whole and pages comes first; a route of its own may be silent alone, but not besides it.
    assert set(silent) == {"errors", "route"}
    assert "unless ignoring (objective)" in silent["route"]["expr"]
    assert silent["errors"]["annotations"]["summary"] == "shop/api receives nothing"


def test_load_in_bursts_has_no_alert_on_silence() -> None:
    load = {"requests_per_second": "10", "bursts": True}
    shop = system(objective()).model_dump()
    shop["components"][0]["load"] = load
    text = slo.rule_file(System.model_validate(shop))
    assert "# No data: left out. Its load comes in bursts, so silence is ordinary." in text
    assert names.NO_DATA not in text


def test_the_pending_period_of_an_outage_is_a_setting_and_none_by_default() -> None:
    assert "for" not in alert(names.OUTAGE, objective())
    assert alert(names.OUTAGE, objective(outage_for="1m"))["for"] == "1m"


def test_a_burst_of_an_outage_fires_no_other_tier() -> None:
    for tier in (names.FAST_BURN, names.SLOW_BURN):
        assert f'unless on (cluster)\nALERTS{{alertname="{names.OUTAGE}"' in alert(tier, objective())["expr"].replace(
            "  ", ""
        )
    # Where half may be bad, there is no outage to wait for.
    assert "ALERTS" not in alert(names.SLOW_BURN, objective(target="74", window="7d"))["expr"]


def test_what_was_never_measured_is_named_by_the_way_its_metrics_take() -> None:
    pushed = alert(names.NOT_MEASURED, objective())["annotations"]["description"]
    assert "service.namespace=shop and service.name=api" in pushed
    scraped = alert(names.NOT_MEASURED, objective(), telemetry={"http": HTTP, "scrape": {"port": "web"}})
    assert "app.kubernetes.io/part-of=shop" in scraped["annotations"]["description"]
    assert "a port named web that serves /metrics" in scraped["annotations"]["description"]


def test_a_component_that_only_a_probe_measures_needs_no_metrics_of_its_own() -> None:
    health = [{"kind": "health", "path": "/health"}]
    assert names.NOT_MEASURED not in alerts(objective(sli={"kind": "probe"}), health=health)


@pytest.mark.parametrize(
    ("telemetry", "settled"),
    [({"scrape": {}}, "[2m]) >= 7"), ({}, "[5m]) >= 19"), ({"push_interval": "2m"}, "[10m]) >= 39")],
)
def test_silence_needs_a_prometheus_that_has_evaluated_without_a_gap(telemetry: Document, settled: str) -> None:
    found = rules(objective(), telemetry={"http": HTTP, **telemetry})
    (silence,) = (rule["expr"] for rule in found if rule.get("record") == names.SILENCE)
    assert silence.endswith(
        f'and on ()\ncount_over_time({names.OBJECTIVE_RATIO}{{system="shop", component="api", objective="goal"}}'
        + settled
    )
