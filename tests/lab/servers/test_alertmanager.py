"""Every receiver ends in the inbox, and nothing else of the configuration changes."""

import copy
from pathlib import Path

import pytest
import yaml

from lab.servers.alertmanager import alertmanager, into_inbox
from model.problems import BadInput
from tests import tools
from tests.lab import resources as given

INBOX, SMTP = "http://127.0.0.1:8080", "127.0.0.1:2525"


def test_each_kind_of_receiver_is_turned_to_the_inbox_and_its_text_stays() -> None:
    page, mail, nobody = into_inbox(given.ALERTMANAGER, INBOX, SMTP)["receivers"]

    assert page == {
        "name": "shop-page",
        "pagerduty_configs": [
            {"class": "x", "routing_key": "pagerduty-shop", "url": f"{INBOX}/pagerduty/shop-page"},
        ],
        "slack_configs": [
            {"channel": "#shop", "title": "{{ .Status }}", "api_url": f"{INBOX}/slack/shop-page"},
        ],
    }
    (sent,) = mail["email_configs"]
    assert sent == {
        "to": "a@example.com",
        "headers": {"subject": "s"},
        "smarthost": SMTP,
        "hello": "shop-mail",
        "require_tls": False,
    }
    (published,) = mail["sns_configs"]
    assert published["api_url"] == f"{INBOX}/sns/shop-mail"
    assert published["topic_arn"] == "arn:aws:sns:eu-west-1:0:t"
    assert published["sigv4"]["region"] == "eu-west-1"
    assert mail["webhook_configs"] == [{"url": f"{INBOX}/webhook/shop-mail"}]
    assert nobody == {"name": "nobody"}


def test_routes_inhibition_times_and_texts_stay_as_deployed() -> None:
    before = copy.deepcopy(given.ALERTMANAGER)

    turned = into_inbox(given.ALERTMANAGER, INBOX, SMTP)

    untouched = set(given.ALERTMANAGER) - {"global", "receivers"}
    assert {key: turned[key] for key in untouched} == {key: before[key] for key in untouched}
    assert before == given.ALERTMANAGER, "the deployed configuration itself was changed"


def test_no_address_and_no_credential_of_the_deployment_is_left() -> None:
    text = yaml.safe_dump(into_inbox(given.ALERTMANAGER, INBOX, SMTP))

    for real in ("relay.monitoring.svc", "https://real", "hooks.example.com", "proxy_url", "/etc/", "auth_password"):
        assert real not in text.replace("/etc/alertmanager/config/*.tmpl", "")


def test_a_kind_that_the_inbox_does_not_know_is_refused_because_it_would_reach_people() -> None:
    config = {**given.ALERTMANAGER, "receivers": [{"name": "r", "opsgenie_configs": [{}], "wechat_configs": [{}]}]}

    with pytest.raises(BadInput, match="opsgenie_configs") as refused:
        into_inbox(config, INBOX, SMTP)

    assert len(refused.value.problems) == 2


def test_alertmanager_itself_accepts_the_result_with_its_templates(tmp_path: Path) -> None:
    context = given.context(tmp_path)

    server = alertmanager(context)
    for name, text in server.files.items():
        context.layout.write(context.layout.config("alertmanager") / name, text)

    assert server.files["mail.tmpl"] == "{{ 1 }}"
    said = tools.run("amtool", "check-config", context.layout.config("alertmanager") / "alertmanager.yaml")
    assert "SUCCESS" in said
    assert "1 templates" in said


def test_it_listens_on_loopback_and_has_no_peers(tmp_path: Path) -> None:
    command = alertmanager(given.context(tmp_path)).run.command

    assert [part for part in command if "listen-address" in part] == [
        f"--web.listen-address=127.0.0.1:{command[3].rpartition(':')[2]}",
        "--cluster.listen-address=",
    ]
