"""Annotated pods and Services as Prometheus itself relabels them: promtool runs its own code on what was found."""

import json
from pathlib import Path
from typing import Any

import pytest

from configs.prometheus.annotated_targets import LIMITS, PODS, SERVICES, scrapes
from model.catalog.system import System
from model.yaml_text import to_yaml
from tests.model.catalogs import changed, good_system
from tests.tools import run

Labels = dict[str, str]
SHOP = System.model_validate(changed(good_system(), ("components", 1, "namespace"), "shop-jobs"))
POD: Labels = {
    "__meta_kubernetes_namespace": "shop",
    "__meta_kubernetes_pod_name": "nginx-7d9",
    "__meta_kubernetes_pod_ip": "10.1.2.3",
    "__meta_kubernetes_pod_phase": "Running",
    "__meta_kubernetes_pod_container_name": "proxy",
    "__meta_kubernetes_pod_container_port_number": "8080",
    "__meta_kubernetes_pod_container_port_protocol": "TCP",
    "__meta_kubernetes_pod_label_app_kubernetes_io_name": "nginx",
    "__meta_kubernetes_pod_annotation_prometheus_io_scrape": "true",
}
SERVICE: Labels = {
    "__meta_kubernetes_namespace": "shop",
    "__meta_kubernetes_service_name": "legacy",
    "__meta_kubernetes_endpointslice_port_protocol": "TCP",
    "__meta_kubernetes_service_annotation_prometheus_io_scrape": "true",
}
OF_POD, OF_SERVICE = (f"__meta_kubernetes_{kind}_annotation_prometheus_io_" for kind in ("pod", "service"))


def job(name: str) -> dict[str, Any]:
    (found,) = [each for each in scrapes([SHOP], "main") if each["job_name"] == name]
    return found


def relabelled(folder: Path, name: str, address: str, found: Labels) -> Labels | None:
    """What Prometheus makes of one discovered target; None where it drops it."""
    known = {key: value for key, value in job(name).items() if key != "kubernetes_sd_configs"}
    file = folder / "prometheus.yml"
    file.write_text(
        to_yaml({"scrape_configs": [{**known, "static_configs": [{"targets": [address], "labels": found}]}]})
    )
    (target,) = json.loads(run("promtool", "check", "service-discovery", "--timeout=1s", file, name))
    labels: Labels = target["labels"]
    return labels or None


def pod(folder: Path, address: str = "10.1.2.3:8080", **changes: str) -> Labels | None:
    return relabelled(folder, PODS, address, {**POD, **{f"{OF_POD}{key}": value for key, value in changes.items()}})


def service(folder: Path, address: str = "10.1.2.3:8080", **changes: str) -> Labels | None:
    own = {f"{OF_SERVICE}{key}": value for key, value in changes.items()}
    return relabelled(folder, SERVICES, address, {**SERVICE, **own})


def test_prometheus_takes_both_jobs_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "prometheus.yml"
    file.write_text(to_yaml({"scrape_configs": scrapes([SHOP], "main")}))
    assert "SUCCESS" in run("promtool", "check", "config", file)


def test_only_namespaces_of_the_catalog_are_looked_at_and_every_scrape_has_its_limits() -> None:
    for each in scrapes([SHOP], "main"):
        (discovery,) = each["kubernetes_sd_configs"]
        assert discovery["namespaces"] == {"names": ["shop", "shop-jobs"]}
        assert LIMITS.items() <= each.items()


def test_a_pod_is_known_by_its_system_its_name_and_a_job_of_its_own(tmp_path: Path) -> None:
    found = pod(tmp_path)
    assert found
    assert {key: value for key, value in found.items() if not key.startswith("__")} == {
        "cluster": "main",
        "component": "nginx",
        "instance": "10.1.2.3:8080",
        "job": "annotated/nginx",
        "namespace": "shop",
        "pod": "nginx-7d9",
        "system": "shop",
    }
    assert (found["__address__"], found["__scheme__"], found["__metrics_path__"]) == (
        "10.1.2.3:8080",
        "http",
        "/metrics",
    )


@pytest.mark.parametrize(
    ("address", "ip", "port", "expected"),
    [
        pytest.param("10.1.2.3:8080", "10.1.2.3", "9113", "10.1.2.3:9113", id="IPv4"),
        pytest.param("[fd00::1:2]:8080", "fd00::1:2", "9113", "[fd00::1:2]:9113", id="IPv6"),
        pytest.param("10.1.2.3", "10.1.2.3", "9113", "10.1.2.3:9113", id="a container without a port"),
        pytest.param("fd00::1", "fd00::1", "9113", "[fd00::1]:9113", id="the same with IPv6"),
        pytest.param("10.1.2.3:8080", "10.1.2.3", "", "10.1.2.3:8080", id="no annotation: the container's port"),
        pytest.param("10.1.2.3:8080", "10.1.2.3", "http", "10.1.2.3:8080", id="no number: the container's port"),
    ],
)
def test_the_port_of_the_annotation_is_asked_at_the_pods_address(
    tmp_path: Path, address: str, ip: str, port: str, expected: str
) -> None:
    known = {**POD, "__meta_kubernetes_pod_ip": ip, **({f"{OF_POD}port": port} if port else {})}
    found = relabelled(tmp_path, PODS, address, known)
    assert found
    assert found["__address__"] == expected


