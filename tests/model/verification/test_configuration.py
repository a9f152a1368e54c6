"""Whether a loaded configuration of Alertmanager is ours."""

import copy
from typing import Any

import pytest

from model.verification.configuration import configuration
from model.verification.verdicts import Outcome, Verdict

OURS: dict[str, Any] = {
    "global": {"smtp_from": "a@b", "smtp_smarthost": "relay:25"},
    "templates": ["/etc/alertmanager/config/*.tmpl"],
    "route": {
        "receiver": "chat",
        "group_by": ["cluster", "alertname"],
        "repeat_interval": "24h",
        "routes": [{"receiver": "page", "matchers": ['severity="critical"', 'team="shop"']}],
    },
    "inhibit_rules": [
        {"source_matchers": ['alertname="A"'], "target_matchers": ['alertname!~"A|B"'], "equal": ["cluster"]}
    ],
    "receivers": [
        {"name": "chat", "slack_configs": [{"api_url_file": "/slack", "channel": "#a", "title_link": ""}]},
        {"name": "page", "email_configs": [{"to": "x@y", "headers": {"subject": "S"}}]},
    ],
}
# As Alertmanager writes it: defaults, masked secrets, other durations, other order of matchers.
LOADED: dict[str, Any] = {
    "global": {**OURS["global"], "resolve_timeout": "5m", "http_config": {"follow_redirects": True}},
    "templates": OURS["templates"],
    "route": {
        "receiver": "chat",
        "group_by": ["cluster", "alertname"],
        "continue": False,
        "repeat_interval": "1d",
        "routes": [{"receiver": "page", "matchers": ['team="shop"', 'severity="critical"'], "continue": False}],
    },
    "inhibit_rules": OURS["inhibit_rules"],
    "receivers": [
        {
            "name": "chat",
            "slack_configs": [{"api_url_file": "<secret>", "channel": "#a", "send_resolved": False}],
            "email_configs": [],
        },
        {"name": "page", "email_configs": [{"to": "x@y", "headers": {"Subject": "S"}, "hello": "localhost"}]},
    ],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """LOADED with another value; ``path``: keys and indices with dots between them."""
    document: Any = copy.deepcopy(LOADED)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner = document
    for step in steps:
        inner = inner[step]
    inner[last] = value
    return document  # type: ignore[no-any-return]


def test_what_alertmanager_makes_of_our_configuration_is_ours() -> None:
    assert configuration(OURS, LOADED, local=False) == Outcome(Verdict.PASSED, "2 routes, 2 receivers")


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("route.receiver", "nobody", "route.receiver: found 'nobody', ours is 'chat'"),
        ("route.repeat_interval", "2d", "route.repeat_interval: found '2d', ours is '24h'"),
        ("route.group_by", ["cluster"], "route.group_by: 1 are loaded, 2 are ours"),
        ("route.routes.0.continue", True, "route.routes[0].continue: found True, ours has none"),
        (
            "route.routes.0.mute_time_intervals",
            ["nights"],
            "route.routes[0].mute_time_intervals: found ['nights'], ours has none",
        ),
        (
            "route.routes.0.matchers",
            ['team="shop"'],
            "route.routes[0].matchers: found ['team=\"shop\"'], ours is ['severity=\"critical\"', 'team=\"shop\"']",
        ),
        (
            "route.routes.0.matchers",
            None,
            "route.routes[0].matchers: found None, ours is ['severity=\"critical\"', 'team=\"shop\"']",
        ),
        ("route.routes", [], "route.routes: 0 are loaded, 1 are ours"),
        ("inhibit_rules", [], "inhibit_rules: 0 are loaded, 1 are ours"),
        ("receivers.1.name", "other", "receiver other is loaded and not ours"),
        ("receivers.0.slack_configs.0.channel", "#b", "receiver chat: slack_configs.channel: found '#b', ours is '#a'"),
        ("receivers.0.slack_configs", [], "receiver chat: slack_configs: 0 are loaded, 1 are ours"),
        ("receivers.0.email_configs", [{"to": "z"}], "receiver chat: email_configs: 1 are loaded, 0 are ours"),
        (
            "receivers.1.email_configs.0.headers",
            None,
            "receiver page: email_configs.headers: found None, ours is {'subject': 'S'}",
        ),
        ("global.smtp_smarthost", "x:1", "global.smtp_smarthost: found 'x:1', ours is 'relay:25'"),
    ],
)
def test_what_is_not_ours_is_named_by_its_place(path: str, value: Any, sentence: str) -> None:
    found = configuration(OURS, changed(path, value), local=False)

    assert found.verdict is Verdict.FAILED
    assert sentence in found.details


def test_in_the_local_environment_addresses_are_not_compared_and_texts_are() -> None:
    local = changed("receivers.0.slack_configs.0.api_url_file", "http://127.0.0.1/slack")
    local["global"], local["templates"] = {}, ["/here/*.tmpl"]

    assert configuration(OURS, local, local=True).text == "2 routes, 2 receivers, addresses not compared"
    assert configuration(OURS, local, local=False).verdict is Verdict.FAILED
    local["receivers"][0]["slack_configs"][0]["channel"] = "#b"
    assert configuration(OURS, local, local=True).verdict is Verdict.FAILED


def test_the_local_engine_of_remediation_has_a_receiver_and_routes_that_are_no_difference() -> None:
    local = copy.deepcopy(LOADED)
    mine = ['alertname=~"SloOutage"', 'level=""']
    local["route"]["routes"] = [
        {"receiver": "remediation", "matchers": mine, "continue": True},
        *local["route"]["routes"],
        {"receiver": "chat", "matchers": mine},
    ]
    local["receivers"].append({"name": "remediation", "webhook_configs": [{"url": "<secret>"}]})
    assert configuration(OURS, local, local=True).verdict is Verdict.PASSED
    assert configuration(OURS, local, local=False).verdict is Verdict.FAILED
    local["route"]["routes"][1]["receiver"] = "nobody"
    assert configuration(OURS, local, local=True).verdict is Verdict.FAILED
