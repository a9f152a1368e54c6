"""The configuration of the gateway and the sampler, beyond what the collector itself checks."""

import json
from decimal import Decimal
from typing import Any

import pytest

from configs.collector import browser, identity, logs, points, redaction, sizes
from configs.collector.gateway import GatewayInput, Loki, gateway, route_filter
from configs.collector.parts import MEMORY_LIMITER, MIB, RECEIVED_MIB, SENT_MIB, STORED_MIB, Config
from configs.collector.sampler import buckets, sampler
from configs.collector.sampling import tail_sampling
from configs.prometheus.prometheus_stack import LATE_MINUTES
from configs.stores import loki
from model.catalog import telemetry
from model.catalog.components import Load
from model.catalog.system import Logs, System, Tracing
from model.catalog.telemetry import Histogram
from model.sizing.traces import DECISION_WAIT_SECONDS
from model.vocabulary import LogDestination
from tests.configs.collector_examples import CATALOG, CONFIGS, PROMETHEUS, gateway_input, sampler_input

every_config = pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())


def system(name: str, **changes: Any) -> System:
    """The shop under another name, with changes."""
    (shop,) = (known for known in CATALOG.systems if known.system == "cloudmart")
    return shop.model_copy(update={"system": name, **changes})


@every_config
def test_the_memory_limiter_is_first_in_every_pipeline_that_receives(config: Config) -> None:
    connectors = set(config.get("connectors", {}))
    for pipeline in config["service"]["pipelines"].values():
        if not set(pipeline["receivers"]) <= connectors:
            assert pipeline["processors"][0] == MEMORY_LIMITER
        else:
            assert MEMORY_LIMITER not in pipeline.get("processors", [])


@every_config
def test_every_exporter_queues_on_disk_and_never_gives_up(config: Config) -> None:
    for name, exporter in config["exporters"].items():
        assert exporter["sending_queue"]["storage"] == "file_storage", name
        assert exporter["sending_queue"]["sizer"] == "bytes", name
        if name != "elasticsearch":  # it retries by document
            assert exporter["retry_on_failure"]["max_elapsed_time"] == "0s", name


@every_config
def test_no_batch_processor_holds_what_its_sender_believes_delivered(config: Config) -> None:
    assert not [name for name in config["processors"] if name.startswith("batch")]


@every_config
def test_no_secret_stands_in_a_configuration(config: Config) -> None:
    for exporter in config["exporters"].values():
        assert exporter.get("password", "${env:X}").startswith("${env:")


@every_config
def test_a_listener_is_reachable_from_other_pods(config: Config) -> None:
    assert config["extensions"]["health_check"]["endpoint"] == "${env:MY_POD_IP}:13133"
    assert "localhost" not in str(config["receivers"])


@every_config
def test_helm_finds_nothing_to_expand_in_a_configuration(config: Config) -> None:
    assert "{{" not in str(config)


def test_everything_that_leaves_the_gateway_was_redacted() -> None:
    pipelines = gateway(gateway_input())["service"]["pipelines"]

    for name in ("traces", "logs"):
        # Before anything is cut: half of a secret is not recognized.
        assert [*redaction.LOGS_AND_TRACES, sizes.CUT] == pipelines[name]["processors"][-3:]
    assert pipelines["metrics"]["processors"].index(redaction.METRIC_VALUES) > 0
    assert {"otlp", "faro"} == {r for n in ("traces", "logs", "metrics") for r in pipelines[n]["receivers"]}


def test_what_the_gateway_lets_pass_the_stores_take() -> None:
    assert sizes.LOG_AGE_HOURS < loki.MAX_AGE_HOURS
    assert sizes.RECORD_BYTES + sizes.RESOURCE_BYTES + sizes.SCOPE_BYTES < 64 * 1024
    assert points.BEHIND_MINUTES < LATE_MINUTES


def test_a_batch_is_smaller_than_what_its_receiver_takes() -> None:
    for config in CONFIGS.values():
        for name, exporter in config["exporters"].items():
            if batch := exporter["sending_queue"].get("batch"):
                assert batch["sizer"] == "bytes", name
                stored = name.startswith(("otlp_http", "elasticsearch", "zipkin"))
                assert batch["max_size"] <= (STORED_MIB if stored else SENT_MIB) * MIB, name
    assert SENT_MIB < RECEIVED_MIB