@pytest.mark.parametrize(
    ("address", "port", "expected"),
    [
        pytest.param("10.1.2.3:8080", "9113", "10.1.2.3:9113", id="IPv4"),
        pytest.param("[fd00::1:2]:8080", "9113", "[fd00::1:2]:9113", id="IPv6"),
        pytest.param("10.1.2.3:8080", "", "10.1.2.3:8080", id="no annotation: the Service's port"),
    ],
)
def test_the_same_of_a_service(tmp_path: Path, address: str, port: str, expected: str) -> None:
    found = service(tmp_path, address, **({"port": port} if port else {}))
    assert found
    assert (found["__address__"], found["component"], found["job"]) == (expected, "legacy", "annotated/legacy")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/actuator/prometheus", "/actuator/prometheus"),
        ("actuator/prometheus", "/actuator/prometheus"),
        ("//metrics", "/metrics"),
        ("/metrics?format=prometheus", "/metrics"),
        ("", "/metrics"),
    ],
)
def test_an_odd_path_is_asked_as_it_was_meant(tmp_path: Path, path: str, expected: str) -> None:
    found = pod(tmp_path, path=path)
    assert found
    assert found["__metrics_path__"] == expected


def test_scheme_and_parameters_are_those_of_the_annotations(tmp_path: Path) -> None:
    found = pod(tmp_path, scheme="https", param_format="prometheus")
    assert found
    assert (found["__scheme__"], found["__param_format"]) == ("https", "prometheus")
    odd = pod(tmp_path, scheme="ftp")
    assert odd
    assert odd["__scheme__"] == "http"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({f"{OF_POD}scrape": "false"}, id="not to be scraped"),
        pytest.param({f"{OF_POD}scrape": ""}, id="without the annotation"),
        pytest.param({"__meta_kubernetes_pod_phase": "Succeeded"}, id="done"),
        pytest.param({"__meta_kubernetes_pod_container_init": "true"}, id="of an init container"),
        pytest.param({"__meta_kubernetes_pod_container_port_protocol": "UDP"}, id="a port of UDP"),
        pytest.param({"__meta_kubernetes_pod_container_port_number": ""}, id="no port anywhere: it would be port 80"),
        pytest.param(
            {
                "__meta_kubernetes_pod_label_app_kubernetes_io_part_of": "shop",
                "__meta_kubernetes_pod_label_app_kubernetes_io_name": "api",
            },
            id="a component whose metrics the catalog declares: they would be counted twice",
        ),
    ],
)
def test_what_is_not_to_be_scraped_is_dropped(tmp_path: Path, changes: Labels) -> None:
    assert relabelled(tmp_path, PODS, "10.1.2.3:8080", {**POD, **changes}) is None


def test_a_pod_of_another_system_may_have_the_name_of_a_component(tmp_path: Path) -> None:
    theirs = {
        "__meta_kubernetes_pod_label_app_kubernetes_io_part_of": "theirs",
        "__meta_kubernetes_pod_label_app_kubernetes_io_name": "api",
    }
    assert relabelled(tmp_path, PODS, "10.1.2.3:8080", {**POD, **theirs})


def test_a_pod_with_the_annotation_is_not_asked_again_through_its_service(tmp_path: Path) -> None:
    behind = {**POD, **SERVICE}
    assert relabelled(tmp_path, SERVICES, "10.1.2.3:8080", behind) is None
    del behind[f"{OF_POD}scrape"]
    found = relabelled(tmp_path, SERVICES, "10.1.2.3:8080", behind)
    assert found
    assert (found["component"], found["service"], found["pod"]) == ("nginx", "legacy", "nginx-7d9")


def test_without_components_that_are_scraped_already_no_target_is_dropped_for_them() -> None:
    (alone,) = [each for each in scrapes([], "main") if each["job_name"] == PODS]
    dropped = [rule for rule in job(PODS)["relabel_configs"] if rule not in alone["relabel_configs"]]
    assert [rule["action"] for rule in dropped if "worker" in str(rule.get("regex"))] == ["drop"]
    assert "worker" not in str(alone)
