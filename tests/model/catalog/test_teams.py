from typing import Any

import pytest
from pydantic import ValidationError

from model.catalog.teams import Organization
from tests.model.catalogs import REMOVED, Key, changed, good_organization
from tests.model.refusals import refusal

ORGANIZATION = Organization.model_validate(good_organization())


def test_receivers_without_severities_get_what_their_kind_is_for() -> None:
    severities = {receiver.kind: tuple(map(str, receiver.severities)) for receiver in ORGANIZATION.teams[0].receivers}
    assert severities == {
        "pagerduty": ("critical",),
        "slack": ("critical", "warning"),
        "email": ("warning", "info"),
        "sns": ("critical",),
        "webhook": ("critical", "warning"),
    }


def test_a_team_needs_the_secrets_of_all_its_receivers_also_on_higher_levels() -> None:
    organization = changed(
        good_organization(),
        ("teams", 1, "escalation"),
        {"team-lead": [{"kind": "pagerduty", "secret": "pagerduty-leads"}]},
    )
    shop = Organization.model_validate(organization).teams[1]
    assert [receiver.kind for receiver in shop.all_receivers] == ["slack", "pagerduty"]
    assert shop.secrets == {"slack-webhook", "pagerduty-leads"}


def test_each_team_has_a_folder_by_its_title() -> None:
    assert ORGANIZATION.folders == {"platform": "Platform", "shop": "Shop"}


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param(("teams",), [], "teams: found []", id="no team"),
        pytest.param(("teams", 0, "receivers"), [], "teams[0].receivers: found []", id="a team that hears nothing"),
        pytest.param(
            ("teams", 0, "receivers", 0, "kind"),
            "pager",
            "teams[0].receivers[0].kind: found 'pager'; allowed: pagerduty, slack, email, sns, webhook",
            id="an unknown kind of receiver",
        ),
        pytest.param(
            ("teams", 0, "receivers", 0, "secret"), REMOVED, "teams[0].receivers[0].secret: missing", id="no secret"
        ),
        pytest.param(
            ("teams", 0, "receivers", 0, "severities"),
            ["fatal"],
            "teams[0].receivers[0].severities[0]: found 'fatal'",
            id="an unknown severity",
        ),
        pytest.param(
            ("teams", 0, "receivers", 1, "channel"),
            "platform",
            "teams[0].receivers[1].channel: found 'platform'",
            id="a channel without #",
        ),
        pytest.param(
            ("teams", 0, "receivers", 2, "to", 0),
            "a@example.com, b@example.com",
            "teams[0].receivers[2].to[0]: found 'a@example.com, b@example.com'",
            id="two addresses in one",
        ),
        pytest.param(
            ("teams", 0, "receivers", 3, "topic_arn"),
            "platform",
            "teams[0].receivers[3].topic_arn: found 'platform'",
            id="a topic that is no ARN",
        ),
        pytest.param(("escalation",), [], "escalation: found []", id="no escalation"),
        pytest.param(("escalation", 0, "level"), 0, "escalation[0].level: found 0", id="a level of zero"),
        pytest.param(("escalation", 0, "after"), 0, "escalation[0].after: found 0", id="a number as a duration"),
        pytest.param(
            ("business_hours", "start"), 540, "business_hours.start: found 540", id="09:00 unquoted, as YAML reads it"
        ),
        pytest.param(
            ("business_hours", "start"), "24:00", "business_hours.start: found '24:00'", id="an hour that there is not"
        ),
        pytest.param(
            ("business_hours", "start"),
            "17:00",
            "business_hours: found start 17:00 and end 17:00; allowed: start before end",
            id="hours that are over at once",
        ),
        pytest.param(
            ("business_hours", "time_zone"),
            "Berlin",
            "business_hours.time_zone: found unknown time zone 'Berlin'; allowed: an IANA name",
            id="an unknown time zone",
        ),
        pytest.param(
            ("business_hours", "weekdays"), ["mon"], "business_hours.weekdays[0]: found 'mon'", id="an unknown day"
        ),
        pytest.param(("pager",), {}, "pager: unknown key", id="an unknown key"),
        pytest.param(
            ("teams", 1, "title"), "PLATFORM", "found titles platform; allowed: each once", id="two teams in one folder"
        ),
        pytest.param(
            ("teams", 1, "title"),
            "General",
            "found titles general; allowed",
            id="a folder that Grafana keeps for itself",
        ),
        pytest.param(
            ("teams", 1, "title"), "Shop/EU", "teams[1].title: found 'Shop/EU'", id="a title of folders within folders"
        ),
        pytest.param(("teams", 1, "title"), "..", "teams[1].title: found '..'", id="a title that leads elsewhere"),
    ],
)
def test_a_broken_organization_is_refused(key: Key, value: object, message: str) -> None:
    assert refusal(Organization, changed(good_organization(), key, value)).startswith(message)


