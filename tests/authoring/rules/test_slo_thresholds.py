"""The alert thresholds of objectives: what they measure, when they fire, and how they are named."""

import pytest

from model.metrics import metric_names as names
from tests.authoring.rules.slo_samples import (
    AT,
    SLOW,
    alert,
    objective,
    of_threshold,
    rules,
)
from tests.model.catalogs import Document


def test_burn_rates_stay_on_the_objective_beside_an_alert_threshold() -> None:
    with_threshold, without = objective(alert_at=AT), objective()
    assert alert(names.FAST_BURN, with_threshold) == alert(names.FAST_BURN, without)
    assert alert(names.TRICKLE, with_threshold) == alert(names.TRICKLE, without)


def test_an_alert_threshold_is_measured_over_minutes_with_a_pending_period() -> None:
    reported = alert("HighErrorRate", objective(alert_at=AT))
    assert "slo_events:increase5m" in reported["expr"]
    assert "\n> 0.005\n" in reported["expr"]
    assert reported["for"] == "5m"
    assert reported["labels"]["severity"] == "critical"


def test_window_pending_period_and_severity_of_an_alert_threshold_are_the_catalogs() -> None:
    reported = alert("HighErrorRate", objective(alert_at={**AT, "window": "30m", "hold": "0s", "severity": "warning"}))
    assert "slo_events:increase30m" in reported["expr"]
    assert "for" not in reported
    assert reported["labels"]["severity"] == "warning"


@pytest.mark.parametrize(("load", "window"), [(10, "5m"), (3, "15m"), (1.5, "30m"), (0.1, "1h")])
def test_a_quiet_service_is_measured_over_longer_for_the_same_share(load: float, window: str) -> None:
    assert f"slo_events:increase{window}" in alert("HighErrorRate", objective(alert_at=AT), load=load)["expr"]


def test_an_alert_threshold_needs_more_bad_events_than_one_of_ten() -> None:
    assert 'outcome="bad"} >= 5' in alert("HighErrorRate", objective(alert_at=AT))["expr"]


def test_what_a_long_window_remembers_keeps_no_alert_firing() -> None:
    assert "increase15m" in alert("HighErrorRate", objective(alert_at={**AT, "window": "1h"}))["expr"]


def test_a_percentile_is_above_its_alert_threshold_when_more_than_its_rest_are_slower() -> None:
    counts = {
        rule["labels"]["outcome"]: rule["expr"]
        for rule in rules(objective(**SLOW))
        if rule.get("record") == names.events("5m") and "outcome" in rule["labels"]
    }
    assert 'le="0.5"' in counts[names.BAD]
    assert 'le="0.75"' in counts[names.LATE]
    reported = alert("HighLatency", objective(**SLOW))
    assert f'outcome="{names.LATE}"' in reported["expr"]
    assert "\n> 0.05\n" in reported["expr"]
    (hour,) = (r["expr"] for r in rules(objective(**SLOW)) if r.get("record") == names.error_ratio("1h"))
    assert f'outcome="{names.BAD}"' in hour


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"target": "99", "sli": {"kind": "latency", "threshold": "500ms"}}, "HighTailLatency"),
        ({"target": "50", "sli": {"kind": "latency", "threshold": "500ms"}}, "HighMedianLatency"),
        (
            {"sli": {"kind": "histogram", "histogram": "db_query_duration_seconds", "threshold": "1s"}},
            "HighQueryLatency",
        ),
        (
            {"sli": {"kind": "histogram", "histogram": "gen_ai_client_operation_duration_seconds", "threshold": "1s"}},
            "AiLatencyHigh",
        ),
        ({"sli": {"kind": "histogram", "histogram": "job_seconds", "threshold": "1s"}}, names.BELOW_THRESHOLD),
    ],
)
def test_the_alert_is_named_after_what_is_bad_so_that_its_runbook_fits(changes: Document, name: str) -> None:
    at = {"threshold": "2s", "reason": "The team's document says so."}
    assert of_threshold(objective(**{"target": "95", **changes, "alert_at": at}))["alert"] == name


def test_the_threshold_of_a_cache_is_its_hit_ratio_and_that_of_other_shares_is_the_objectives() -> None:
    for metric, name in (("cache_lookups_total", "CacheHitRatioLow"), ("jobs_total", names.BELOW_THRESHOLD)):
        total = {"metric": metric}
        sli = {"kind": "ratio", "good": {"metric": metric, "where": ['result="hit"']}, "total": total}
        assert of_threshold(objective(sli=sli, alert_at=AT))["alert"] == name


def test_a_probe_that_runs_every_two_minutes_must_fail_twice() -> None:
    probe = {"name": "slow", "kind": "http", "target": "https://example.com/", "interval": "2m", "reason": "Slow."}
    reported = of_threshold(objective(sli={"kind": "probe", "probe": "slow"}, alert_at=AT), probes=[probe])
    assert reported["alert"] == names.BELOW_THRESHOLD
    assert 'outcome="bad"} >= 4' in reported["expr"]


def test_texts_of_burn_rates_state_the_time_that_follows_from_their_own_threshold() -> None:
    fast = alert(names.FAST_BURN, objective(alert_at=AT))
    assert ">= 0.0144\n" in fast["expr"]
    # 30 days x 0.001 / 0.0144.
    assert "at 1.44 % a full error budget is exhausted in 50 hours." in fast["annotations"]["description"]
    slow = alert(names.SLOW_BURN, objective(window="7d"))
    assert ">= 0.0014\n" in slow["expr"]
    assert "at 0.14 % a full error budget is exhausted in 5 days." in slow["annotations"]["description"]
