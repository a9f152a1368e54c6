"""Loki's configuration: what deletes, what is limited, whose rules are found."""

from dataclasses import replace
from typing import Any

import pytest

from configs.stores import loki
from configs.stores.loki import Folder, LokiInput, Tenant, problems, sections
from model import names
from model.quantities import Duration
from tests.configs.loki_examples import DISTRIBUTED, FOR_EVER, FORMS, MONOLITHIC, SINGLE, TENANTS

every_form = pytest.mark.parametrize("given", FORMS.values(), ids=FORMS.keys())

# What was released. An entry may be added below, with a day that is still to come; none may change or go: what was
# written on its days can be read by no other.
RELEASED = (("2024-04-01", "v13"),)


def test_schema_periods_are_only_ever_appended() -> None:
    periods = tuple((period.start, period.schema) for period in loki.SCHEMA)

    assert periods[: len(RELEASED)] == RELEASED
    assert [start for start, _ in periods] == sorted({start for start, _ in periods})


@every_form
def test_logs_are_kept_in_tsdb_v13_which_holds_structured_metadata(given: LokiInput) -> None:
    for period in sections(given)["schemaConfig"]["configs"]:
        assert (period["store"], period["schema"], period["index"]["period"]) == ("tsdb", "v13", "24h")
        assert period["object_store"] == "s3"
    assert sections(given)["limits_config"]["allow_structured_metadata"] is True


@every_form
def test_trap_retention_needs_all_three_of_period_switch_and_store_or_none_of_them(given: LokiInput) -> None:
    own = sections(given)
    three = [
        own["limits_config"].get("retention_period"),
        own["compactor"].get("retention_enabled"),
        own["compactor"].get("delete_request_store"),
    ]

    assert three == (["168h", True, "s3"] if given.retention else [None, None, None])


@every_form
def test_trap_one_process_keeps_three_copies_by_default_and_never_starts(given: LokiInput) -> None:
    assert sections(given)["commonConfig"]["replication_factor"] == (1 if given.replicas == 1 else 3)


@every_form
def test_trap_loki_asks_for_a_tenant_by_default(given: LokiInput) -> None:
    assert sections(given)["auth_enabled"] is bool(given.tenants)


def test_a_tenant_may_keep_longer_and_its_queries_may_look_back_as_far() -> None:
    own = sections(TENANTS)

    assert own["runtimeConfig"]["overrides"] == {
        "audit": {"ingestion_rate_mb": 4, "ingestion_burst_size_mb": 8},
        "shop": {"retention_period": "720h"},
    }
    assert own["limits_config"]["retention_period"] == "168h"
    assert own["limits_config"]["max_query_lookback"] == "720h"


def test_records_older_than_the_retention_are_refused_and_never_older_than_a_week() -> None:
    def oldest(retention: Duration | None) -> Any:
        return sections(replace(MONOLITHIC, retention=retention))["limits_config"]["reject_old_samples_max_age"]

    assert [oldest(Duration("2d")), oldest(Duration("30d")), oldest(None)] == ["48h", "168h", "168h"]


def test_without_retention_queries_may_look_back_forever() -> None:
    assert "max_query_lookback" not in sections(FOR_EVER)["limits_config"]


def test_no_label_of_a_stream_changes_with_a_rollout() -> None:
    otlp = sections(MONOLITHIC)["limits_config"]["otlp_config"]["resource_attributes"]
    (rule,) = otlp["attributes_config"]

    assert otlp["ignore_defaults"] is True
    assert {"service.namespace", "service.name", "k8s.cluster.name"} <= set(rule["attributes"])
    assert not {"k8s.pod.name", "service.instance.id", "k8s.replicaset.name"} & set(rule["attributes"])


def test_reading_the_write_ahead_log_fits_the_pods_memory() -> None:
    ceiling = sections(replace(MONOLITHIC, memory_mib=1024))["ingester"]["wal"]["replay_memory_ceiling"]

    assert ceiling == "512MB"


@every_form
def test_the_ruler_reads_local_rules_and_notifies_every_alertmanager(given: LokiInput) -> None:
    ruler = sections(given)["rulerConfig"]

    assert ruler["storage"] == {"type": "local", "local": {"directory": "/rules"}}
    assert ruler["alertmanager_url"] == "http://alertmanager-0:9093,http://alertmanager-1:9093"
    assert ruler["enable_alertmanager_v2"] is True


