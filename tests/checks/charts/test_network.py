"""Network policies and data paths of rendered objects: what the rules find, and what they leave alone."""

import dataclasses

import pytest

from checks.charts import network
from model.cluster import network_paths
from model.cluster.network_paths import DataPath, Port
from tests.checks.charts.rendered import (
    LABELS,
    Body,
    cluster,
    container,
    deployment,
    found,
    monitor,
    service,
    thing,
)


def policy(selector: Body | None = None, name: str = "shop", *ingress: Body) -> Body:
    spec = {"podSelector": selector or {}, "policyTypes": ["Ingress", "Egress"], "ingress": list(ingress)}
    return thing("NetworkPolicy", name, spec=spec)


CLOSED = policy(None, "default-deny")
CHOSEN: Body = {"matchLabels": LABELS}
FROM_PROMETHEUS: Body = {
    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}},
    "podSelector": {"matchLabels": dict(network_paths.PROMETHEUS.labels)},
}
SCRAPED = (deployment(), service(http="http-metrics"), monitor())
SHUT = "Deployment/monitoring/shop: no network policy lets Prometheus in at 8080 (ServiceMonitor/monitoring/shop)"


@pytest.mark.parametrize(
    "rule",
    [
        {"from": [FROM_PROMETHEUS], "ports": [{"port": 8080}]},
        {"from": [FROM_PROMETHEUS], "ports": [{"port": "http-metrics"}]},
        {"from": [{"podSelector": FROM_PROMETHEUS["podSelector"]}]},
        {"ports": [{"protocol": "TCP"}]},
    ],
)
def test_a_target_that_a_policy_opens_is_fine(rule: Body) -> None:
    assert found(network.policies, *SCRAPED, CLOSED, policy(CHOSEN, "shop", rule)) == []


@pytest.mark.parametrize(
    "rule",
    [
        {"from": [FROM_PROMETHEUS], "ports": [{"port": 9090}]},
        {"from": [FROM_PROMETHEUS], "ports": [{"port": 8080, "protocol": "UDP"}]},
        {"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]},
        {"from": [{**FROM_PROMETHEUS, "podSelector": {"matchLabels": {"app": "other"}}}]},
        {"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "other"}}}]},
    ],
)
def test_a_target_that_no_policy_opens_is_found(rule: Body) -> None:
    assert found(network.policies, *SCRAPED, CLOSED, policy(CHOSEN, "shop", rule)) == [SHUT]


def test_without_policies_everything_is_open_and_the_hosts_network_has_none() -> None:
    assert found(network.policies, *SCRAPED) == []
    on_host = deployment(hostNetwork=True)
    assert found(network.policies, on_host, CLOSED) == []
    assert found(network.policies, on_host, *SCRAPED[1:], CLOSED, policy(CHOSEN)) == []


def test_pods_that_only_the_closing_policies_know_are_found() -> None:
    assert found(network.policies, deployment(), CLOSED) == [
        "Deployment/monitoring/shop: only default-deny network policies select these pods; add a connection in "
        "model/cluster/network_paths.py"
    ]


def test_a_webhook_that_the_control_plane_cannot_reach_is_found() -> None:
    called = {"clientConfig": {"service": {"name": "shop", "namespace": "monitoring", "port": 80}}}
    hook = thing("ValidatingWebhookConfiguration", webhooks=[called, {"clientConfig": {"url": "https://a"}}])
    bodies = (deployment(), service(http="http-metrics"), hook, CLOSED)
    assert found(network.policies, *bodies, policy(CHOSEN, "shop", {"from": [FROM_PROMETHEUS]})) == [
        "Deployment/monitoring/shop: no network policy lets the API server in at 8080 "
        "(ValidatingWebhookConfiguration/monitoring/shop)"
    ]
    inside = {"from": [{"ipBlock": {"cidr": "10.80.0.0/16"}}], "ports": [{"port": 8080}]}
    assert found(network.policies, *bodies, policy(CHOSEN, "shop", inside)) == []


SHOP = network_paths.Pods(name="shop", namespace="monitoring", labels=tuple(LABELS.items()), chart="shop")
PATH = DataPath(
    sender=network_paths.ANY_POD, receiver=SHOP, ports=(Port(pod=8080, service=80),), reason="Orders", service="shop"
)


def followed(*bodies: Body, path: DataPath = PATH) -> list[str]:
    return [words for _, words in network.data_paths(cluster(*bodies), (path,))]


def test_a_path_that_ends_at_the_port_is_fine() -> None:
    assert followed(deployment(), service(http="http-metrics")) == []


def test_a_path_to_a_chart_that_is_not_installed_is_not_followed() -> None:
    assert list(network.data_paths(cluster(deployment(), chart="other"), (PATH,))) == []


def test_a_path_whose_pods_or_service_are_not_rendered_is_found() -> None:
    assert followed(thing("ConfigMap")) == [
        "no pods app.kubernetes.io/name=shop in monitoring, which data paths name",
        "no Service shop.monitoring, which data paths name",
    ]


def test_a_service_is_missed_only_where_the_one_who_asks_it_is_installed() -> None:
    asker = network_paths.Pods(name="asker", namespace="monitoring", labels=(("app.kubernetes.io/name", "asker"),))
    path = dataclasses.replace(PATH, sender=asker)
    template = {"metadata": {"labels": dict(asker.labels)}, "spec": {"containers": [container()]}}
    asking = thing("Deployment", "asker", spec={"replicas": 1, "template": template})

    assert followed(deployment(), path=path) == []
    assert followed(deployment(), asking, path=path) == ["no Service shop.monitoring, which data paths name"]


def test_a_service_that_leads_to_another_port_than_the_policy_opens_is_found() -> None:
    assert followed(deployment(), service(http=9090)) == [
        "Service shop.monitoring:80 leads to 9090, and the policy opens 8080"
    ]
    assert followed(deployment(), thing("Service", spec={"selector": LABELS, "ports": [{"port": 81}]})) == [
        "Service shop.monitoring:80 leads to nothing, and the policy opens 8080"
    ]


def test_a_door_for_people_may_be_shut() -> None:
    ports = (Port(pod=8080, service=80), Port(pod=8027))
    for sender, count in ((network_paths.Addresses.NODES, 0), (network_paths.ANY_POD, 1)):
        path = DataPath(sender=sender, receiver=SHOP, ports=ports, reason="Browsers", service="shop")
        assert len(followed(deployment(), service(http="http-metrics"), path=path)) == count


def test_services_of_operators_are_known() -> None:
    elastic = network_paths.Pods(
        name="es", namespace="logging", labels=(("common.k8s.elastic.co/type", "elasticsearch"),), chart="shop"
    )
    path = DataPath(
        sender=SHOP, receiver=elastic, ports=(Port(pod=9200),), reason="Logs", service="elasticsearch-es-http"
    )
    body = thing("Elasticsearch", "elasticsearch", "logging", spec={"version": "9.5.0", "nodeSets": [{"count": 3}]})
    assert followed(deployment(), body, path=path) == []
    operated = network_paths.Pods(
        name="prometheus", namespace="monitoring", labels=(("app.kubernetes.io/name", "prometheus"),), chart="shop"
    )
    path = DataPath(
        sender=SHOP, receiver=operated, ports=(Port(pod=9090),), reason="Push", service="prometheus-operated"
    )
    assert followed(deployment(), thing("Prometheus", spec={}), path=path) == []
