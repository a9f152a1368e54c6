"""Verdicts on clocks, targets, rules, the heartbeat and boards."""

from dataclasses import replace

import pytest

from model.verification import servers
from model.verification.expected import ScrapePool
from model.verification.servers import Group, Target
from model.verification.verdicts import Outcome, Verdict

NOW = 1_800_000_000.0
POOLS = [ScrapePool("serviceMonitor", "shop-api", "shop"), ScrapePool("probe", "cart-ready", "cart")]
UP = [
    Target(pool="serviceMonitor/monitoring/shop-api/0", instance="10.0.0.1:80", health="up"),
    Target(pool="probe/monitoring/cart-ready", instance="http://cart/", health="up"),
    Target(pool="platform/loki", instance="10.0.0.2:3100", health="up"),
]
GROUP = Group(name="slo.shop", rules=("SloOutage",), interval=15, evaluated=NOW - 10, errors={})


@pytest.mark.parametrize(("ours", "verdict"), [(60, Verdict.PASSED), (61, Verdict.FAILED), (-61, Verdict.FAILED)])
def test_clocks_may_differ_by_a_minute(ours: float, verdict: Verdict) -> None:
    assert servers.clock(NOW + ours, NOW).verdict is verdict


def test_a_wrong_clock_is_said_with_its_direction() -> None:
    assert "90 s ahead of the clock of Prometheus" in servers.clock(NOW + 90, NOW).text
    assert "90 s behind the clock of Prometheus" in servers.clock(NOW - 90, NOW).text


def test_targets_that_are_all_up_pass() -> None:
    assert servers.targets(POOLS, UP, ()) == Outcome(Verdict.PASSED, "3 targets are up, 2 monitors and probes")


def test_a_target_that_is_down_fails_whoever_monitors_it() -> None:
    down = [*UP[:2], replace(UP[2], health="down", error="connection refused")]

    assert servers.targets(POOLS, down, ()).text == "platform/loki 10.0.0.2:3100 is down: connection refused"


def test_a_target_that_was_not_scraped_yet_is_unknown() -> None:
    assert servers.targets(POOLS, [*UP[:2], replace(UP[2], health="unknown")], ()).verdict is Verdict.UNKNOWN


def test_a_monitor_without_any_target_fails_unless_this_world_cannot_have_it() -> None:
    assert servers.targets(POOLS, UP[1:], ()).details == ("serviceMonitor shop-api has no target",)
    found = servers.targets(POOLS, UP[1:], {"shop-api"})
    assert found == Outcome(
        Verdict.UNKNOWN,
        "serviceMonitor shop-api has no target: it does not run here",
        ("serviceMonitor shop-api has no target: it does not run here",),
    )


def test_a_probe_does_not_stand_in_for_a_monitor_of_the_same_name() -> None:
    pools = [ScrapePool("serviceMonitor", "cart-ready", "cart")]

    assert servers.targets(pools, UP, ()).details == ("serviceMonitor cart-ready has no target",)


def test_rules_that_are_loaded_healthy_and_fresh_pass() -> None:
    # Divided objects: one name in two files.
    parts = [GROUP, replace(GROUP, rules=("a:b",))]

    assert servers.rules({"slo.shop": ("SloOutage", "a:b")}, parts, NOW) == Outcome(
        Verdict.PASSED, "2 rules in 1 groups"
    )


@pytest.mark.parametrize(
    ("group", "verdict", "sentence"),
    [
        pytest.param(
            replace(GROUP, rules=()), Verdict.FAILED, "the group slo.shop has no rule SloOutage", id="a lost rule"
        ),
        pytest.param(
            replace(GROUP, errors={"SloOutage": "many-to-many"}),
            Verdict.FAILED,
            "slo.shop: SloOutage: many-to-many",
            id="a rule that fails",
        ),
        pytest.param(
            replace(GROUP, evaluated=NOW - 61),
            Verdict.FAILED,
            "slo.shop: last evaluated 61 s ago, its interval is 15 s",
            id="four evaluations were missed",
        ),
        pytest.param(replace(GROUP, evaluated=0), Verdict.UNKNOWN, "slo.shop: not evaluated yet", id="a new group"),
        pytest.param(
            replace(GROUP, pending=("SloOutage",)), Verdict.UNKNOWN, "slo.shop: not evaluated yet", id="a new rule"
        ),
    ],
)
def test_a_group_that_does_not_work_is_named(group: Group, verdict: Verdict, sentence: str) -> None:
    assert servers.rules({"slo.shop": ("SloOutage",)}, [group], NOW) == Outcome(verdict, sentence, (sentence,))


def test_a_slow_group_is_fresh_for_four_of_its_own_intervals() -> None:
    slow = replace(GROUP, interval=300)
    expected = {"slo.shop": ("SloOutage",)}

    assert servers.rules(expected, [replace(slow, evaluated=NOW - 1200)], NOW).verdict is Verdict.PASSED
    assert servers.rules(expected, [replace(slow, evaluated=NOW - 1201)], NOW).verdict is Verdict.FAILED


def test_the_heartbeat_passes_only_if_prometheus_posts_and_the_watchdog_arrived() -> None:
    url = "http://alertmanager/api/v2/alerts"

    assert servers.heartbeat([url], {"dead-mans-switch"}) == Outcome(
        Verdict.PASSED, "Watchdog arrived: dead-mans-switch"
    )
    assert servers.heartbeat([], None).details == (
        "Prometheus knows no Alertmanager",
        "the alert Watchdog is not in Alertmanager",
    )


def test_a_board_must_exist_in_its_folder_and_be_provisioned() -> None:
    expected = {"belfry-slo": "Shop", "belfry-api": "Shop", "belfry-logs": "Shop"}

    found = servers.boards(expected, {"belfry-slo": ("Shop", False), "belfry-api": ("General", True)})

    assert found.details == (
        "belfry-api is in the folder General, planned Shop",
        "belfry-logs does not exist",
        "belfry-slo is not provisioned: somebody saved it by hand",
    )
    assert servers.boards({"belfry-slo": "Shop"}, {"belfry-slo": ("Shop", True)}).verdict is Verdict.PASSED


def test_systems_that_were_left_out_are_named() -> None:
    assert servers.left_out(["shop"], ["shop", "cart", "platform"]) == ["cart"]
    assert servers.left_out([], ["shop", "cart"]) == []
