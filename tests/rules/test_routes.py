"""Notified: Alertmanager's own routing, asked with the labels of alerts."""

from datetime import datetime
from itertools import product
from typing import Any

import pytest

from model.catalog.catalog import Catalog
from model.vocabulary import Environment, Severity
from model.yaml_file import read_yaml
from tests.tools import PROJECT, run

FILE = PROJECT / "rules" / "alertmanager" / "alertmanager.yaml"
CONFIG: dict[str, Any] = read_yaml(FILE)
RECEIVERS: dict[str, dict[str, Any]] = {receiver["name"]: receiver for receiver in CONFIG["receivers"]}
TEAMS = sorted(Catalog.load(PROJECT / "catalog").teams)


def receiver_of(**labels: str) -> str:
    """The one receiver that Alertmanager gives an alert with these labels to."""
    words = run("amtool", "config", "routes", "test", f"--config.file={FILE}", *(f"{k}={v}" for k, v in labels.items()))
    return words.strip()


def test_alertmanager_accepts_the_file() -> None:
    assert "SUCCESS" in run("amtool", "check-config", FILE)


# severity, team, environment -> receiver; and the special alerts.
TABLE = [
    ("critical", "platform", "prod", "platform-critical-page"),
    ("critical", "platform", "staging", "platform-critical"),
    ("critical", "platform", "dev", "platform-critical"),
    ("critical", "platform", "local", "platform-critical"),
    ("warning", "platform", "prod", "platform-warning"),
    ("warning", "platform", "dev", "platform-warning"),
    ("info", "platform", "prod", "platform-info"),
    ("info", "platform", "dev", "platform-info"),
    ("none", "platform", "prod", "nobody"),
    ("critical", "cloudmart", "prod", "cloudmart-critical-page"),
    ("critical", "cloudmart", "staging", "cloudmart-critical"),
    ("warning", "cloudmart", "prod", "cloudmart-warning"),
    ("info", "cloudmart", "staging", "cloudmart-info"),
    ("none", "cloudmart", "prod", "nobody"),
]


@pytest.mark.parametrize(("severity", "team", "environment", "receiver"), TABLE)
def test_an_alert_reaches_its_team_by_severity_and_environment(
    severity: str, team: str, environment: str, receiver: str
) -> None:
    assert receiver_of(alertname="X", severity=severity, team=team, environment=environment) == receiver


@pytest.mark.parametrize(("severity", "environment"), list(product(Severity, Environment)))
def test_every_team_gets_its_own_alerts_and_only_prod_pages(severity: Severity, environment: Environment) -> None:
    for team in TEAMS:
        name = receiver_of(alertname="X", severity=severity, team=team, environment=environment)
        if severity is Severity.NONE:
            assert name == "nobody"
        elif severity is not Severity.INFO:
            assert name.removesuffix("-page") == f"{team}-{severity}"
            assert len(RECEIVERS[name]) > 1, f"{name} has no integration"
        if environment is not Environment.PROD:
            assert "pagerduty_configs" not in RECEIVERS[name]


def test_every_team_of_the_shipped_catalog_is_paged_in_prod() -> None:
    for team in TEAMS:
        name = receiver_of(alertname="X", severity="critical", team=team, environment="prod")
        assert RECEIVERS[name]["pagerduty_configs"]


def test_an_alert_of_an_unknown_team_reaches_the_platform_team() -> None:
    assert receiver_of(alertname="X", severity="critical", team="left", environment="prod") == "platform-critical-page"
    assert receiver_of(alertname="X", severity="critical", environment="prod") == "platform-critical-page"


def test_a_misspelt_severity_is_reported_as_a_warning_and_not_lost() -> None:
    assert receiver_of(alertname="X", severity="Critical", team="cloudmart", environment="prod") == "cloudmart-warning"
    assert receiver_of(alertname="X", team="platform", environment="prod") == "platform-warning"


def test_without_an_environment_no_page_is_sent() -> None:
    assert receiver_of(alertname="X", severity="critical", team="platform") == "platform-critical"


