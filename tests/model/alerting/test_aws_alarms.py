"""What Alertmanager gets of each alarm: names that windows may use, links that resolve, and copies that escalate."""

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from model.alarms.audit_filters import FILTERS
from model.alarms.forwarding import read_table
from model.alarms.plan import AlarmPlan
from model.alerting.aws_alarms import Place, alert_name, table_files
from model.alerting.maintenance import AlertName
from model.alerting.prometheus_rules import Links
from model.catalog.teams import Escalation
from model.vocabulary import ReceiverKind
from stacks.inputs import ROOT, Inputs, read
from tests.stacks.deployment import stack_config


@pytest.fixture(name="inputs", scope="module")
def shipped() -> Inputs:
    given = {key.removeprefix("belfry:"): value for key, value in stack_config("prod").items()}
    return read("prod", given, ROOT, today="2026-12-01")


def place(inputs: Inputs, **changes: Any) -> Place:
    fields: dict[str, Any] = {
        "environment": "prod",
        "links": Links(runbooks="https://docs.example.com/runbooks", grafana="https://grafana.example.com"),
        "organization": inputs.catalog.organization,
        "boards": inputs.boards,
    }
    return Place(**{**fields, **changes})


def files(inputs: Inputs, **changes: Any) -> dict[str, str]:
    where = place(inputs, **changes)
    return table_files(inputs.alarm_plan, where, audit=FILTERS, region="eu-central-1", own_prefix="belfry-prod")


def test_an_alert_has_the_labels_that_routes_ask_for_and_says_what_is_wrong(inputs: Inputs) -> None:
    text = read_table(files(inputs).values())["prod-bakhmach-postgres-rds-memory"]

    assert text.labels == {
        "alertname": "RdsMemory",
        "severity": "warning",
        "team": text.labels["team"],
        "system": "bakhmach",
        "component": "postgres",
        "environment": "prod",
        "source": "cloudwatch",
        "alarm": "prod-bakhmach-postgres-rds-memory",
    }
    assert text.labels["team"] in inputs.catalog.teams
    assert text.annotations["summary"] == "bakhmach/postgres: The database has little memory left"
    assert text.annotations["runbook_url"] == "https://docs.example.com/runbooks/cloudwatch/rds.md#rds-memory"
    assert text.annotations["dashboard_url"].startswith("https://grafana.example.com/d/belfry-databases")
    assert text.url.endswith("#alarmsV2:alarm/prod-bakhmach-postgres-rds-memory")


def test_what_is_not_of_the_catalog_is_the_platforms(inputs: Inputs) -> None:
    table = read_table(files(inputs).values())

    own = [text for name, text in table.items() if name.startswith(("prod-belfry-", "belfry-prod-"))]
    assert {text.labels["system"] for text in own} == {"platform"}
    assert {text.labels["team"] for text in own} == {inputs.catalog.organization.platform_team}
    exec_ = table["belfry-prod-eks-exec"]
    assert exec_.annotations["runbook_url"] == "https://docs.example.com/runbooks/aws/eks-exec.md"
    assert exec_.labels["alertname"] == "EksExec"
    assert "belfry-prod-alarm-path-silent" in table


def test_every_runbook_and_every_board_is_there(inputs: Inputs) -> None:
    for text in read_table(files(inputs).values()).values():
        page, _, section = text.annotations["runbook_url"].removeprefix("https://docs.example.com/").partition("#")
        found = (ROOT / "docs" / page).read_text()
        assert not section or f"# {section}\n" in found, section
        board = text.annotations["dashboard_url"].removeprefix("https://grafana.example.com/d/").partition("?")[0]
        assert board in inputs.boards


def test_a_board_that_is_not_shipped_is_never_linked_to(inputs: Inputs) -> None:
    table = read_table(files(inputs, boards={}).values())

    assert {text.annotations["dashboard_url"] for text in table.values()} == {
        "https://grafana.example.com/d/belfry-platform-home"
    }


def test_names_are_such_that_silences_and_windows_can_name_them_and_no_alert_of_prometheus_has_one(
    inputs: Inputs,
) -> None:
    known = {alert for rules in (*inputs.rules.values(), *inputs.log_rules.values()) for alert in rules.alerts}
    named = [alert_name(row.name) for file in inputs.alarms for row in file.alarms]

    for name in named:
        TypeAdapter(AlertName).validate_python(name)
    assert len(named) == len(set(named))
    assert not known & set(named)


def test_two_parts_of_one_resource_are_two_alerts_of_one_name(inputs: Inputs) -> None:
    table = read_table(files(inputs).values())
    indexes = [name for name, text in table.items() if text.labels["alertname"] == "IndexReadThrottles"]

    assert len(indexes) > 1
    assert len({table[name].annotations["summary"] for name in indexes}) == len(indexes)
    assert all(name.rpartition("index-read-throttles-")[2] in table[name].annotations["summary"] for name in indexes)


def test_critical_alarms_are_escalated_as_the_organization_escalates(inputs: Inputs) -> None:
    table = read_table(files(inputs).values())
    levels = {float(one.after.seconds): {"level": str(one.level)} for one in inputs.catalog.organization.escalation[1:]}

    assert levels
    for text in table.values():
        assert text.levels == (levels if text.labels["severity"] == "critical" else {})


def test_a_team_that_leaves_escalation_to_pagerduty_has_no_copies(inputs: Inputs) -> None:
    organization = inputs.catalog.organization
    table = read_table(files(inputs).values())
    (owner, *_) = sorted(text.labels["team"] for text in table.values() if text.levels)
    teams = tuple(
        team.model_copy(update={"escalation": Escalation(by=ReceiverKind.PAGERDUTY)}) if team.name == owner else team
        for team in organization.teams
    )

    changed = read_table(files(inputs, organization=organization.model_copy(update={"teams": teams})).values())
    assert {text.labels["team"] for text in table.values() if text.levels} - {
        text.labels["team"] for text in changed.values() if text.levels
    } == {owner}


def test_a_file_fits_into_a_config_map_and_is_always_the_same(inputs: Inputs) -> None:
    made = files(inputs)

    assert made == files(inputs)
    assert max(len(text.encode()) for text in made.values()) < 1024**2
    assert set(made) == {f"{system}.json" for system in inputs.alarm_plan.systems}


def test_an_environment_without_systems_still_has_the_platforms_own(inputs: Inputs) -> None:
    made = table_files(AlarmPlan(watched=()), place(inputs), audit=(), region="eu-central-1", own_prefix="belfry-prod")

    assert list(json.loads(made["belfry.json"])["alarms"]) == ["belfry-prod-alarm-path-silent"]