def test_alerts_of_logs_carry_what_routes_read_and_lead_to_grafana() -> None:
    ruler = sections(MONOLITHIC)["rulerConfig"]

    assert ruler["external_labels"] == {"cluster": "main", "environment": "prod"}
    assert ruler["external_url"] == "https://grafana.example.com"
    assert ruler["datasource_uid"] == names.LOKI_DATASOURCE


@pytest.mark.parametrize(("given", "shared"), [(SINGLE, False), (MONOLITHIC, True), (DISTRIBUTED, True)])
def test_several_rulers_share_the_rules_instead_of_each_evaluating_all(given: LokiInput, shared: bool) -> None:
    assert sections(given)["rulerConfig"]["enable_sharding"] is shared


def test_recorded_results_go_to_every_prometheus_or_nowhere() -> None:
    both = sections(MONOLITHIC)["rulerConfig"]["remote_write"]
    none = sections(replace(MONOLITHIC, prometheus=()))["rulerConfig"]["remote_write"]

    assert [client["url"] for client in both["clients"].values()] == [
        "http://prometheus-0:9090/api/v1/write",
        "http://prometheus-1:9090/api/v1/write",
    ]
    assert (both["enabled"], none["enabled"]) == (True, False)


@every_form
def test_loki_reports_no_usage_to_its_maker(given: LokiInput) -> None:
    assert sections(given)["analytics"] == {"reporting_enabled": False}


def test_the_rules_of_nobodys_logs_have_a_folder_too() -> None:
    assert loki.rules_folder(MONOLITHIC) == "/rules/fake"
    assert loki.rules_folder(TENANTS, "shop") == "/rules/shop"


@every_form
def test_a_good_configuration_has_no_problems(given: LokiInput) -> None:
    assert list(problems(given, "logs", 44 if given.retention else None)) == []


@pytest.mark.parametrize(
    ("given", "key", "words"),
    [
        pytest.param(replace(MONOLITHIC, replicas=2), "logs.replicas", "found 2", id="two have no majority"),
        pytest.param(replace(MONOLITHIC, replicas=0), "logs.replicas", "found 0", id="none at all"),
        pytest.param(replace(DISTRIBUTED, replicas=1), "logs.replicas", "found 1", id="one ingester, distributed"),
        pytest.param(
            replace(MONOLITHIC, retention=Duration("12h")), "logs.retention", "1d or more", id="less than a day"
        ),
        pytest.param(
            replace(MONOLITHIC, retention=Duration("30d")), "logs.retention", "at most 21d", id="longer than the bucket"
        ),
        pytest.param(FOR_EVER, "logs.retention", "at most 21 days", id="forever in a bucket that ends"),
        pytest.param(
            replace(MONOLITHIC, tenants=[Tenant(name="")]),
            "logs.tenants[0].name",
            "missing",
            id="tenant without a name",
        ),
        pytest.param(
            replace(MONOLITHIC, tenants=[Tenant(name="a"), Tenant(name="a")]),
            "logs.tenants[1].name",
            "'a' twice",
            id="tenant twice",
        ),
        pytest.param(
            replace(MONOLITHIC, tenants=[Tenant(name="a", retention=Duration("22d"))]),
            "logs.tenants[0].retention",
            "longer than the bucket's lifecycle",
            id="tenant longer than the bucket",
        ),
    ],
)
def test_what_would_lose_logs_is_named_with_its_key(given: LokiInput, key: str, words: str) -> None:
    (problem,) = problems(given, "logs", 21)

    assert problem.where == key
    assert words in str(problem)


def test_a_loki_of_this_machine_keeps_all_in_its_folder_and_has_no_peers() -> None:
    here = replace(SINGLE, storage=Folder(path="/here"))
    config = loki.document(here, loki.Listen(host="127.0.0.1", http=1, grpc=2))

    assert config["common"]["storage"]["filesystem"]["chunks_directory"] == "/here/chunks"
    assert "memberlist" not in config
    assert config["compactor"]["delete_request_store"] == "filesystem"
    assert sections(here)["storage"] == {"type": "filesystem"}
    assert config["server"] == {
        "http_listen_port": 1,
        "grpc_listen_port": 2,
        # gRPC's own limit of 4 MiB refuses a batch that the collectors may send.
        "grpc_server_max_recv_msg_size": 100 << 20,
        "grpc_server_max_send_msg_size": 100 << 20,
        "http_listen_address": "127.0.0.1",
        "grpc_listen_address": "127.0.0.1",
    }