@pytest.mark.parametrize("environment", list(Environment))
def test_the_watchdog_goes_to_the_dead_mans_switch_and_nowhere_else(environment: Environment) -> None:
    found = receiver_of(alertname="Watchdog", severity="none", team="platform", environment=environment)
    assert found == "dead-mans-switch"


@pytest.mark.parametrize(
    ("level", "environment", "receiver"),
    [
        ("2", "prod", "platform-team-lead"),
        ("3", "prod", "platform-engineering-manager"),
        ("4", "prod", "platform-director"),
        ("4", "staging", "nobody"),
        ("9", "prod", "nobody"),
    ],
)
def test_alerts_are_escalated_in_prod_only(level: str, environment: str, receiver: str) -> None:
    labels = {"alertname": "X", "severity": "critical", "team": "platform", "level": level}
    assert receiver_of(**labels, environment=environment) == receiver


# Where an alert comes from -> the labels it brings. No route asks for it: AWS's alarms, Loki's and Falco's alerts are
# under the policy of all others. AWS knows no cluster.
SOURCES = {
    "prometheus": {"cluster": "prod-eu", "prometheus": "monitoring/prometheus"},
    "loki": {"cluster": "prod-eu", "source": "loki"},
    "falco": {"cluster": "prod-eu", "source": "syscalls", "rule": "TerminalShell"},
    "cloudwatch": {"source": "cloudwatch", "region": "eu-central-1"},
}
WORKING_DAY, NIGHT, SUNDAY = "2026-03-04 11:00", "2026-03-04 03:00", "2026-03-08 11:00"
# source, severity, environment, team, moment in Berlin -> who is notified then; "" where it waits for the morning.
WHO_HEARS_WHEN = [
    ("prometheus", "critical", "prod", "cloudmart", WORKING_DAY, "cloudmart-critical-page"),
    ("prometheus", "critical", "prod", "cloudmart", NIGHT, "cloudmart-critical-page"),
    ("prometheus", "critical", "prod", "cloudmart", SUNDAY, "cloudmart-critical-page"),
    ("prometheus", "critical", "staging", "cloudmart", NIGHT, "cloudmart-critical"),
    ("prometheus", "warning", "prod", "trading", NIGHT, "trading-warning"),
    ("prometheus", "warning", "dev", "trading", SUNDAY, "trading-warning"),
    ("prometheus", "info", "prod", "trading", WORKING_DAY, "trading-info"),
    ("prometheus", "info", "prod", "trading", NIGHT, ""),
    ("prometheus", "info", "prod", "trading", SUNDAY, ""),
    ("prometheus", "info", "local", "platform", WORKING_DAY, "platform-info"),
    ("prometheus", "none", "prod", "platform", WORKING_DAY, "nobody"),
    ("loki", "critical", "prod", "alchemorsel", NIGHT, "alchemorsel-critical-page"),
    ("loki", "warning", "staging", "alchemorsel", NIGHT, "alchemorsel-warning"),
    ("loki", "info", "prod", "bakhmach", NIGHT, ""),
    ("loki", "info", "prod", "bakhmach", WORKING_DAY, "bakhmach-info"),
    ("falco", "critical", "prod", "platform", SUNDAY, "platform-critical-page"),
    ("falco", "critical", "dev", "platform", SUNDAY, "platform-critical"),
    ("falco", "warning", "prod", "platform", NIGHT, "platform-warning"),
    ("cloudwatch", "critical", "prod", "trading", NIGHT, "trading-critical-page"),
    ("cloudwatch", "critical", "prod", "cloudmart-ai", WORKING_DAY, "cloudmart-ai-critical-page"),
    ("cloudwatch", "critical", "staging", "trading", WORKING_DAY, "trading-critical"),
    ("cloudwatch", "critical", "dev", "bakhmach", NIGHT, "bakhmach-critical"),
    ("cloudwatch", "warning", "prod", "alchemorsel", NIGHT, "alchemorsel-warning"),
    ("cloudwatch", "info", "prod", "cloudmart", WORKING_DAY, "cloudmart-info"),
    ("cloudwatch", "info", "prod", "cloudmart", SUNDAY, ""),
]


