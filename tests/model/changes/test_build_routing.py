"""Who is notified now and was not: the section on routes of a report."""

from typing import Any

import pytest

from model.changes.build import Routing
from model.changes.report import Topic
from tests.model.changes.test_build import alert, report, rules

PAGE = {"name": "page", "pagerduty_configs": [{"routing_key_file": "/etc/secrets/pagerduty-shop"}]}
CHAT = {"name": "chat", "slack_configs": [{"channel": "#shop", "api_url_file": "/etc/secrets/slack"}]}


def routing(*receivers: Any, **route: Any) -> dict[str, Any]:
    return {"route": {"receiver": receivers[0]["name"], **route}, "receivers": list(receivers)}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (routing(CHAT), routing(PAGE), ["now notifies PagerDuty pagerduty-shop", "no longer notifies Slack #shop"]),
        (routing(CHAT), routing({"name": "nobody"}), ["no longer notifies Slack #shop: nobody is left"]),
        (
            routing(CHAT, repeat_interval="12h"),
            routing(CHAT, repeat_interval="4h"),
            ["repeat_interval 12h -> repeat_interval 4h"],
        ),
    ],
)
def test_who_is_notified_now_and_was_not(before: Any, after: Any, expected: list[str]) -> None:
    found = report([rules(alert())], [rules(alert())], Routing(before=before, after=after))
    assert [(each.subject, each.detail) for each in found.entries(Topic.ROUTES)] == [
        ("shop warning", f"{sentence} (HighErrorRate)") for sentence in expected
    ]


def test_an_escalated_copy_is_followed_for_each_team() -> None:
    copy = {"alert": "Escalation", "expr": "x", "labels": {"severity": "critical", "team": "{{ x }}", "level": "2"}}
    routes = [{"receiver": "page", "matchers": ['level="2"', 'team="shop"']}]
    found = report(
        [rules(alert(), copy)],
        [rules(alert(), copy)],
        Routing(before=routing(CHAT, PAGE), after=routing(CHAT, PAGE, routes=routes)),
    )
    assert {each.subject for each in found.entries(Topic.ROUTES)} == {"shop critical, level 2"}
