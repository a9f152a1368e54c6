"""Jaeger's release: the traps of its chart, each with a name."""

import dataclasses
from typing import Any
from urllib.parse import unquote

import pytest

from components.jaeger import JaegerArgs, SecretKey, values
from configs.collector.parts import SENT_MIB
from configs.stores.jaeger import Elasticsearch, JaegerInput, Memory, OpenSearch, Storage, fingerprint, jaeger, ui

CA = "/etc/jaeger/secrets/ca.crt"


def args(storage: Storage, **changes: Any) -> JaegerArgs:
    config = JaegerInput(storage=storage, prometheus="http://prometheus:9090", grafana="https://grafana.example.com")
    return JaegerArgs(**{"namespace": "tracing", "config": config, "replicas": 2, **changes})


ELASTICSEARCH = args(
    Elasticsearch(url="https://traces:9200", ca_file=CA),
    retention_days=14,
    elasticsearch_password=SecretKey(secret="traces-es-elastic-user", key="elastic"),
    elasticsearch_certificate=SecretKey(secret="traces-es-http-certs-public", key="ca.crt"),
)
OPENSEARCH = args(OpenSearch(url="https://traces.example.com", region="eu-central-1"))
MEMORY = args(Memory())
ALL = {"memory": MEMORY, "elasticsearch": ELASTICSEARCH, "opensearch": OPENSEARCH}

every_storage = pytest.mark.parametrize("given", ALL.values(), ids=ALL.keys())


@every_storage
def test_trap_only_userconfig_and_uiconfig_are_read(given: JaegerArgs) -> None:
    made = values(given)

    assert made["userconfig"] == jaeger(given.config)
    assert made["uiconfig"] == ui(given.config)
    assert not {"config", "collector", "query", "agent", "allInOne", "provisionDataStore"} & made.keys()


@every_storage
def test_trap_pods_do_not_restart_by_themselves_so_a_hash_of_both_files_stands_in_their_labels(
    given: JaegerArgs,
) -> None:
    label = values(given)["jaeger"]["podLabels"]["belfry.dev/config"]
    moved = dataclasses.replace(given, config=dataclasses.replace(given.config, grafana="https://elsewhere"))

    assert label == fingerprint(given.config)
    assert values(moved)["jaeger"]["podLabels"]["belfry.dev/config"] != label
    assert len(label) <= 63


def test_trap_recreate_is_the_charts_default_and_only_memory_needs_it() -> None:
    assert values(ELASTICSEARCH)["jaeger"]["strategy"] == {"type": "RollingUpdate"}
    assert values(MEMORY)["jaeger"]["strategy"] == {"type": "Recreate"}


def test_trap_memory_of_two_pods_would_be_two_halves() -> None:
    assert values(MEMORY)["jaeger"]["replicas"] == 1
    assert values(ELASTICSEARCH)["jaeger"]["replicas"] == 2


@every_storage
def test_trap_the_topology_key_of_values_yaml_is_misspelt(given: JaegerArgs) -> None:
    made = values(given)["jaeger"]

    assert made["topologySpreadConstraints"][0]["topologyKey"] == "topology.kubernetes.io/zone"
    assert "topologySpreadContraints" not in made


@every_storage
def test_trap_the_network_policy_switch_is_dead(given: JaegerArgs) -> None:
    assert "networkPolicy" not in values(given)


@every_storage
def test_trap_probes_ask_health_check_two_on_all_addresses(given: JaegerArgs) -> None:
    config = jaeger(given.config)

    assert config["extensions"]["healthcheckv2"] == {"use_v2": True, "http": {"endpoint": "0.0.0.0:13133"}}
    assert "healthcheckv2" in config["service"]["extensions"]


@every_storage
def test_trap_otlp_listens_on_localhost_unless_set_otherwise(given: JaegerArgs) -> None:
    protocols = jaeger(given.config)["receivers"]["otlp"]["protocols"]

    assert protocols["grpc"]["endpoint"] == "0.0.0.0:4317"
    assert protocols["http"]["endpoint"] == "0.0.0.0:4318"
    assert protocols["grpc"]["max_recv_msg_size_mib"] > SENT_MIB


@every_storage
def test_trap_the_chart_has_no_service_monitor_and_no_disruption_budget(given: JaegerArgs) -> None:
    kinds = [made["kind"] for made in values(given)["extraObjects"]]

    assert kinds == ["ServiceMonitor", *([] if given is MEMORY else ["PodDisruptionBudget"])]


@every_storage
def test_trap_extra_objects_and_arguments_go_through_a_template(given: JaegerArgs) -> None:
    assert "{{" not in str(values(given))


