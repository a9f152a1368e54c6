"""Inputs of the collectors as an environment with everything has them."""

from pathlib import Path
from typing import Any

from configs.collector.agent import AgentInput, agent
from configs.collector.cluster import ClusterInput, cluster
from configs.collector.gateway import CA_FILE, CloudWatchLogs, Elasticsearch, GatewayInput, Loki, gateway
from configs.collector.parts import Config
from configs.collector.sampler import SamplerInput, sampler
from model import names
from model.catalog.catalog import Catalog

CATALOG = Catalog.load(Path(__file__).parents[2] / "catalog")
PROMETHEUS = [names.prometheus_replica(0), names.prometheus_replica(1)]


def gateway_input(**changes: Any) -> GatewayInput:
    """A gateway with every destination."""
    given: dict[str, Any] = {
        "cluster": "main",
        "environment": "prod",
        "systems": CATALOG.systems,
        "loki": Loki(url="http://loki.logging.svc:3100"),
        "prometheus": PROMETHEUS,
        "samplers": f"{names.COLLECTOR_SAMPLER}.{names.COLLECTORS}.svc",
        "elasticsearch": Elasticsearch(url="https://logs-es-http.logging.svc:9200", ca_file=CA_FILE),
        "cloudwatch": CloudWatchLogs(region="eu-central-1", log_group="/belfry/prod"),
        "origins": ["https://shop.example.com"],
    }
    return GatewayInput(**{**given, **changes})


def sampler_input(**changes: Any) -> SamplerInput:
    """A sampler that still sends to a Zipkin."""
    given: dict[str, Any] = {
        "cluster": "main",
        "systems": CATALOG.systems,
        "jaeger": names.service(names.JAEGER, names.TRACING, names.OTLP_GRPC_PORT),
        "prometheus": PROMETHEUS,
        "zipkin": "http://zipkin.tracing.svc:9411/api/v2/spans",
    }
    return SamplerInput(**{**given, **changes})


CLUSTER = ClusterInput(region="eu-central-1", audit_log_group="/aws/eks/main/cluster")

CONFIGS: dict[str, Config] = {
    "agent": agent(AgentInput()),
    "gateway": gateway(gateway_input()),
    "sampler": sampler(sampler_input()),
    "cluster": cluster(CLUSTER),
}
