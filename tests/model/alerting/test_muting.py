"""Mute times in the shipped Alertmanager configuration: which alerts they mute, asked of Alertmanager's own routing."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from model.alerting.maintenance import MaintenanceWindow, MuteTime, Muting
from model.alerting.muting import muted
from tests.model.alerting.test_maintenance import NIGHT, UPGRADE
from tests.tools import PROJECT, run

SHIPPED = (PROJECT / "rules" / "alertmanager" / "alertmanager.yaml").read_text(encoding="utf-8")
NIGHT_OF_CLOUDMART = MuteTime.model_validate({**NIGHT, "systems": ["cloudmart"]})
UPGRADE_OF_A_TEAM = MaintenanceWindow.model_validate(
    {**UPGRADE, "systems": [], "components": [], "teams": ["cloudmart"]}
)
OTHERS = MuteTime.model_validate({**NIGHT, "name": "others", "systems": ["bakhmach"]})
MUTINGS: list[Muting] = [NIGHT_OF_CLOUDMART, UPGRADE_OF_A_TEAM, OTHERS]
DOCUMENT: dict[str, Any] = yaml.safe_load(muted(SHIPPED, MUTINGS))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("muting") / "alertmanager.yaml"
    path.write_text(muted(SHIPPED, MUTINGS), encoding="utf-8")
    return path


def mutes(route: dict[str, Any], alert: dict[str, str]) -> list[str] | None:
    """What mutes the route that takes the alert, the first that matches; None when the alert is not this route's."""
    if not all(matches(matcher, alert) for matcher in route.get("matchers", [])):
        return None
    for child in route.get("routes", []):
        found = mutes(child, alert)
        if found is not None:
            return found
    names: list[str] = route.get("mute_time_intervals", [])
    return names


def matches(matcher: str, alert: dict[str, str]) -> bool:
    label, operator, value = next(
        (matcher.partition(operator)) for operator in ("!=", "=~", "!~", "=") if operator in matcher
    )
    found, values = alert.get(label, ""), value.strip('"').split("|")
    return (found in values) is (operator in {"=", "=~"})


def test_without_anything_that_mutes_the_asset_is_used_byte_by_byte() -> None:
    assert muted(SHIPPED, []) == SHIPPED


def test_alertmanager_accepts_the_merged_file(file: Path) -> None:
    assert "SUCCESS" in run("amtool", "check-config", file)


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        pytest.param({"system": "cloudmart", "severity": "warning"}, ["nightly-import"], id="its alerts"),
        pytest.param({"system": "cloudmart", "severity": "critical"}, [], id="not its critical alerts"),
        pytest.param({"system": "cloudmart"}, [], id="not what has a severity that nobody knows"),
        pytest.param({"system": "alchemorsel", "severity": "warning"}, [], id="not another system's"),
        pytest.param({"system": "bakhmach", "severity": "info"}, ["others"], id="the next scope"),
        pytest.param({"team": "cloudmart", "severity": "critical"}, ["database-upgrade"], id="a team's"),
        pytest.param(
            {"team": "cloudmart", "severity": "critical", "level": "2", "environment": "prod"},
            ["database-upgrade"],
            id="escalated copies with their source",
        ),
        pytest.param(
            {"team": "cloudmart", "system": "cloudmart", "severity": "warning"},
            ["nightly-import", "database-upgrade"],
            id="both hours for an alert of both scopes",
        ),
        pytest.param(
            {"alertname": "Watchdog", "team": "cloudmart", "severity": "critical"}, [], id="never the dead-man's switch"
        ),
    ],
)
def test_an_alert_is_muted_in_the_hours_of_every_scope_it_is_in(alert: dict[str, str], expected: list[str]) -> None:
    assert mutes(DOCUMENT["route"], {"alertname": "X", **alert}) == expected


@pytest.mark.parametrize("severity", ["critical", "warning", "info", "none"])
@pytest.mark.parametrize("team", ["cloudmart", "platform"])
def test_muting_changes_no_receiver(file: Path, severity: str, team: str) -> None:
    labels = ["alertname=X", f"severity={severity}", f"team={team}", "system=cloudmart", "environment=prod"]
    shipped = PROJECT / "rules" / "alertmanager" / "alertmanager.yaml"
    before, after = (run("amtool", "config", "routes", "test", f"--config.file={f}", *labels) for f in (shipped, file))
    assert after == before


def test_the_hours_are_defined_beside_the_business_hours() -> None:
    assert [one["name"] for one in DOCUMENT["time_intervals"]] == [
        "business-hours",
        "nightly-import",
        "database-upgrade",
        "others",
    ]


def test_info_still_waits_for_business_hours_in_a_muted_branch() -> None:
    branch = DOCUMENT["route"]["routes"][0]
    info = next(route for route in branch["routes"] if route["receiver"] == "platform-info")
    assert (info["active_time_intervals"], info["mute_time_intervals"]) == (["business-hours"], ["nightly-import"])
