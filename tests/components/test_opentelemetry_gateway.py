"""The releases of gateway, samplers and the single collector."""

import dataclasses
from typing import Any

import pulumi_kubernetes as kubernetes
import pytest

from components.opentelemetry_gateway import (
    OpenTelemetryGateway,
    OpenTelemetryGatewayArgs,
    SecretKey,
    Tier,
    cluster_values,
    gateway_values,
    sampler_values,
)
from model import names
from tests.configs.collector_examples import CLUSTER, gateway_input, sampler_input
from tests.synth import Synth, synth

ARGS = OpenTelemetryGatewayArgs(
    namespace="collectors",
    gateway=gateway_input(),
    sampler=sampler_input(),
    cluster=CLUSTER,
    gateway_size=Tier(replicas=3, volume_gib=20),
    elasticsearch_password=SecretKey(secret="logs-es-elastic-user", key="elastic"),
    elasticsearch_certificate=SecretKey(secret="logs-es-http-certs-public", key="ca.crt"),
)
VALUES = {"gateway": gateway_values(ARGS), "sampler": sampler_values(ARGS), "cluster": cluster_values(ARGS)}
Release = kubernetes.helm.v3.Release

every_release = pytest.mark.parametrize("values", VALUES.values(), ids=VALUES.keys())


def deployed() -> Synth:
    return synth(lambda: OpenTelemetryGateway("collectors", ARGS))


def test_three_releases_bear_the_names_that_configurations_call() -> None:
    releases = deployed().of(Release).values()

    assert {release.inputs["name"] for release in releases} == {"otel-gateway", "otel-sampler", "otel-cluster"}
    for release in releases:
        assert release.inputs["values"]["fullnameOverride"] == release.inputs["name"]
        assert release.inputs["namespace"] == "collectors"


def test_each_tier_comes_after_the_one_it_sends_to() -> None:
    result = deployed()
    of = {release.inputs["name"]: release for release in result.of(Release).values()}

    def waits_for(name: str) -> set[tuple[str, str]]:
        chart = result.resources[of[name].parent or ("", "")]
        return {*of[name].dependencies, *chart.dependencies}

    assert of["otel-sampler"].key in waits_for("otel-gateway")
    assert of["otel-gateway"].key in waits_for("otel-cluster")


@every_release
def test_a_queue_has_a_volume_of_its_own_and_fits_it(values: dict[str, Any]) -> None:
    (claim,) = values["statefulset"]["volumeClaimTemplates"]
    mount = values["extraVolumeMounts"][0]
    config = values["alternateConfig"]
    gib = int(claim["spec"]["resources"]["requests"]["storage"].removesuffix("Gi"))

    assert values["mode"] == "statefulset"
    assert mount == {"name": claim["metadata"]["name"], "mountPath": config["extensions"]["file_storage"]["directory"]}
    queues = sum(exporter["sending_queue"]["queue_size"] for exporter in config["exporters"].values())
    assert 0.75 * gib * 1024**3 < queues <= 0.8 * gib * 1024**3


@every_release
def test_a_pod_meets_the_restricted_level(values: dict[str, Any]) -> None:
    pod, container = values["podSecurityContext"], values["securityContext"]

    assert pod["runAsNonRoot"] is True
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["allowPrivilegeEscalation"] is False
    assert container["capabilities"] == {"drop": ["ALL"]}
    # Otherwise the volume of the queue belongs to root and nothing can be written.
    assert pod["fsGroup"] == container["runAsUser"]


@every_release
def test_resources_are_asked_for_and_the_collector_knows_its_limit(values: dict[str, Any]) -> None:
    assert values["resources"]["limits"]["memory"] == values["resources"]["requests"]["memory"]
    assert values["useGOMEMLIMIT"] is True


def test_a_disruption_budget_is_there_for_replicas_and_never_blocks_a_single_pod() -> None:
    assert VALUES["gateway"]["podDisruptionBudget"] == {"enabled": True, "maxUnavailable": 1}
    assert VALUES["cluster"]["podDisruptionBudget"] == {"enabled": False}


def test_the_samplers_service_has_no_address_so_that_its_name_gives_all_pods() -> None:
    assert VALUES["sampler"]["service"] == {"clusterIP": "None"}
    resolver = VALUES["gateway"]["alternateConfig"]["exporters"]["load_balancing"]["resolver"]["dns"]
    assert resolver["hostname"] == f"{names.COLLECTOR_SAMPLER}.{names.COLLECTORS}.svc"
    assert int(resolver["port"]) == VALUES["sampler"]["ports"]["otlp"]["containerPort"]


def test_only_ports_with_a_sender_are_open() -> None:
    def opened(values: dict[str, Any]) -> set[str]:
        return {name for name, port in values["ports"].items() if port["enabled"]}

    assert opened(VALUES["gateway"]) == {"otlp", "otlp-http", "faro", "metrics"}
    assert opened(VALUES["sampler"]) == {"otlp", "metrics"}
    assert opened(VALUES["cluster"]) == {"metrics"}
    closed = dataclasses.replace(ARGS, gateway=gateway_input(origins=[]))
    assert opened(gateway_values(closed)) == {"otlp", "otlp-http", "metrics"}


def test_the_password_comes_from_its_secret_and_never_through_values() -> None:
    values = VALUES["gateway"]

    assert values["extraEnvs"] == [
        {
            "name": "ELASTICSEARCH_PASSWORD",
            "valueFrom": {"secretKeyRef": {"name": "logs-es-elastic-user", "key": "elastic"}},
        }
    ]
    elastic = values["alternateConfig"]["exporters"]["elasticsearch"]
    assert elastic["password"] == "${env:ELASTICSEARCH_PASSWORD}"
    mount = values["extraVolumeMounts"][1]
    assert elastic["tls"]["ca_file"] == f"{mount['mountPath']}/ca.crt"
    assert values["extraVolumes"][0]["secret"]["secretName"] == "logs-es-http-certs-public"


def test_without_elasticsearch_there_is_no_secret_to_mount() -> None:
    values = gateway_values(dataclasses.replace(ARGS, gateway=gateway_input(elasticsearch=None)))

    assert "extraEnvs" not in values
    assert [mount["name"] for mount in values["extraVolumeMounts"]] == ["queue"]


def test_the_single_collector_may_watch_events_and_read_no_secret() -> None:
    rules = VALUES["cluster"]["clusterRole"]["rules"]

    assert {"apiGroups": ["events.k8s.io"], "resources": ["events"], "verbs": ["get", "list", "watch"]} in rules
    assert "secrets" not in str(rules)
    assert VALUES["cluster"]["replicaCount"] == 1
    assert "clusterRole" not in VALUES["gateway"]


def test_storage_class_and_priority_are_passed_on_where_there_are_some() -> None:
    given = dataclasses.replace(ARGS, storage_class="gp3", priority_class="platform")

    values = sampler_values(given)

    assert values["statefulset"]["volumeClaimTemplates"][0]["spec"]["storageClassName"] == "gp3"
    assert values["priorityClassName"] == "platform"
    assert "storageClassName" not in str(VALUES["sampler"]["statefulset"])


def test_tiers_spread_over_zones_and_nodes() -> None:
    assert [spread["topologyKey"] for spread in VALUES["gateway"]["topologySpreadConstraints"]] == [
        "topology.kubernetes.io/zone",
        "kubernetes.io/hostname",
    ]