def test_the_secret_that_a_receiver_needs_is_named_and_never_given() -> None:
    message = refusal(
        Organization,
        changed(good_organization(), ("teams", 0, "receivers", 0, "routing_key"), "0123-this-is-secret"),
    )
    assert message.startswith("teams[0].receivers[0].routing_key: unknown key")
    assert "0123-this-is-secret" not in message


BY_PAGER = changed(good_organization(), ("teams", 0, "escalation"), {"by": "pagerduty"})
PAGER = ("teams", 0, "receivers", 0)
API_KEY = {"kind": "pagerduty", "secret": "pagerduty-platform", "api_secret": "pagerduty-api"}


def test_pagerduty_may_escalate_for_a_team_or_its_receiver_may_report_acknowledgements() -> None:
    team = Organization.model_validate(BY_PAGER).teams[0]
    assert (team.escalation.by, team.escalation.roles) == ("pagerduty", {})
    team = Organization.model_validate(changed(good_organization(), PAGER, API_KEY)).teams[0]
    assert set(team.escalation.roles) == {"team-lead"}
    # The key reads incidents: it is no secret of Alertmanager's.
    assert "pagerduty-api" not in team.secrets


@pytest.mark.parametrize(
    ("document", "key", "value", "message"),
    [
        pytest.param(
            BY_PAGER,
            PAGER,
            {"kind": "pagerduty", "secret": "p", "severities": ["warning"]},
            "teams[0]: found escalation by pagerduty and no pagerduty receiver for critical alerts",
            id="by a pager that is never called",
        ),
        pytest.param(
            BY_PAGER,
            ("teams", 1, "escalation"),
            {"by": "pagerduty"},
            "teams[1]: found escalation by pagerduty and no pagerduty receiver for critical alerts",
            id="without a pager",
        ),
        pytest.param(
            BY_PAGER,
            ("teams", 0, "escalation"),
            {"by": "pagerduty", "team-lead": [{"kind": "email", "to": ["a@example.com"]}]},
            "teams[0].escalation: found by pagerduty and team-lead; allowed: by, or receivers of roles, and not both",
            id="both ways",
        ),
        pytest.param(
            BY_PAGER,
            ("teams", 0, "escalation", "by"),
            "opsgenie",
            "teams[0].escalation.by: found 'opsgenie'",
            id="by another service",
        ),
        pytest.param(
            BY_PAGER,
            PAGER,
            API_KEY,
            "teams[0]: found escalation by pagerduty and an api_secret; allowed: one of the two",
            id="an acknowledgement that stops nothing",
        ),
        pytest.param(
            good_organization(),
            PAGER,
            {**API_KEY, "api_secret": "pagerduty-platform"},
            "teams[0].receivers[0]: found 'pagerduty-platform' as secret and as api_secret",
            id="one secret for two keys",
        ),
        pytest.param(
            good_organization(),
            ("teams", 0, "escalation", "team-lead"),
            [],
            "teams[0].escalation.team-lead: found []",
            id="a role of nobody",
        ),
        pytest.param(
            good_organization(),
            ("teams", 0, "escalation", "team-lead", 0, "to", 0),
            "nobody",
            "teams[0].escalation.team-lead[0].to[0]: found 'nobody'",
            id="an address that is none, of a role",
        ),
    ],
)
def test_a_broken_escalation_is_refused(document: dict[str, Any], key: Key, value: object, message: str) -> None:
    assert refusal(Organization, changed(document, key, value)).startswith(message)


@pytest.mark.parametrize("signals", [["error-rate"], ["disk-usage", "disk-usage"]])
def test_thresholds_of_nodes_are_of_their_signals_each_once(signals: list[str]) -> None:
    nodes = [{"signal": one, "unit": "percent", "warning": 80, "reason": "It fills."} for one in signals]
    with pytest.raises(ValidationError, match=f"found {signals[0]}; allowed: .*disk-usage.*, each once"):
        Organization.model_validate({**good_organization(), "nodes": nodes})
