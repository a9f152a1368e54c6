"""The Alertmanager configuration of another catalog: every kind of receiver, and teams that lack some."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from authoring.rules import alertmanager_inhibitions
from authoring.rules.alertmanager import generate
from model.catalog.catalog import Catalog
from model.catalog.system import System
from model.catalog.teams import Organization
from model.problems import BadInput
from tests.model.catalogs import changed, good_organization, good_system
from tests.tools import run

SECRETS = "/etc/alertmanager/secrets/alertmanager-receivers"


def catalog(organization: dict[str, Any]) -> Catalog:
    return Catalog.of(Organization.model_validate(organization), [System.model_validate(good_system())])


def configuration(document: dict[str, Any]) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(generate(catalog(document)))
    return loaded


def receivers(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {receiver["name"]: receiver for receiver in configuration(document)["receivers"]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "alertmanager.yaml"
    path.write_text(generate(catalog(good_organization())), encoding="utf-8")
    return path


def test_alertmanager_accepts_every_kind_of_receiver(file: Path) -> None:
    assert "SUCCESS" in run("amtool", "check-config", file)


def test_each_kind_of_receiver_is_written_with_its_secret_as_a_file() -> None:
    page = receivers(good_organization())["platform-critical-page"]
    assert page["pagerduty_configs"][0]["routing_key_file"] == f"{SECRETS}/pagerduty-platform"
    assert page["slack_configs"][0]["api_url_file"] == f"{SECRETS}/slack-webhook"
    assert page["slack_configs"][0]["channel"] == "#platform"
    assert page["webhook_configs"][0]["url_file"] == f"{SECRETS}/webhook-platform"
    assert page["sns_configs"][0]["topic_arn"] == "arn:aws:sns:eu-central-1:123456789012:platform"
    assert page["sns_configs"][0]["sigv4"] == {"region": "eu-central-1"}
    assert page["sns_configs"][0]["message"] == '{{ template "belfry.text" . }}'
    assert "email_configs" not in page  # email does not list critical


def test_the_same_alert_outside_prod_goes_to_the_same_receivers_but_the_pager() -> None:
    found = receivers(good_organization())
    paged, quiet = dict(found["platform-critical-page"]), dict(found["platform-critical"])
    assert paged.pop("pagerduty_configs")
    assert paged.pop("name") != quiet.pop("name")
    assert paged == quiet


def test_a_team_that_lists_no_info_is_not_sent_any() -> None:
    route = configuration(good_organization())["route"]
    shop = next(child for child in route["routes"] if child.get("matchers") == ['team="shop"'])
    info = next(child for child in shop["routes"] if child["matchers"] == ['severity="info"'])
    assert info["receiver"] == "nobody"


def test_a_team_without_people_for_an_escalation_level_borrows_those_of_the_platform_team() -> None:
    found = receivers(good_organization())
    assert found["shop-team-lead"]["email_configs"][0]["to"] == "lead@example.com"


def test_a_level_without_people_notifies_the_team_again() -> None:
    document = changed(good_organization(), ("teams", 0, "escalation"), {})
    assert receivers(document)["shop-team-lead"]["slack_configs"][0]["channel"] == "#shop"


def test_a_team_that_pagerduty_escalates_for_has_no_route_for_copies() -> None:
    document = good_organization()
    pager = {"kind": "pagerduty", "secret": "pagerduty-shop", "severities": ["critical", "warning"]}
    document["teams"][1] |= {"receivers": [pager], "escalation": {"by": "pagerduty"}}
    found = configuration(document)
    [shop] = [route for route in found["route"]["routes"] if route.get("matchers") == ['team="shop"']]
    [copies] = [route for route in shop["routes"] if route["matchers"] == ['level!=""']]
    assert copies["receiver"] == "nobody"
    assert "routes" not in copies
    assert "shop-team-lead" not in {receiver["name"] for receiver in found["receivers"]}
    # Another team's stay.
    assert "platform-team-lead" in {receiver["name"] for receiver in found["receivers"]}


def test_alertmanager_accepts_the_configuration_of_an_escalation_policy_of_one_level(tmp_path: Path) -> None:
    document = changed(good_organization(), ("escalation",), good_organization()["escalation"][:1])
    document = changed(document, ("teams", 0, "escalation"), {})
    path = tmp_path / "alertmanager.yaml"
    path.write_text(generate(catalog(document)), encoding="utf-8")
    assert "SUCCESS" in run("amtool", "check-config", path)


def test_teams_that_critical_or_warning_alerts_would_not_reach_are_refused_together() -> None:
    document = changed(good_organization(), ("teams", 1, "receivers", 0, "severities"), ["info"])
    with pytest.raises(BadInput) as caught:
        generate(catalog(document))
    assert [str(problem) for problem in caught.value.problems] == [
        "catalog/teams.yaml: teams[shop].receivers: found none for critical; "
        "allowed: a receiver with critical in its severities",
        "catalog/teams.yaml: teams[shop].receivers: found none for warning; "
        "allowed: a receiver with warning in its severities",
    ]


def test_the_order_of_the_teams_in_the_catalog_changes_no_byte() -> None:
    document = good_organization()
    document["teams"].append({**document["teams"][1], "name": "accounts", "title": "Accounts"})
    turned = {**document, "teams": list(reversed(document["teams"]))}
    assert generate(catalog(document)) == generate(catalog(turned))


def test_business_hours_follow_the_catalog() -> None:
    assert configuration(good_organization())["time_intervals"] == [
        {
            "name": "business-hours",
            "time_intervals": [
                {
                    "times": [{"start_time": "09:00", "end_time": "17:00"}],
                    "weekdays": ["monday", "friday"],
                    "location": "Europe/Berlin",
                }
            ],
        }
    ]


def test_every_receiver_is_used_and_every_used_one_exists() -> None:
    document = configuration(good_organization())
    used: set[str] = set()
    waiting = [document["route"]]
    while waiting:
        route = waiting.pop()
        used.add(route["receiver"])
        waiting += route.get("routes", [])
    assert used == {receiver["name"] for receiver in document["receivers"]}


def test_symptoms_of_what_depends_on_a_component_are_inhibited_while_that_is_down() -> None:
    file = alertmanager_inhibitions.path("shop")
    rules = yaml.safe_load(alertmanager_inhibitions.generate(catalog(good_organization()))[file])["inhibit_rules"]
    [rule] = [rule for rule in rules if 'component="database"' in rule["source_matchers"]]
    assert rule["source_matchers"] == [
        'alertname=~"CacheDown|DatabaseDown|ProxyDown|ServiceDown|WorkloadUnavailable"',
        'severity="critical"',
        'system="shop"',
        'component="database"',
        'cluster!=""',
    ]
    assert rule["target_matchers"][1:] == ['system="shop"', 'component="api"']
    assert rule["equal"] == ["cluster"]
