"""Rules of auto-remediation: defaults, bounds, references, and actions that fit their target."""

import re
from pathlib import Path
from typing import Any

import pytest

from model.alarms.alarm import AlarmFile
from model.alerting.aws_alarms import alert_name
from model.catalog.catalog import Catalog
from model.catalog.remediation import CAPACITY_ALERTS, Mode, Modes, Remediation, ZonalShift
from model.vocabulary import Environment
from model.yaml_file import read_yaml
from tests.model.catalog.test_checks import mistakes
from tests.model.catalogs import good_system, write_catalog
from tests.model.refusals import refusal

RULE: dict[str, Any] = {
    "name": "restart",
    "alert": "SloOutage",
    "component": "api",
    "action": {"kind": "restart-pod"},
    "settle": "5m",
    "reason": "It hangs.",
}


BREAKER: dict[str, Any] = {
    "kind": "breaker",
    "flag": "f",
    "places": {"dev": {"application": "abc1234", "profile": "def5678", "environment": "ghi9012"}},
}
BREAK: dict[str, Any] = {**RULE, "name": "break", "alert": "SloNoData"}


def system_with(*rules: dict[str, Any]) -> dict[str, Any]:
    return {**good_system(), "remediation": list(rules)}


def test_a_rule_is_in_shadow_in_every_environment_unless_it_says_otherwise() -> None:
    assert {Modes().of(environment) for environment in Environment} == {Mode.SHADOW}
    only_dev = Modes(dev=Mode.ACT)
    assert [e for e in Environment if only_dev.of(e) is Mode.ACT] == [Environment.DEV]


def test_a_good_rule_is_read(tmp_path: Path) -> None:
    [system] = Catalog.load(write_catalog(tmp_path / "catalog", [system_with(RULE)])).systems
    [rule] = system.remediation
    assert (rule.action.kind, rule.limits.component_per_day, str(rule.settle)) == ("restart-pod", 3, "5m")


