"""docs/escalation.md: who is notified, of which severity, and when, as catalog/teams.yaml has it."""

from authoring.docs import escalation as escalation_docs
from model.catalog.teams import Escalation, Organization
from model.vocabulary import ReceiverKind

ORGANIZATION = Organization.model_validate(
    {
        "platform_team": "shop",
        "business_hours": {"time_zone": "UTC", "weekdays": ["monday"], "start": "08:00", "end": "16:00"},
        "escalation": [
            {"level": 1, "role": "on-call", "after": "0s"},
            {"level": 2, "role": "team-lead", "after": "20m"},
            {"level": 3, "role": "director", "after": "1h"},
        ],
        "teams": [
            {
                "name": "shop",
                "title": "The shop",
                "description": "Sells.",
                "receivers": [
                    {"kind": "pagerduty", "secret": "p"},
                    {"kind": "slack", "secret": "s", "channel": "#shop"},
                    {"kind": "sns", "topic_arn": "arn:aws:sns:eu-central-1:123456789012:shop", "severities": ["info"]},
                ],
                "escalation": {
                    "team-lead": [{"kind": "email", "to": ["a@x.org", "b@x.org"], "severities": ["critical"]}]
                },
            }
        ],
    }
)
PAGE = escalation_docs.generate(ORGANIZATION)


def test_a_critical_alert_names_who_is_notified_after_which_time() -> None:
    assert "| team | at once | after 20 min: team lead | after 1 h: director |" in PAGE
    again = "the team again: PagerDuty, Slack #shop"
    assert f"| The shop (`shop`) | PagerDuty, Slack #shop | email to a@x.org and b@x.org | {again} |" in PAGE
    assert "- after 20 min the team lead\n- after 1 h the director\n" in PAGE


def test_an_empty_role_names_the_platform_teams_receivers_as_the_routes_do() -> None:
    shop = ORGANIZATION.teams[0]
    # An address gets warnings and info unless it says otherwise; at a level it is notified all the same.
    roles = Escalation.model_validate({"director": [{"kind": "email", "to": ["boss@x.org"]}]})
    platform = shop.model_copy(update={"name": "platform", "title": "Platform", "escalation": roles})
    both = ORGANIZATION.model_copy(update={"platform_team": "platform", "teams": (platform, shop)})

    page = escalation_docs.generate(both)
    assert "email to a@x.org and b@x.org | Platform: email to boss@x.org |" in page
    own = "PagerDuty, Slack #shop"
    assert f"| Platform (`platform`) | {own} | the team again: {own} | email to boss@x.org |" in page


def test_a_team_that_pagerduty_escalates_for_says_so() -> None:
    by_pager = ORGANIZATION.teams[0].model_copy(update={"escalation": Escalation(by=ReceiverKind.PAGERDUTY)})
    page = escalation_docs.generate(ORGANIZATION.model_copy(update={"teams": (by_pager,)}))
    own = "PagerDuty's escalation policy"
    assert f"| The shop (`shop`) | PagerDuty, Slack #shop | {own} | {own} |" in page


def test_a_team_without_further_levels_does_not_escalate() -> None:
    alone = ORGANIZATION.model_copy(update={"escalation": ORGANIZATION.escalation[:1]})
    assert "notified as well:\n\n- nobody\n" in escalation_docs.generate(alone)


def test_a_warning_sends_no_page() -> None:
    warning = PAGE.partition("## Warning")[2].partition("## Info")[0]
    assert "Nobody is paged. The team gets a message when the alert has fired for 15 min" in warning
    assert "| The shop (`shop`) | Slack #shop |" in warning


def test_info_waits_for_business_hours() -> None:
    info = PAGE.partition("## Info")[2]
    assert "08:00 to 16:00, UTC" in info
    assert "SNS arn:aws:sns:eu-central-1:123456789012:shop" in info
