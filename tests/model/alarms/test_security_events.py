"""Rules on events of the account: a file that EventBridge or a reader could not use is refused, with every mistake."""

import json
from typing import Any

import pytest
import yaml

from model.alarms.security_events import EventFile
from model.assets import Asset, Bundle, BundleKind, Maturity
from model.problems import BadInput

RULE: dict[str, Any] = {
    "name": "root-used",
    "severity": "critical",
    "summary": "The root user was used",
    "text": "<what> from <from>.",
    "words": {"what": "$.detail.eventName", "from": "$.detail.sourceIPAddress"},
    "reason": "Nobody should need it.",
    "pattern": {"source": ["aws.signin"]},
}


def parse(*rules: dict[str, Any]) -> EventFile:
    bundle = Bundle(
        name="events",
        kind=BundleKind.EVENTBRIDGE,
        path="eventbridge/events.yaml",
        version="1.0.0",
        maturity=Maturity.STABLE,
        owner="platform",
        description="Events.",
    )
    return EventFile.parse(Asset(bundle, "rules/eventbridge/events.yaml", yaml.safe_dump({"rules": list(rules)})))


def test_a_message_fills_its_words_and_names_the_runbook() -> None:
    (rule,) = parse(RULE).rules
    content = json.loads(rule.message("https://runbooks"))["content"]
    assert content["description"] == "<what> from <from>. Account <account>, region <region>, <time>."
    assert content["nextSteps"] == ["Runbook: https://runbooks/aws/root-used.md"]
    assert set(rule.paths) == {"what", "from", "account", "region", "time"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text": "<who> from <from>."}, r"(?s)found what in text or words alone.*found who in text or words alone"),
        ({"words": {"what": "detail", "from": "$.x"}}, r"rules\[0\]\.words\.what"),
        ({"severity": "bad"}, r"rules\[0\]\.severity: found 'bad'"),
        ({"pattern": {}}, r"rules\[0\]\.pattern"),
        ({"paterns": {}}, r"paterns"),
    ],
)
def test_a_rule_without_use_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        parse({**RULE, **changes})


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(BadInput, match="'root-used' 2 times"):
        parse(RULE, RULE)
