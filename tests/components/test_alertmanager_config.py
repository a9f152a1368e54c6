"""Alertmanager's configuration and secrets: where the operator looks for them, and nowhere in plain text."""

from pathlib import PurePath

import pulumi_kubernetes as kubernetes

from components.alertmanager_config import AlertmanagerConfig, AlertmanagerConfigArgs
from model import names
from tests.components.examples import EXAMPLES, deploy

Secret = kubernetes.core.v1.Secret


def test_the_configuration_stands_under_the_key_that_the_operator_reads() -> None:
    config = deploy(EXAMPLES[AlertmanagerConfig]).of(Secret)["alertmanager-alertmanager-config"].inputs

    assert config["metadata"]["name"] == names.ALERTMANAGER_CONFIG_SECRET
    assert config["metadata"]["namespace"] == "monitoring"
    assert config["stringData"]["alertmanager.yaml"] == "route: {receiver: nobody}\n"


def test_the_templates_lie_beside_the_configuration_where_it_looks_for_them() -> None:
    config = deploy(EXAMPLES[AlertmanagerConfig]).of(Secret)["alertmanager-alertmanager-config"].inputs

    assert set(config["stringData"]) == {"alertmanager.yaml", "email.tmpl"}
    assert PurePath("/etc/alertmanager/config/email.tmpl").match(names.ALERTMANAGER_TEMPLATES)


def test_each_secret_of_a_receiver_is_the_file_that_the_configuration_names() -> None:
    receivers = deploy(EXAMPLES[AlertmanagerConfig]).of(Secret)["alertmanager-alertmanager-receivers"].inputs
    files = {
        f"/etc/alertmanager/secrets/{receivers['metadata']['name']}/{key}": value
        for key, value in receivers["stringData"].items()
    }

    assert files == {
        names.receiver_secret_file("slack-webhook"): "hush",
        names.receiver_secret_file("pagerduty"): "hush too",
    }
    assert receivers["metadata"]["namespace"] == "monitoring"


def test_the_contents_of_both_are_secret_as_a_whole() -> None:
    for secret in deploy(EXAMPLES[AlertmanagerConfig]).of(Secret).values():
        assert secret.secrets == {"stringData"}


def test_a_preview_shows_no_secret_either() -> None:
    for secret in deploy(EXAMPLES[AlertmanagerConfig], preview=True).of(Secret).values():
        assert secret.secrets == {"stringData"}


def test_only_the_names_of_the_two_are_put_out() -> None:
    assert deploy(EXAMPLES[AlertmanagerConfig]).only(AlertmanagerConfig).outputs == {
        "config_secret": "alertmanager-config",
        "receivers_secret": "alertmanager-receivers",
    }


def test_receivers_with_an_external_secret_get_no_second_one() -> None:
    args = AlertmanagerConfigArgs(
        namespace="monitoring", config="route: {receiver: nobody}\n", templates={}, secrets=None
    )
    result = deploy(lambda: AlertmanagerConfig("alertmanager", args))

    assert result.only(Secret).inputs["metadata"]["name"] == "alertmanager-config"
    assert result.only(AlertmanagerConfig).outputs["receivers_secret"] == "alertmanager-receivers"