def test_trap_userconfig_is_a_plain_config_map_so_passwords_are_files() -> None:
    made = values(ELASTICSEARCH)
    backend = made["userconfig"]["extensions"]["jaeger_storage"]["backends"]["main"]["elasticsearch"]

    assert backend["auth"]["basic"] == {"username": "elastic", "password_file": "/etc/jaeger/secrets/password"}
    (volume,) = made["jaeger"]["extraVolumes"]
    (mount,) = made["jaeger"]["extraVolumeMounts"]
    assert mount["mountPath"] == "/etc/jaeger/secrets"
    files = {source["secret"]["name"]: source["secret"]["items"] for source in volume["projected"]["sources"]}
    assert files == {
        "traces-es-elastic-user": [{"key": "elastic", "path": "password"}],
        "traces-es-http-certs-public": [{"key": "ca.crt", "path": "ca.crt"}],
    }
    assert backend["tls"]["ca_file"] == f"{mount['mountPath']}/ca.crt"


def test_trap_maintenance_jobs_know_no_existing_secret() -> None:
    made = values(ELASTICSEARCH)
    job = made["esIndexCleaner"]
    environment = {entry["name"]: entry for entry in job["extraEnv"]}

    assert made["storage"]["elasticsearch"] == {"url": "https://traces:9200"}
    assert environment["ES_PASSWORD"]["valueFrom"]["secretKeyRef"] == {
        "name": "traces-es-elastic-user",
        "key": "elastic",
    }
    assert environment["ES_TLS_ENABLED"]["value"] == "true"
    (mount,) = job["extraSecretMounts"]
    assert environment["ES_TLS_CA"]["value"] == mount["mountPath"]


def test_retention_deletes_the_indices_that_jaeger_writes() -> None:
    job = values(ELASTICSEARCH)["esIndexCleaner"]
    backend = jaeger(ELASTICSEARCH.config)["extensions"]["jaeger_storage"]["backends"]["main"]["elasticsearch"]

    assert (job["enabled"], job["numberOfDays"]) == (True, 14)
    assert {"name": "INDEX_PREFIX", "value": backend["indices"]["index_prefix"]} in job["extraEnv"]


@pytest.mark.parametrize("given", [MEMORY, OPENSEARCH], ids=["memory", "opensearch"])
def test_there_is_no_cleaning_job_where_it_could_not_work(given: JaegerArgs) -> None:
    assert values(given)["esIndexCleaner"] == {"enabled": False}


def test_requests_to_opensearch_are_signed_by_the_pods_identity() -> None:
    config = jaeger(OPENSEARCH.config)

    assert config["extensions"]["sigv4auth"] == {"region": "eu-central-1", "service": "es"}
    assert "sigv4auth" in config["service"]["extensions"]
    backend = config["extensions"]["jaeger_storage"]["backends"]["main"]["opensearch"]
    assert backend["auth"] == {"authenticator": "sigv4auth"}


@every_storage
def test_trap_span_metrics_are_made_once_and_not_here(given: JaegerArgs) -> None:
    config = jaeger(given.config)

    assert "connectors" not in config
    assert list(config["service"]["pipelines"]) == ["traces"]


@every_storage
def test_service_performance_is_asked_from_prometheus_by_its_names(given: JaegerArgs) -> None:
    config = jaeger(given.config)["extensions"]

    assert config["jaeger_storage"]["metric_backends"]["span-metrics"]["prometheus"] == {
        "endpoint": "http://prometheus:9090",
        "metric_namespace": "traces_span_metrics",
        "normalize_calls": True,
        "normalize_duration": True,
        "latency_unit": "s",
    }
    assert config["jaeger_query"]["storage"]["metrics"] == "span-metrics"
    assert ui(given.config)["monitor"] == {"menuEnabled": True}


@every_storage
def test_pods_are_restricted_and_sized(given: JaegerArgs) -> None:
    made = values(given)
    for pod in [made["jaeger"], *([made["esIndexCleaner"]] if made["esIndexCleaner"]["enabled"] else [])]:
        assert pod["podSecurityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["resources"]["requests"].keys() == {"cpu", "memory"}


def test_a_trace_leads_to_its_logs_and_a_pod_to_its_metrics() -> None:
    links = {link["text"]: unquote(link["url"]) for link in ui(MEMORY.config)["linkPatterns"]}

    assert links["Logs of this trace"].startswith("https://grafana.example.com/explore?schemaVersion=1&panes=")
    assert '"datasource":"loki"' in links["Logs of this trace"]
    assert 'trace_id=\\"#{traceID}\\"' in links["Logs of this trace"]
    assert 'pod=\\"#{k8s.pod.name}\\"' in links["CPU of this pod"]


def test_jaeger_fills_in_a_link_only_where_the_braces_are_left_as_they_are() -> None:
    for link in ui(MEMORY.config)["linkPatterns"]:
        assert link["url"].count("#{") == link["url"].count("}") == 1


def test_without_secrets_nothing_is_mounted() -> None:
    plain = args(Elasticsearch(url="http://traces:9200"))

    assert "extraVolumes" not in values(plain)["jaeger"]
    assert values(plain)["esIndexCleaner"]["extraSecretMounts"] == []


@every_storage
def test_the_page_of_dependencies_is_shown_only_where_something_fills_it(given: JaegerArgs) -> None:
    shown = ui(given.config)["dependencies"]["menuEnabled"]

    assert shown is isinstance(given.config.storage, Memory), "no job works dependencies out of a store"
