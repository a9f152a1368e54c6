"""Names that several places must agree on."""

from model import labels, names
from model.names import PodSecurity


def test_a_receivers_secret_is_read_where_the_operator_mounts_it() -> None:
    assert names.receiver_secret_file("slack-webhook") == (
        "/etc/alertmanager/secrets/alertmanager-receivers/slack-webhook"
    )


def test_every_namespace_has_a_level_and_only_the_agents_of_nodes_have_host_access() -> None:
    assert set(names.POD_SECURITY) == {names.MONITORING, names.NODE_AGENTS}
    assert [name for name, level in names.POD_SECURITY.items() if level is PodSecurity.PRIVILEGED] == [
        names.NODE_AGENTS
    ]


def test_the_levels_are_the_words_of_kubernetes() -> None:
    assert {str(level) for level in PodSecurity} == {"privileged", "baseline", "restricted"}


def test_the_mail_relay_is_a_service_of_the_monitoring_namespace() -> None:
    host, port = names.SMTP_RELAY.split(":")

    assert host.split(".")[1:] == [names.MONITORING, "svc"]
    assert port == "25"
    assert names.SMTP_SENDER.endswith(f"@{names.MONITORING}.svc")


def test_no_two_secrets_share_a_name() -> None:
    secrets = [
        names.ALERTMANAGER_CONFIG_SECRET,
        names.ALERTMANAGER_RECEIVERS_SECRET,
        names.GRAFANA_ADMIN_SECRET,
    ]

    assert len(secrets) == len(set(secrets))


def test_selectors_survive_an_upgrade_because_no_label_of_an_object_is_a_version() -> None:
    assert not [label for label in labels.of_object("prometheus") if "version" in label]
