"""Test alerts for routes, and verdicts on their delivery."""

from typing import Any

import pytest

from model.changes.routes import receivers_of
from model.verification import deliveries
from model.verification.deliveries import Held, Route
from model.verification.verdicts import Outcome, Verdict

CONFIGURATION: dict[str, Any] = {
    "route": {
        "receiver": "chat",
        "group_wait": "15m",
        "routes": [
            {"receiver": "switch", "matchers": ['alertname="Watchdog"'], "group_wait": "0s"},
            {"receiver": "nobody", "matchers": ['severity="none"']},
            {
                "receiver": "shop-chat",
                "matchers": ['team="shop"'],
                "routes": [
                    {"receiver": "shop-lead", "matchers": ['level="2"', 'environment="prod"']},
                    {
                        "receiver": "shop-critical",
                        "matchers": ['severity="critical"'],
                        "routes": [{"receiver": "shop-page", "matchers": ['environment="prod"']}],
                    },
                ],
            },
        ],
    },
    "receivers": [
        {"name": "nobody"},
        {"name": "switch", "webhook_configs": [{}]},
        {"name": "chat", "slack_configs": [{}]},
        {"name": "shop-chat", "slack_configs": [{}], "email_configs": [{}, {}]},
        {"name": "shop-lead", "email_configs": [{}]},
        {"name": "shop-critical", "slack_configs": [{}]},
        {"name": "shop-page", "slack_configs": [{}], "pagerduty_configs": [{}]},
    ],
}
CHAT = Route(receiver="chat", alert={"severity": "warning"}, integrations={"slack": 1}, pages=False)
MAIL = Route(
    receiver="mail", alert={"severity": "info", "team": "shop"}, integrations={"slack": 1, "email": 2}, pages=False
)
BOTH = [CHAT, MAIL]
HELD = [Held(receivers=("chat",)), Held(receivers=("mail",))]


def test_every_route_that_alerts_of_the_environment_reach_has_an_alert_that_leads_to_it() -> None:
    found = deliveries.routes(CONFIGURATION, "prod")

    assert {route.receiver: route.pages for route in found} == {
        "chat": False,
        "shop-chat": False,
        "shop-lead": True,
        "shop-page": True,
    }
    for route in found:
        assert receivers_of(CONFIGURATION, route.alert) == (route.receiver,)
    assert [route.name for route in found if route.pages] == [
        "shop critical -> shop-page",
        "shop warning level 2 -> shop-lead",
    ]


def test_another_environment_reaches_other_routes() -> None:
    found = {route.receiver for route in deliveries.routes(CONFIGURATION, "dev")}

    assert found == {"chat", "shop-chat", "shop-critical"}


def test_neither_the_heartbeat_nor_a_route_to_nobody_is_tried() -> None:
    found = {route.receiver for route in deliveries.routes(CONFIGURATION, "prod")}

    assert not found & {"switch", "nobody"}
    assert deliveries.watchdog() == {"alertname": "Watchdog"}


def test_a_tree_without_severities_has_its_default_route() -> None:
    undefined = {"route": {"receiver": "a"}, "receivers": CONFIGURATION["receivers"]}
    assert deliveries.routes(undefined, "prod") == []
    named = {"route": {"receiver": "chat"}, "receivers": CONFIGURATION["receivers"]}
    assert [route.name for route in deliveries.routes(named, "prod")] == ["no team warning -> chat"]


def test_combinations_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "_MOST", 0)

    assert deliveries.routes(CONFIGURATION, "prod") == []


def test_all_waits_of_the_tree_are_known_because_the_alert_must_be_older() -> None:
    assert deliveries.longest_wait(CONFIGURATION) == ["15m", "0s"]


@pytest.mark.parametrize(
    ("before", "after", "lacking"),
    [
        ({("slack", ""): 5.0}, {("slack", ""): 7.0, ("email", ""): 2.0}, {}),
        ({("slack", ""): 5.0}, {("slack", ""): 6.0, ("email", ""): 2.0}, {("slack", ""): 1}),
        ({}, {("slack", "chat"): 1.0, ("slack", "mail"): 1.0, ("email", "mail"): 1.0}, {("email", "mail"): 1}),
        ({}, {("slack", "chat"): 2.0, ("email", "mail"): 2.0}, {("slack", "mail"): 1}),
    ],
)
def test_notifications_are_counted_by_receiver_where_alertmanager_does(before: Any, after: Any, lacking: Any) -> None:
    assert deliveries.grown(BOTH, before, after) == lacking


def test_routes_whose_notifications_were_counted_pass() -> None:
    assert deliveries.delivered(BOTH, HELD, {}, {("slack", ""): 0}) == Outcome(
        Verdict.PASSED, "2 routes: 2 email, 2 slack"
    )


def test_what_is_lost_misrouted_or_failed_fails() -> None:
    held = [None, Held(receivers=("nobody",))]

    found = deliveries.delivered(BOTH, held, {("slack", "mail"): 1}, {("email", ""): 2})

    assert found.details == (
        "1 notifications by slack of mail not counted as delivered",
        "2 notifications by email failed",
        "no team warning -> chat: Alertmanager does not have the alert",
        "shop info -> mail: Alertmanager routes it to nobody",
    )


def test_an_alert_that_is_held_back_says_nothing_of_its_route() -> None:
    held = [HELD[0], Held(receivers=("mail",), why="muted at this hour")]

    assert deliveries.delivered(BOTH, held, {}, {}) == Outcome(
        Verdict.UNKNOWN, "shop info -> mail: muted at this hour", ("shop info -> mail: muted at this hour",)
    )


def test_routes_that_page_are_withheld_with_the_way_to_try_them() -> None:
    assert deliveries.withheld([CHAT]) == Outcome(Verdict.NOT_CHECKED, "1 routes page or escalate; --pages tries them")


def test_each_test_alert_is_a_group_of_its_own_and_tells_people_what_it_is() -> None:
    assert deliveries.component("ab", 1) != deliveries.component("ab", 2)
    texts = deliveries.annotations("https://runbooks")
    assert "no action is needed" in texts["summary"]
    assert texts["runbook_url"] == "https://runbooks"
