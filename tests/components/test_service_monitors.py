"""What Prometheus scrapes, and the labels that all routing rests on."""

from dataclasses import replace
from typing import Any

from components.service_monitors import ServiceMonitors, ServiceMonitorsArgs
from tests.components.example_inputs import TARGET
from tests.components.examples import EXAMPLES, deploy

SERVICE_MONITOR = "kubernetes:monitoring.coreos.com/v1:ServiceMonitor"


def spec() -> dict[str, Any]:
    found: dict[str, Any] = deploy(EXAMPLES[ServiceMonitors]).only(SERVICE_MONITOR).inputs["spec"]
    return found


def test_the_services_of_the_component_are_found_in_the_namespace_where_they_live() -> None:
    assert spec()["namespaceSelector"] == {"matchNames": ["shop-web"]}
    assert spec()["selector"] == {"matchLabels": {"app.kubernetes.io/part-of": "shop", "app.kubernetes.io/name": "api"}}


def test_a_component_that_one_of_our_own_programs_stands_for_is_found_by_the_service_of_the_program() -> None:
    target = replace(TARGET, namespace="monitoring", program="security-posture")
    args = ServiceMonitorsArgs(namespace="monitoring", targets=[target])
    (found,) = deploy(lambda: ServiceMonitors("scrape", args)).of(SERVICE_MONITOR).values()
    labels = {"app.kubernetes.io/part-of": "belfry", "app.kubernetes.io/name": "security-posture"}

    assert found.inputs["spec"]["selector"] == {"matchLabels": labels}
    assert found.inputs["spec"]["endpoints"][0]["relabelings"][1] == {"targetLabel": "component", "replacement": "api"}


def test_the_endpoint_is_scraped_as_the_catalog_says() -> None:
    (endpoint,) = spec()["endpoints"]

    assert (endpoint["port"], endpoint["path"], endpoint["interval"]) == ("metrics", "/metrics", "15s")


def test_every_series_carries_system_and_component_whatever_the_target_says_of_itself() -> None:
    (endpoint,) = spec()["endpoints"]

    assert endpoint["honorLabels"] is False
    assert endpoint["relabelings"] == [
        {"targetLabel": "system", "replacement": "shop"},
        {"targetLabel": "component", "replacement": "api"},
    ]


def test_the_objects_live_where_prometheus_is_and_are_named_after_system_and_component() -> None:
    args = ServiceMonitorsArgs(
        namespace="monitoring", targets=[TARGET, replace(TARGET, component="jobs"), replace(TARGET, system="stock")]
    )
    found = deploy(lambda: ServiceMonitors("scrape", args)).of(SERVICE_MONITOR)

    assert {monitor.inputs["metadata"]["name"] for monitor in found.values()} == {"shop-api", "shop-jobs", "stock-api"}
    assert {monitor.inputs["metadata"]["namespace"] for monitor in found.values()} == {"monitoring"}


def test_the_longest_names_still_make_labels_that_kubernetes_takes() -> None:
    longest = replace(TARGET, system="s" * 40, component="c" * 40)
    args = ServiceMonitorsArgs(namespace="monitoring", targets=[longest])
    metadata = deploy(lambda: ServiceMonitors("scrape", args)).only(SERVICE_MONITOR).inputs["metadata"]

    assert max(map(len, metadata["labels"].values())) <= 63