@every_config
def test_no_request_of_points_to_prometheus_holds_those_of_two_senders(config: Config) -> None:
    exporters = {e for n, pipe in config["service"]["pipelines"].items() if "metrics" in n for e in pipe["exporters"]}

    queues = [queue for name in exporters if (queue := config["exporters"].get(name, {}).get("sending_queue"))]

    assert all(queue["batch"]["min_size"] == 0 for queue in queues)


def test_lines_are_parsed_before_they_are_redacted_so_that_fields_are_redacted_too() -> None:
    order = gateway(gateway_input())["service"]["pipelines"]["logs"]["processors"]

    assert order.index(logs.PARSE) < order.index(redaction.TEXT)


def test_pushed_series_reach_every_prometheus_of_a_pair() -> None:
    for config in (CONFIGS["gateway"], CONFIGS["sampler"]):
        endpoints = [
            e["endpoint"] for name, e in config["exporters"].items() if name.startswith("otlp_http/prometheus")
        ]
        assert endpoints == [f"{url}/api/v1/otlp" for url in PROMETHEUS]
        for name, pipeline in config["service"]["pipelines"].items():
            if name.startswith("metrics") and points.FORWARD not in pipeline["exporters"]:
                assert [e for e in pipeline["exporters"] if "prometheus" in e] == [
                    "otlp_http/prometheus-0",
                    "otlp_http/prometheus-1",
                ]
                assert pipeline["processors"][-1] == identity.LABELS


def test_records_go_where_the_catalog_sends_them() -> None:
    to_both = Logs(destinations=(LogDestination.LOKI, LogDestination.ELASTICSEARCH))
    only_elastic = Logs(destinations=(LogDestination.ELASTICSEARCH,))
    systems = [system("both", logs=to_both), system("elastic", logs=only_elastic), system("plain", logs=Logs())]

    def dropped(destination: LogDestination) -> object:
        return route_filter(destination, systems)[f"filter/{destination}"]["log_conditions"]

    namespace = 'resource.attributes["service.namespace"]'
    assert dropped(LogDestination.LOKI) == [f'{namespace} == "elastic"']
    assert dropped(LogDestination.ELASTICSEARCH) == [f'{namespace} != "both" and {namespace} != "elastic"']


def test_loki_takes_everything_when_no_system_keeps_away_from_it() -> None:
    assert route_filter(LogDestination.LOKI, [system("shop", logs=Logs())]) == {}


def test_a_destination_that_no_system_names_has_no_exporter() -> None:
    config = gateway(gateway_input(systems=[system("shop", logs=Logs())]))

    assert not {"elasticsearch", "awscloudwatchlogs"} & set(config["exporters"])
    assert "logs/elasticsearch" not in config["service"]["pipelines"]


def test_a_destination_that_the_environment_lacks_has_no_exporter() -> None:
    config = gateway(gateway_input(elasticsearch=None, cloudwatch=None))

    assert not {"elasticsearch", "awscloudwatchlogs"} & set(config["exporters"])


def test_loki_gets_the_tenant_only_where_there_is_one() -> None:
    def exporter(given: GatewayInput) -> Any:
        return gateway(given)["exporters"]["otlp_http/loki"]

    assert "headers" not in exporter(gateway_input())
    assert exporter(gateway_input(loki=Loki(url="http://l", tenant="shop")))["headers"] == {"X-Scope-OrgID": "shop"}


def test_browsers_are_heard_only_where_an_origin_is_named() -> None:
    assert "faro" not in gateway(gateway_input(origins=[]))["receivers"]
    assert gateway(gateway_input())["receivers"]["faro"]["cors"]["allowed_origins"] == ["https://shop.example.com"]


def test_traces_are_balanced_by_their_id_over_all_pods_of_the_samplers() -> None:
    config = CONFIGS["gateway"]["exporters"]["load_balancing"]

    assert config["routing_key"] == "traceID"
    assert config["resolver"]["dns"]["hostname"] == "otel-sampler.collectors.svc"
    # A queue for each sampler would keep what waits for one that is gone.
    assert config["protocol"]["otlp"]["sending_queue"] == {"enabled": False}


def test_span_metrics_and_the_service_graph_are_made_before_sampling() -> None:
    pipelines = CONFIGS["sampler"]["service"]["pipelines"]

    assert pipelines["traces/all"]["processors"] == [MEMORY_LIMITER]
    assert pipelines["traces/all"]["exporters"] == ["span_metrics", "service_graph"]
    assert pipelines["traces/sampled"]["processors"] == [MEMORY_LIMITER, "tail_sampling"]


