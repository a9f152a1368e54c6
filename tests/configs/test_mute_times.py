"""Mute times and windows: the inhibitions of Alertmanager, and the alerts whose clocks are run by promtool."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from authoring.text import to_yaml
from configs.mute_times import muted, muting_rules
from model.alerting.maintenance import MaintenanceWindow, MuteTime, Muting
from tests.model.alerting.test_maintenance import NIGHT, UPGRADE
from tests.tools import PROJECT, run

SHIPPED = (PROJECT / "rules" / "alertmanager" / "alertmanager.yaml").read_text(encoding="utf-8")
NIGHT_OF_CLOUDMART = MuteTime.model_validate({**NIGHT, "systems": ["cloudmart"]})
UPGRADE_OF_A_TEAM = MaintenanceWindow.model_validate(
    {**UPGRADE, "systems": [], "components": [], "teams": ["cloudmart"]}
)
EVERYTHING = MaintenanceWindow.model_validate({**UPGRADE, "name": "all", "systems": [], "components": []})
MUTINGS: list[Muting] = [NIGHT_OF_CLOUDMART, UPGRADE_OF_A_TEAM, EVERYTHING]


def test_without_anything_that_mutes_the_asset_is_used_byte_by_byte_and_there_are_no_rules() -> None:
    assert muted(SHIPPED, []) == SHIPPED
    assert muting_rules([], "platform") is None


def test_a_mute_time_and_a_window_leave_every_route_and_receiver_as_it_is() -> None:
    # PagerDuty's deduplication key is made of the matchers of the route: another route would orphan open incidents.
    before, after = yaml.safe_load(SHIPPED), yaml.safe_load(muted(SHIPPED, MUTINGS))
    rules = after.pop("inhibit_rules")
    assert rules[: -len(MUTINGS)] == before.pop("inhibit_rules")
    assert after == before


def test_each_inhibits_the_alerts_of_its_scope_but_never_those_that_watch_alerting(tmp_path: Path) -> None:
    rules = yaml.safe_load(muted(SHIPPED, MUTINGS))["inhibit_rules"][-len(MUTINGS) :]
    assert [rule["source_matchers"] for rule in rules] == [
        ['alertname="AlertsMuted"', f'muting="{name}"'] for name in ("nightly-import", "database-upgrade", "all")
    ]
    protected = rules[0]["target_matchers"][-1]
    assert [rule["target_matchers"] for rule in rules] == [
        ['system="cloudmart"', 'severity=~"info|warning"', protected],
        ['team="cloudmart"', 'severity=~"critical|info|warning"', protected],
        ['severity=~"critical|info|warning"', protected],
    ]
    assert {"Watchdog", "AlertsNotDelivered"} <= set(protected.removeprefix('alertname!~"').rstrip('"').split("|"))
    file = tmp_path / "alertmanager.yaml"
    file.write_text(muted(SHIPPED, MUTINGS), encoding="utf-8")
    assert "SUCCESS" in run("amtool", "check-config", file)


def test_the_alert_of_a_mute_time_reaches_no_receiver() -> None:
    rules = muting_rules(MUTINGS, "platform")
    assert rules is not None
    [alert, *_] = [rule for group in rules.groups for rule in group.rules if rule.alert]
    labels = [f"{key}={value}" for key, value in {"alertname": alert.alert, **alert.labels}.items()]
    file = PROJECT / "rules" / "alertmanager" / "alertmanager.yaml"
    assert run("amtool", "config", "routes", "test", f"--config.file={file}", *labels).strip() == "nobody"


def check(folder: Path, muting: Muting, moments: dict[str, bool]) -> None:
    """Whether it mutes at each moment, by the clocks of its time zone."""
    rules = muting_rules([muting], "platform")
    assert rules is not None
    (folder / "muting.yaml").write_text(to_yaml(rules.as_prometheus(), ""), encoding="utf-8")
    firing = f'count(ALERTS{{alertname="AlertsMuted", alertstate="firing", muting="{muting.name}"}})'
    tests: list[dict[str, Any]] = []
    for moment, mutes in moments.items():
        local = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(muting.time_zone))
        samples = [{"labels": "{}", "value": 1}] if mutes else []
        start = int((local - timedelta(minutes=1)).timestamp())
        case = {"expr": firing, "eval_time": "1m", "exp_samples": samples}
        tests.append({"name": moment, "interval": "15s", "start_timestamp": start, "promql_expr_test": [case]})
    document = {"rule_files": ["muting.yaml"], "evaluation_interval": "15s", "tests": tests}
    (folder / "muting.test.yaml").write_text(to_yaml(document, ""), encoding="utf-8")
    run("promtool", "test", "rules", folder / "muting.test.yaml")


def test_a_window_mutes_from_its_start_to_its_end_and_never_again(tmp_path: Path) -> None:
    window = MaintenanceWindow.model_validate({**UPGRADE, "time_zone": "America/New_York"})
    # The clocks go forward at 2 o'clock on March 8.
    moments = {
        "2026-03-07T22:29:45": False,
        "2026-03-07T22:30:00": True,
        "2026-03-08T12:00:00": True,
        "2026-03-09T01:59:45": True,
        "2026-03-09T02:00:00": False,
        "2027-03-08T12:00:00": False,
    }
    check(tmp_path, window, moments)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])
def test_a_mute_time_keeps_to_the_clocks_of_its_time_zone_in_winter_and_summer(tmp_path: Path, zone: str) -> None:
    night = MuteTime.model_validate({**NIGHT, "time_zone": zone, "weekdays": [], "name": "night"})
    moments: dict[str, bool] = {}
    for day in ("2026-01-15", "2026-07-15", "2033-03-26", "2033-03-28", "2045-12-31"):
        moments |= {f"{day}T21:59:45": False, f"{day}T22:00:00": True, f"{day}T23:59:45": True}
        moments |= {f"{day}T00:00:00": True, f"{day}T01:59:45": True, f"{day}T02:00:00": False}
    check(tmp_path, night, moments)


def test_a_mute_time_keeps_to_its_days_and_months(tmp_path: Path) -> None:
    times = [{"start": "00:00", "end": "24:00"}]
    sundays = {**NIGHT, "times": times, "weekdays": ["sunday", "monday"], "months": ["march"]}
    # March 1 2026 is a Sunday; in Berlin it begins while UTC still has February.
    moments = {
        "2026-03-01T00:00:00": True,
        "2026-02-28T23:59:45": False,
        "2026-03-02T23:59:45": True,
        "2026-03-03T00:00:00": False,
        "2026-03-29T12:00:00": True,
        "2026-04-05T12:00:00": False,
    }
    check(tmp_path, MuteTime.model_validate(sundays), moments)
    first = {**NIGHT, "times": times, "weekdays": [], "days_of_month": [1, 31]}
    moments = {"2026-05-31T12:00:00": True, "2026-06-01T23:59:45": True, "2026-06-02T00:00:00": False}
    check(tmp_path, MuteTime.model_validate(first), moments)
