"""Names that several places must agree on."""

from model import labels, names
from model.charts import read_charts
from model.names import PodSecurity
from tests.tools import PROJECT


def test_a_receivers_secret_is_read_where_the_operator_mounts_it() -> None:
    assert names.receiver_secret_file("slack-webhook") == (
        "/etc/alertmanager/secrets/alertmanager-receivers/slack-webhook"
    )


def test_every_namespace_of_a_chart_has_a_level_but_that_of_kubernetes_itself() -> None:
    used = {chart.namespace for chart in read_charts(PROJECT / "components").charts.values()}

    assert used - set(names.POD_SECURITY) == {names.KUBE_SYSTEM}


def test_only_what_reads_the_host_is_privileged_and_only_what_an_operator_makes_is_not_restricted() -> None:
    below = {name: level for name, level in names.POD_SECURITY.items() if level is not PodSecurity.RESTRICTED}

    assert below == {
        names.NODE_AGENTS: PodSecurity.PRIVILEGED,
        names.FALCO: PodSecurity.PRIVILEGED,
        names.LOGGING: PodSecurity.BASELINE,
    }


def test_the_levels_are_the_words_of_kubernetes() -> None:
    assert {str(level) for level in PodSecurity} == {"privileged", "baseline", "restricted"}


def test_a_replica_of_alertmanager_is_named_by_its_pod() -> None:
    assert names.alertmanager_replica(1) == (
        "http://alertmanager-monitoring-kube-prometheus-alertmanager-1.alertmanager-operated.monitoring.svc:9093"
    )


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