def test_the_service_graph_distinguishes_components_of_one_name_in_two_systems() -> None:
    assert CONFIGS["sampler"]["connectors"]["service_graph"]["dimensions"] == ["service.namespace"]


def test_jaeger_finds_the_span_metrics_by_the_namespace_it_looks_for() -> None:
    connector = CONFIGS["sampler"]["connectors"]["span_metrics"]

    assert connector["namespace"].replace(".", "_") == "traces_span_metrics"
    assert connector["histogram"]["unit"] == "s"
    assert connector["exemplars"]["enabled"] is True


def test_each_system_has_its_own_limit_and_share_and_errors_are_always_kept() -> None:
    systems = [
        system("slow-shop", tracing=Tracing.model_validate({"sample_percent": "2.5", "slow": "1s"})),
        system("fast-shop", tracing=Tracing.model_validate({"sample_percent": 50, "slow": "250ms"})),
    ]

    policies = tail_sampling(systems, 1, 30)["tail_sampling"]["policies"]

    assert [policy["name"] for policy in policies] == [
        "errors",
        "fast-shop-slow",
        "fast-shop-share",
        "slow-shop-slow",
        "slow-shop-share",
        "others-share",
    ]
    parts = {policy["name"]: policy["and"]["and_sub_policy"] for policy in policies[1:]}
    assert parts["fast-shop-slow"][0]["string_attribute"] == {"key": "service.namespace", "values": ["fast-shop"]}
    assert parts["fast-shop-slow"][1]["latency"] == {"threshold_ms": 250}
    assert parts["slow-shop-slow"][1]["latency"] == {"threshold_ms": 1000}
    assert parts["slow-shop-share"][1]["probabilistic"] == {"sampling_percentage": 2.5}
    assert '!= "fast-shop" and ' in parts["others-share"][0]["ottl_condition"]["span"][0]


def test_the_sampler_has_room_for_all_traces_that_wait_for_their_decision() -> None:
    (component, *others) = system("shop").components
    busy = component.model_copy(update={"load": Load(spans_per_second=Decimal(40_000))})
    quiet = [other.model_copy(update={"load": Load()}) for other in others]
    systems = [system("shop", components=(busy, *quiet))]

    def room(replicas: int) -> int:
        return int(tail_sampling(systems, replicas, DECISION_WAIT_SECONDS)["tail_sampling"]["num_traces"])

    assert room(1) == 40_000 / 8 * 30 * 2
    assert room(2) == room(1) / 2


def test_the_limits_of_the_systems_are_lines_of_the_histogram() -> None:
    odd = system("odd", tracing=Tracing.model_validate({"sample_percent": 10, "slow": "733ms"}))

    assert "733ms" in buckets([odd])
    assert buckets([]) == [*dict.fromkeys(buckets([]))]


def test_a_zipkin_gets_the_sampled_traces_where_one_is_named() -> None:
    pipelines = sampler(sampler_input())["service"]["pipelines"]

    assert pipelines["traces/sampled"]["exporters"] == ["otlp_grpc/jaeger", "zipkin"]
    assert "zipkin" not in sampler(sampler_input(zipkin=None))["exporters"]


def test_samplers_on_one_machine_are_named_one_by_one() -> None:
    resolver = gateway(gateway_input(samplers=["127.0.0.1:5317"]))["exporters"]["load_balancing"]["resolver"]

    assert resolver == {"static": {"hostnames": ["127.0.0.1:5317"]}}


def test_the_collector_makes_the_series_of_browsers_that_the_catalog_knows() -> None:
    found: set[str] = set()
    for metric in browser.metrics()[browser.METRICS]["logs"]:
        name = metric["name"].replace(".", "_") + ("_seconds" if metric.get("unit") == "s" else "")
        found |= {f"{name}_total"} if "sum" in metric else {name, *(f"{name}_{part}" for part in Histogram)}
    assert found == telemetry.BROWSER_SERIES


def test_in_a_namespace_of_two_systems_no_pod_without_a_label_is_given_to_one_of_them() -> None:
    shops = [
        system(name, components=tuple(one.model_copy(update={"namespace": space}) for one in system(name).components))
        for name, space in (("shop-a", "shops"), ("shop-b", "shops"), ("shop-c", "alone"))
    ]
    statements = json.dumps(identity.identity(shops, "c", "prod"))
    assert "alone" in statements
    assert "shops" not in statements
