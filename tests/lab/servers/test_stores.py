"""Loki, Jaeger, collectors, blackbox exporter and Grafana follow their releases."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from configs.collector.agent import AgentInput, agent
from configs.collector.gateway import GatewayInput, Loki, gateway
from configs.collector.sampler import SamplerInput, sampler
from configs.stores import jaeger as jaeger_model
from configs.stores import loki as loki_model
from lab.context import Context
from lab.layout import ROOT
from lab.servers.blackbox import blackbox
from lab.servers.collectors import collectors, left_out
from lab.servers.grafana import grafana
from lab.servers.incidents import incidents
from lab.servers.jaeger import jaeger
from lab.servers.loki import loki
from lab.servers.prometheus import prometheus
from lab.servers.server import Server
from lab.servers.table import servers
from model import names
from model.cluster.loki import Mode
from model.dashboards import REPORTS_TITLE
from model.problems import BadInput
from model.quantities import Duration
from tests.configs.collector_examples import CATALOG
from tests.lab import resources as given


def loki_release(**more: Any) -> dict[str, Any]:
    sections = loki_model.sections(
        loki_model.LokiInput(
            mode=Mode.MONOLITHIC,
            replicas=3,
            storage=loki_model.S3(chunks="chunks", region="eu-central-1"),
            retention=Duration("7d"),
            cluster="belfry-local",
            environment="local",
            grafana="http://127.0.0.1:3000",
            alertmanagers=[names.alertmanager_replica(0)],
            prometheus=[names.prometheus_replica(0)],
            **more,
        )
    )
    # As components/loki.py does: annotations of the pods are the chart's, and no section of Loki.
    return given.release("loki", {"loki": {**sections, "podAnnotations": {"belfry.dev/identity": "0123"}}})


def jaeger_release(storage: jaeger_model.Storage) -> dict[str, Any]:
    wanted = jaeger_model.JaegerInput(
        storage=storage,
        prometheus=names.service(names.PROMETHEUS, names.MONITORING, 9090, "http"),
        grafana="http://127.0.0.1:3000",
    )
    return given.release("jaeger", {"userconfig": jaeger_model.jaeger(wanted), "uiconfig": jaeger_model.ui(wanted)})


def collector_releases(zipkin: str | None = None) -> list[dict[str, Any]]:
    prometheus = [names.prometheus_replica(0)]
    configs = {
        names.COLLECTOR_AGENT: agent(AgentInput()),
        names.COLLECTOR_GATEWAY: gateway(
            GatewayInput(
                cluster="belfry-local",
                environment="local",
                systems=CATALOG.systems,
                loki=Loki(url=names.service(names.LOKI_GATEWAY, names.LOGGING, 80, "http")),
                prometheus=prometheus,
                samplers=f"{names.COLLECTOR_SAMPLER}.{names.COLLECTORS}.svc",
            )
        ),
        names.COLLECTOR_SAMPLER: sampler(
            SamplerInput(
                cluster="belfry-local",
                systems=CATALOG.systems,
                jaeger=names.service(names.JAEGER, names.TRACING, 4317),
                prometheus=prometheus,
                zipkin=zipkin,
            )
        ),
    }
    return [given.release(name, {"alternateConfig": config}) for name, config in configs.items()]


def config_of(server: Server | None, file: str) -> dict[str, Any]:
    assert server
    config: dict[str, Any] = yaml.safe_load(server.files[file])
    return config


def test_a_deployment_without_them_starts_without_them(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "catalog", tmp_path / "catalog")
    made = [server.name for server in servers(given.context(tmp_path))]

    assert made == ["inbox", "alertmanager", "prometheus", "incident-watch", "watch", "console"]


def test_incidents_are_written_from_what_runs_and_scraped_as_the_systems_own(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "catalog", tmp_path / "catalog")
    alone, context = incidents(given.context(tmp_path)), given.context(tmp_path, loki_release())
    server = incidents(context)

    assert "--loki" not in alone.run.command
    assert "--jaeger" not in server.run.command
    command = " ".join(server.run.command)
    assert f"--loki {context.url(names.LOKI, names.LOKI_PORT)}" in command
    assert f"--store {tmp_path}/.local/incidents/local" in command
    assert json.loads(server.files["scope.json"])["calls"]["cloudmart/frontend"]
    config = config_of(prometheus(context), "prometheus.yaml")
    (job,) = [one for one in config["scrape_configs"] if one["job_name"] == "platform/incident-watch"]
    assert job["honor_labels"] is True
    assert job["static_configs"] == [{"targets": [context.at(names.INCIDENT_WATCH, names.INCIDENT_WATCH_PORT)]}]


def test_loki_keeps_limits_and_schema_and_trades_the_bucket_for_a_folder(tmp_path: Path) -> None:
    release = loki_release()
    context = given.context(tmp_path, release)
    config = config_of(loki(context), "loki.yaml")
    deployed = release["inputs"]["values"]["loki"]

    assert "podAnnotations" not in config
    assert config["limits_config"] == deployed["limits_config"]
    (period,) = config["schema_config"]["configs"]
    assert period == {**deployed["schemaConfig"]["configs"][0], "object_store": "filesystem"}
    assert config["common"]["replication_factor"] == 1
    assert "s3" not in yaml.safe_dump(config)
    assert "/var/loki" not in yaml.safe_dump(config).replace(str(tmp_path), "")
    assert config["server"]["http_listen_address"] == "127.0.0.1"
    assert config["analytics"] == {"reporting_enabled": False}
    assert config["ruler"]["alertmanager_url"] == context.url("alertmanager", 9093)
    assert config["ruler"]["external_labels"] == {"cluster": "belfry-local", "environment": "prod"}
    written = config["ruler"]["remote_write"]["clients"]["prometheus-0"]["url"]
    assert written == f"{context.url('prometheus', 9090)}/api/v1/write"


def test_loki_gets_the_deployed_rules_and_each_tenants_limits(tmp_path: Path) -> None:
    tenants = [loki_model.Tenant(name="shop", retention=Duration("3d"))]
    rules = given.config_map("logs", "loki_rule", {"belfry.dev/loki-tenant": "shop"}, {"a.yaml": "groups: []\n"})
    context = given.context(tmp_path, loki_release(tenants=tenants), rules)
    server = loki(context)

    assert server
    assert server.files["rules/shop/a.yaml"] == "groups: []\n"
    folder = config_of(server, "loki.yaml")["ruler"]["storage"]["local"]["directory"]
    assert folder == str(context.layout.config("loki") / "rules")
    assert yaml.safe_load(server.files["overrides.yaml"]) == {"overrides": {"shop": {"retention_period": "72h"}}}


def test_jaeger_listens_on_loopback_and_keeps_a_bounded_number_of_traces(tmp_path: Path) -> None:
    context = given.context(tmp_path, jaeger_release(jaeger_model.Memory(traces=10_000)))
    server = jaeger(context)
    config = config_of(server, "jaeger.yaml")

    assert server
    assert "0.0.0" not in server.files["jaeger.yaml"]
    assert config["extensions"]["jaeger_storage"]["backends"] == {"main": {"memory": {"max_traces": 5000}}}
    assert any("5000 traces, not 10000" in note for note in server.notes)
    metrics = config["extensions"]["jaeger_storage"]["metric_backends"]["span-metrics"]["prometheus"]
    assert metrics["endpoint"] == context.url("prometheus", 9090)
    assert json.loads(server.files["ui.json"])["monitor"] == {"menuEnabled": True}


def test_jaeger_needs_no_store_and_no_account_here(tmp_path: Path) -> None:
    domain = jaeger_model.OpenSearch(url="https://domain.example.com", region="eu-central-1")
    server = jaeger(given.context(tmp_path, jaeger_release(domain)))

    assert server
    assert "example.com" not in server.files["jaeger.yaml"]
    assert "sigv4auth" not in server.files["jaeger.yaml"]
    assert server.notes == ("traces are kept in memory: there is no opensearch here",)


def chain(folder: Path, **more: Any) -> tuple[Context, dict[str, Server]]:
    context = given.context(folder, *collector_releases(**more))
    return context, {server.name: server for server in collectors(context)}


def test_the_collectors_are_wired_as_in_the_cluster(tmp_path: Path) -> None:
    context, made = chain(tmp_path)
    configs = {name: config_of(server, "config.yaml") for name, server in made.items()}

    agent_out = configs["otel-agent"]["exporters"]["otlp_grpc/gateway"]["endpoint"]
    assert agent_out == configs["otel-gateway"]["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"]
    sender = configs["otel-gateway"]["exporters"]["otlp_grpc/sampler"]
    assert "load_balancing" not in made["otel-gateway"].files["config.yaml"]
    assert sender["sending_queue"]["storage"] == "file_storage"
    assert sender["endpoint"] == configs["otel-sampler"]["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"]
    assert configs["otel-sampler"]["exporters"]["otlp_grpc/jaeger"]["endpoint"] == context.at("jaeger", 4317)
    assert configs["otel-gateway"]["exporters"]["otlp_http/loki"]["endpoint"] == f"{context.url('loki', 3100)}/otlp"


def test_what_asks_for_a_cluster_is_left_out_by_name_and_reason(tmp_path: Path) -> None:
    _, made = chain(tmp_path)

    assert made["otel-agent"].notes == (
        "without host_metrics: no node's file system here",
        "without k8s_attributes: no Kubernetes API here",
        "without kubeletstats: no Kubernetes API here",
    )
    assert "k8s_attributes" not in made["otel-agent"].files["config.yaml"]
    assert made["otel-gateway"].notes == ("spans go straight to the one sampler: there is nobody to balance between",)


def test_a_pipeline_that_had_nothing_else_goes_too() -> None:
    config: dict[str, Any] = {
        "receivers": {"k8sobjects": {}, "otlp": {}},
        "exporters": {"otlp_grpc": {}},
        "service": {
            "pipelines": {
                "logs/events": {"receivers": ["k8sobjects"], "exporters": ["otlp_grpc"]},
                "logs": {"receivers": ["otlp"], "exporters": ["otlp_grpc"]},
            }
        },
    }

    reduced, notes = left_out(config)

    assert list(reduced["service"]["pipelines"]) == ["logs"]
    assert len(notes) == 1
    assert "logs/events" in config["service"]["pipelines"], "the deployed configuration itself was changed"


def test_memory_and_queues_are_bounded_for_one_machine(tmp_path: Path) -> None:
    _, made = chain(tmp_path)
    for server in made.values():
        config = config_of(server, "config.yaml")
        assert config["processors"]["memory_limiter"]["limit_mib"] == 512
        for exporter in config["exporters"].values():
            assert exporter["sending_queue"]["queue_size"] <= 128 * 1024**2
        assert config["extensions"]["file_storage"]["directory"].startswith(str(tmp_path))


def test_a_copy_of_the_traces_to_another_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"otel-sampler's exporters: found the address https://zipkin\.example\.com"):
        chain(tmp_path, zipkin="https://zipkin.example.com/api/v2/spans")


def test_the_blackbox_exporter_has_the_deployed_modules(tmp_path: Path) -> None:
    modules = {"modules": {"http": {"prober": "http"}}}
    server = blackbox(given.context(tmp_path, given.release("prometheus-blackbox-exporter", {"config": modules})))

    assert config_of(server, "blackbox.yaml") == modules


def test_grafana_is_started_only_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)

    assert grafana(given.context(tmp_path)) is None


def test_grafana_gets_local_data_sources_and_the_deployed_boards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "home" / "bin" / "grafana"
    (tmp_path / "home" / "public").mkdir(parents=True)
    monkeypatch.setattr("shutil.which", lambda name: str(program))
    slo = json.dumps({"links": [{"title": REPORTS_TITLE, "url": "https://bucket.test"}]})
    files = {"home.json": "{}", "slo.json": slo}
    board = given.config_map("home", "grafana_dashboard", {"grafana_folder": "Belfry"}, files)
    sources = [
        {"uid": "loki", "type": "loki", "url": names.service(names.LOKI_GATEWAY, names.LOGGING, 80, "http")},
        {"uid": "cloudwatch", "type": "cloudwatch"},
    ]
    resources = given.resources()
    resources[1]["inputs"]["values"]["grafana"] = {"additionalDataSources": sources}
    context = given.context(tmp_path, board, resources[1])
    server = grafana(context)

    assert server
    (source,) = config_of(server, "provisioning/datasources/deployed.yaml")["datasources"]
    assert source["url"] == context.url("loki", 3100)
    assert server.files["boards/Belfry/home.json"] == "{}"
    (link,) = json.loads(server.files["boards/Belfry/slo.json"])["links"]
    assert link["url"] == f"{context.url('console', 8081)}/reports/", "no bucket is on this machine"
    assert server.run.environment["GF_SERVER_HTTP_ADDR"] == "127.0.0.1"
    assert server.run.environment["GF_ANALYTICS_REPORTING_ENABLED"] == "false"
    assert str(tmp_path / "home") in server.run.command
    assert server.notes == ("without the data source cloudwatch: not here",)
