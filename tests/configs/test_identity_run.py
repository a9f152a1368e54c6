"""Whose telemetry it is, when the sender says something else: in the real collector and what is behind it."""

import time
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from tests.configs.collectors import wait_for
from tests.configs.servers import series
from tests.configs.sink import Record, any_value, attributes, send
from tests.configs.test_traces_run import trace
from tests.configs.wired import SECONDS, Platform

LABELS = "k8s.pod.label.app.kubernetes.io/"


def push(platform: Platform, name: str, resource: dict[str, str], **own: Any) -> None:
    """A gauge whose point has attributes of its own."""
    request = ExportMetricsServiceRequest()
    block = request.resource_metrics.add()
    block.resource.attributes.extend(attributes(resource))
    metric = block.scope_metrics.add().metrics.add(name=name)
    metric.gauge.data_points.add(as_double=1, time_unix_nano=time.time_ns(), attributes=attributes(own))
    send(platform.gateway.listen, "/v1/metrics", request)


def write(platform: Platform, body: str, resource: dict[str, str], **own: Any) -> Record:
    """A record of an SDK, as Loki gets it."""
    request = ExportLogsServiceRequest()
    block = request.resource_logs.add()
    block.resource.attributes.extend(attributes(resource))
    block.scope_logs.add().log_records.add(
        time_unix_nano=time.time_ns(), body=any_value(body), attributes=attributes(own)
    )
    send(platform.gateway.listen, "/v1/logs", request)
    return platform.log(body)


def test_a_points_own_identity_gives_way_and_is_kept_under_another_name(platform: Platform, prometheus: str) -> None:
    resource = {"service.namespace": "cloudmart", "service.name": "backend", "k8s.namespace.name": "cloudmart"}
    own = dict.fromkeys(("system", "component", "cluster", "team", "namespace"), "theirs")
    push(platform, "impostor", resource, **own)

    (found,) = wait_for(lambda: series(prometheus, "impostor"), SECONDS)

    assert found == {
        "__name__": "impostor",
        "job": "cloudmart/backend",
        "system": "cloudmart",
        "component": "backend",
        "cluster": "test",
        "namespace": "cloudmart",
        **{f"exported_{label}": "theirs" for label in own},
    }


def test_a_point_that_says_the_same_leaves_no_trace(platform: Platform, prometheus: str) -> None:
    resource = {"service.namespace": "cloudmart", "service.name": "backend"}
    push(platform, "honest", resource, system="cloudmart", component="backend", cluster="test", namespace="any")

    (found,) = wait_for(lambda: series(prometheus, "honest"), SECONDS)

    assert not [label for label in found if label.startswith("exported_")]
    assert found["namespace"] == "any"  # of which the platform knows nothing here


@pytest.mark.parametrize(
    ("resource", "system", "component"),
    [
        ({f"{LABELS}part-of": "cloudmart", f"{LABELS}name": "backend"}, "cloudmart", "backend"),
        ({"k8s.namespace.name": "cloudmart"}, "cloudmart", "theirs"),  # a namespace of one system
        ({"k8s.namespace.name": "cloudmart", f"{LABELS}part-of": "bakhmach"}, "bakhmach", "theirs"),
        ({"k8s.namespace.name": "unknown"}, "theirs", "theirs"),
        ({"exported_k8s.namespace.name": "cloudmart"}, "cloudmart", "theirs"),  # a pod that the agent does not find
    ],
)
def test_what_the_platform_knows_of_a_pod_wins_over_its_sdk(
    platform: Platform, resource: dict[str, str], system: str, component: str
) -> None:
    said = {"service.namespace": "theirs", "service.name": "theirs"}

    found = write(platform, f"identity {resource}", {**said, **resource}).resource

    assert (found["service.namespace"], found["service.name"]) == (system, component)
    assert found.get("exported_service.namespace") == ("theirs" if system != "theirs" else None)
    assert found.get("exported_service.name") == ("theirs" if component != "theirs" else None)
    assert not [key for key in found if key.startswith(LABELS)]


def test_a_service_without_a_name_is_called_by_its_workload(platform: Platform) -> None:
    resource = {"service.namespace": "", "service.name": "", "k8s.namespace.name": "n", "k8s.deployment.name": "d"}

    found = write(platform, "nameless", resource).resource

    assert (found["service.namespace"], found["service.name"]) == ("n", "d")


def test_a_records_own_identity_is_kept_under_another_name(platform: Platform) -> None:
    resource = {"service.namespace": "cloudmart", "service.name": "backend"}

    found = write(platform, "own identity", resource, **{"service.name": "theirs", "k8s_cluster_name": "theirs"})

    assert found.attributes == {"exported_service.name": "theirs", "exported_k8s_cluster_name": "theirs"}
    assert found.resource["service.name"] == "backend"


def test_a_spans_own_identity_does_not_reach_span_metrics(platform: Platform) -> None:
    own: dict[str, Any] = {"service.namespace": "theirs", "cluster": "theirs"}
    send(platform.agent.listen, "/v1/traces", trace(9 << 40, "cloudmart", failed=True, **own))

    def kept() -> list[Record]:
        return [span for span in list(platform.sink.spans) if span.attributes.get("cluster") == "theirs"]

    (span, *_) = wait_for(kept, SECONDS)
    assert span.attributes["exported_service.namespace"] == "theirs"
    assert wait_for(lambda: platform.points("traces.span.metrics.calls", system="cloudmart"), SECONDS)
    assert not platform.points("traces.span.metrics.calls", service_namespace="theirs")
