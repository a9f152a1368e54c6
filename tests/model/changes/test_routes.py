"""The routing tree, compared with the program that knows: amtool."""

from typing import Any

import pytest
import yaml

from model.changes.routes import deliveries, receivers_of
from tests import tools

FILE = tools.PROJECT / "rules" / "alertmanager" / "alertmanager.yaml"
SHIPPED: dict[str, Any] = yaml.safe_load(FILE.read_text())
ODD = """
route:
  receiver: root
  routes:
  - receiver: first
    matchers: ['team=~"a|b.*"', severity != critical]
    continue: true
  - receiver: second
    matchers: ['team!~"b+"', 'name=~".*\\\\.svc"']
  - receiver: third
    match: {team: a}
    match_re: {severity: 'w.*'}
    routes:
    - receiver: inner
      matchers: ['pod=""']
receivers: [{name: root}, {name: first}, {name: second}, {name: third}, {name: inner}]
"""


@pytest.mark.parametrize("team", ["cloudmart", "platform", "nobody-knows"])
@pytest.mark.parametrize("severity", ["critical", "warning", "info", "none"])
@pytest.mark.parametrize(
    "more", [{"environment": "prod"}, {"environment": "dev"}, {"environment": "prod", "level": "3"}]
)
def test_the_shipped_routes_are_walked_as_alertmanager_does(team: str, severity: str, more: dict[str, str]) -> None:
    labels = {"alertname": "HighErrorRate", "team": team, "severity": severity, **more}
    words = tools.run("amtool", "config", "routes", "test", f"--config.file={FILE}", *as_words(labels))
    assert ",".join(receivers_of(SHIPPED, labels)) == words.strip()


@pytest.mark.parametrize(
    "labels",
    [
        {"team": "a", "severity": "warning"},
        {"team": "a", "severity": "critical"},
        {"team": "a", "severity": "warning", "pod": "x"},
        {"team": "bb", "severity": "warning"},
        {"team": "c", "name": "db.svc"},
        {"team": "c", "name": "dbxsvc"},
        {},
    ],
)
def test_every_kind_of_matcher_is_read_as_alertmanager_does(labels: dict[str, str], tmp_path: Any) -> None:
    file = tmp_path / "alertmanager.yaml"
    file.write_text(ODD)
    words = tools.run("amtool", "config", "routes", "test", f"--config.file={file}", *as_words(labels))
    assert ",".join(receivers_of(yaml.safe_load(ODD), labels)) == words.strip()


def test_a_receiver_is_known_by_where_it_leads_and_never_by_its_key() -> None:
    integrations = {
        "name": "all",
        "slack_configs": [{"channel": "#a", "api_url": "https://hooks.example.com/secret"}],
        "email_configs": [{"to": "b@example.com", "auth_password": "secret"}],
        "webhook_configs": [{"url": "https://example.com/secret"}],
    }
    (delivery,) = deliveries({"route": {"receiver": "all"}, "receivers": [integrations]}, {})
    assert delivery.who == ("Slack #a", "Webhook", "mail b@example.com")


def test_what_is_no_configuration_sends_no_notification() -> None:
    assert deliveries({}, {"team": "a"})[0].who == ()
    assert receivers_of({"route": {"receiver": "a", "routes": [{"receiver": "b", "matchers": ["(("]}]}}, {}) == ("a",)
    assert receivers_of({"route": {"receiver": "a", "routes": [{"receiver": "b", "matchers": ['x=~"("']}]}}, {}) == (
        "a",
    )


def as_words(labels: dict[str, str]) -> list[str]:
    return [f"{key}={value}" for key, value in labels.items()]