@pytest.mark.parametrize(("source", "severity", "environment", "team", "moment", "heard"), WHO_HEARS_WHEN)
def test_who_hears_what_and_when_whatever_the_alert_comes_from(  # noqa: PLR0917 (the columns of the table)
    source: str, severity: str, environment: str, team: str, moment: str, heard: str
) -> None:
    name = receiver_of(alertname="X", severity=severity, team=team, environment=environment, **SOURCES[source])
    assert (name if awake(name, datetime.fromisoformat(moment)) else "") == heard


def awake(receiver: str, moment: datetime) -> bool:
    """Whether the routes of a receiver tell at a moment, by the clock of the interval."""
    intervals = {
        name
        for route in routes(CONFIG["route"])
        if route["receiver"] == receiver
        for name in route.get("active_time_intervals", [])
    }
    pieces = [p for one in CONFIG["time_intervals"] if one["name"] in intervals for p in one["time_intervals"]]
    clock, day = f"{moment:%H:%M}", f"{moment:%A}".lower()
    return not intervals or any(
        day in piece["weekdays"] and any(time["start_time"] <= clock < time["end_time"] for time in piece["times"])
        for piece in pieces
    )


def test_business_hours_are_those_of_the_catalog() -> None:
    [hours] = [one for one in CONFIG["time_intervals"] if one["name"] == "business-hours"]
    assert [piece["location"] for piece in hours["time_intervals"]] == ["Europe/Berlin"]
    assert awake("platform-info", datetime.fromisoformat("2026-03-06 16:59"))
    assert not awake("platform-info", datetime.fromisoformat("2026-03-06 17:00"))


def test_a_copy_follows_the_escalation_policy_of_its_team_wherever_its_source_came_from() -> None:
    copy = {"alertname": "X", "severity": "critical", "team": "trading", "environment": "prod", "level": "3"}
    for source in SOURCES.values():
        assert receiver_of(**copy, **source) == "trading-engineering-manager"


def test_each_level_is_notified_once() -> None:
    escalations = [route for route in routes(CONFIG["route"]) if route.get("matchers") == ['level!=""']]
    assert len(escalations) == len(TEAMS)
    # As long as Alertmanager remembers what it sent: 120 hours.
    assert {route["repeat_interval"] for route in escalations} == {"5d"}


def test_info_is_sent_in_business_hours_only_and_nothing_else_waits_for_them() -> None:
    hours = {route["receiver"]: route.get("active_time_intervals") for route in routes(CONFIG["route"])}
    assert {name for name, value in hours.items() if value} == {n for n in hours if n.endswith("-info")}
    assert {interval for value in hours.values() for interval in value or []} == {"business-hours"}


def test_critical_waits_seconds_and_warning_a_quarter_of_an_hour() -> None:
    waits = {route["receiver"]: route.get("group_wait") for route in routes(CONFIG["route"])}
    assert {waits[f"{team}-critical"] for team in TEAMS} == {"5s"}
    assert {waits[f"{team}-warning"] for team in TEAMS} == {"15m"}


def test_alerts_are_grouped_by_what_is_wrong_and_never_by_pod() -> None:
    assert CONFIG["route"]["group_by"] == ["cluster", "system", "component", "alertname"]
    assert [r["receiver"] for r in routes(CONFIG["route"]) if "group_by" in r] == [
        "platform-warning",
        "dead-mans-switch",
    ]


def test_secrets_stand_in_the_file_as_paths_only() -> None:
    files = []
    for receiver in RECEIVERS.values():
        for configs in (value for key, value in receiver.items() if key != "name"):
            for config in configs:
                assert not {"routing_key", "service_key", "api_url", "url", "auth_password"} & set(config)
                files += [value for key, value in config.items() if key.endswith("_file")]
    assert files
    assert {path.rpartition("/")[0] for path in files} == {"/etc/alertmanager/secrets/alertmanager-receivers"}


def routes(route: dict[str, Any]) -> list[dict[str, Any]]:
    return [route, *(inner for child in route.get("routes", []) for inner in routes(child))]