def test_a_zonal_shift_expires_when_its_rule_says() -> None:
    rule = Remediation.model_validate({**RULE, "action": {"kind": "zonal-shift", "expires": "90m"}})
    assert isinstance(rule.action, ZonalShift)
    assert rule.action.expires.seconds == 5400


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"alert": "sloOutage"}, "alert: found 'sloOutage'"),
        ({"action": {"kind": "reboot"}}, "action.kind: found 'reboot'; allowed: restart-pod, rollout-restart"),
        ({"action": {"kind": "restart-pod", "min_ready": 1}}, "action.min_ready: found 1"),
        ({"action": {"kind": "scale-out", "most": 0}}, "action.most: found 0"),
        (
            {"action": {"kind": "zonal-shift", "expires": "3d"}},
            "action.expires: found 3d; allowed: above 0s, at most 2h",
        ),
        ({"action": {"kind": "zonal-shift", "expires": "0s"}}, "action.expires: found 0s; allowed: above 0s"),
        ({"action": {**BREAKER, "places": {}}}, "action.places: found {}"),
        (
            {"action": {**BREAKER, "places": {"dev": {**BREAKER["places"]["dev"], "profile": "../x"}}}},
            "action.places.dev.profile: found '../x'",
        ),
        ({"mode": {"prod": "auto"}}, "mode.prod: found 'auto'"),
        ({"mode": {"qa": "act"}}, "mode.qa: unknown key; allowed: dev, local, prod, staging"),
        ({"limits": {"component_per_day": 0}}, "limits.component_per_day: found 0"),
        ({"limits": {"component_per_day": 11}}, "limits.component_per_day: found 11"),
        ({"limits": {"environment_per_hour": 7}}, "limits.environment_per_hour: found 7"),
        ({"limits": {"share": 31}}, "limits.share: found 31"),
        ({"settle": "30s"}, "settle: found 30s; allowed: 5m to 1h"),
        ({"settle": "2h"}, "settle: found 2h; allowed: 5m to 1h"),
        ({"during": ["silence"]}, "during[0]: found 'silence'"),
        (
            {"action": {"kind": "rollback", "how": "Run it."}, "mode": {"dev": "act"}},
            "found mode act in dev for a rollback; allowed: shadow, ask",
        ),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(change: dict[str, Any], message: str) -> None:
    assert message in refusal(Remediation, {**RULE, **change})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"component": "apy"}, "[restart].component: found unknown component 'apy'; allowed: api,"),
        ({"component": "payments"}, "[restart].action: found restart-pod of payments, which has no pods; allowed: a"),
        (
            {"component": "orders", "action": BREAKER},
            "[restart].action: found breaker of the resource orders; allowed: a component",
        ),
        (
            {"action": BREAKER},
            "[restart].action.flag: found 'f', which api does not read; allowed: a flag of api; it has no flags",
        ),
        (
            {"action": {"kind": "scale-out", "most": 4}},
            "[restart].action: found scale-out of api, which has no autoscaler; allowed: a component with autoscaler",
        ),
        (
            {"action": {"kind": "zonal-shift"}},
            "[restart].action: found zonal-shift of api; allowed: a resource of kind",
        ),
        (
            {"action": {"kind": "table-capacity", "most_read": 9, "most_write": 9}},
            "[restart].action: found table-capacity of api; allowed: a resource of kind dynamodb-table",
        ),
        (
            {"proof": {"component": "apy", "objective": "availability"}},
            "[restart].proof: found unknown component 'apy'; allowed: api",
        ),
        (
            {"proof": {"component": "api", "objective": "speed"}},
            "[restart].proof: found unknown objective 'speed' of api; allowed: availability",
        ),
    ],
)
def test_target_action_and_proof_fit(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    found = mistakes(write_catalog(tmp_path / "catalog", [system_with({**RULE, **change})]))
    assert any(line.startswith(f"catalog/shop.yaml: remediation{message}") for line in found), found


def test_an_action_needs_what_its_component_has(tmp_path: Path) -> None:

    def catalog(most: int, flag: str) -> Path:
        rules = (
            {**RULE, "action": {"kind": "scale-out", "most": most}},
            {**BREAK, "action": {**BREAKER, "flag": flag}},
        )
        system = system_with(*rules)
        has = {"autoscaler": {"most": 6}, "flags": ["f"]}
        system["components"] = [{**one, **has} if one["name"] == "api" else one for one in system["components"]]
        return write_catalog(tmp_path / f"{most}{flag}" / "catalog", [system])

    Catalog.load(catalog(6, "f"))
    assert mistakes(catalog(7, "g")) == [
        "catalog/shop.yaml: remediation[break].action.flag: found 'g', which api does not read; allowed: f",
        "catalog/shop.yaml: remediation[restart].action.most: found 7; allowed: at most 6, as its autoscaler",
    ]


def test_all_mistakes_of_all_rules_are_reported_at_once(tmp_path: Path) -> None:
    rules = [{**RULE, "component": "apy"}, {**RULE, "component": "apz", "name": "other"}]
    assert len(mistakes(write_catalog(tmp_path / "catalog", [system_with(*rules)]))) == 2


def test_one_alert_of_one_part_has_one_rule(tmp_path: Path) -> None:
    [line] = mistakes(write_catalog(tmp_path / "catalog", [system_with(RULE, {**RULE, "name": "again"})]))
    assert line == "catalog/shop.yaml: remediation: found 'SloOutage of api' 2 times; allowed: each name once"


def table(**values: Any) -> dict[str, Any]:
    return {"name": "stock", "description": "It.", "kind": "dynamodb-table", "table": "shop-stock", **values}


CAPACITY = {
    "name": "more",
    "alert": "ReadCapacityExhausted",
    "component": "stock",
    "action": {"kind": "table-capacity", "most_read": 400, "most_write": 100},
    "proof": {"component": "api", "objective": "availability"},
    "reason": "Sales.",
}


@pytest.mark.parametrize(
    ("ceiling", "found"),
    [
        ({"billing": "provisioned", "capacity": {"read": 200, "write": 50}}, []),
        ({"billing": "on-demand", "maximum": {"read": 200, "write": 50}}, []),
        (
            {"billing": "on-demand"},
            ["action: found table-capacity of stock, which has no ceiling; allowed: a table with"],
        ),
        (
            {"billing": "provisioned", "capacity": {"read": 400, "write": 200}},
            [
                "action.most_read: found 400; allowed: above 400, which the table has already",
                "action.most_write: found 100; allowed: above 200, which the table has already",
            ],
        ),
    ],
)
def test_capacity_can_only_be_raised(tmp_path: Path, ceiling: dict[str, Any], found: list[str]) -> None:
    system = system_with(CAPACITY)
    folder = write_catalog(tmp_path / "catalog", [{**system, "resources": [*system["resources"], table(**ceiling)]}])
    if not found:
        Catalog.load(folder)
        return
    lines = [line.removeprefix("catalog/shop.yaml: remediation[more].") for line in mistakes(folder)]
    assert len(lines) == len(found)
    assert all(line.startswith(start) for line, start in zip(lines, found, strict=True)), lines


def test_what_has_no_objective_names_one_that_proves_the_cure(tmp_path: Path) -> None:
    system = system_with({key: value for key, value in CAPACITY.items() if key != "proof"})
    ceiling = {"billing": "on-demand", "maximum": {"read": 200, "write": 50}}
    folder = write_catalog(tmp_path / "catalog", [{**system, "resources": [*system["resources"], table(**ceiling)]}])
    [line] = mistakes(folder)
    assert "found no proof: stock has no objective; allowed: proof, with component and objective" in line


@pytest.mark.parametrize("alert", ["ReadThrottles", "HotKey", "AccountLimitThrottles", "SloOutage"])
def test_capacity_is_no_cure_for_a_hot_key_or_a_quota(tmp_path: Path, alert: str) -> None:
    system = system_with({**CAPACITY, "alert": alert})
    ceiling = {"billing": "on-demand", "maximum": {"read": 200, "write": 50}}
    folder = write_catalog(tmp_path / "catalog", [{**system, "resources": [*system["resources"], table(**ceiling)]}])
    [line] = mistakes(folder)
    assert f"found table-capacity for {alert}, which a hot key or the account's quota may raise too" in line


def test_alerts_that_capacity_cures_are_about_capacity_alone() -> None:
    """In the shipped alarms: no metric of throttled requests, which count every cause."""
    path = Path("rules/cloudwatch/dynamodb-capacity.yaml")
    rows = {alert_name(row.name): row for row in AlarmFile.model_validate(read_yaml(path, path.name)).alarms}
    capacity = re.compile(r"(Consumed|Provisioned)(Read|Write)CapacityUnits|OnDemandMax(Read|Write)RequestUnits")
    for alert, side in CAPACITY_ALERTS.items():
        metrics = [one.metric for one in rows[alert].metrics]
        assert all(capacity.fullmatch(metric) and side in metric for metric in metrics), alert
