"""Each rule on rendered objects that depends on the nodes of the cluster."""

from typing import Any

import pytest

from checks.charts import compute
from checks.charts.compute import VARIANTS
from checks.charts.objects import Object, Pods
from checks.charts.requested import mebibytes, millis, requested
from model.cluster.compute import USUAL
from tests.checks.charts.rendered import Body, container, deployment, found, thing

AUTO, MIXED, FARGATE, ARM, IPV6 = (
    VARIANTS[words] for words in ("auto", "managed, auto", "managed, fargate", "karpenter, arm64", "ipv6")
)
ELSEWHERE = {"key": "eks.amazonaws.com/compute-type", "operator": "NotIn", "values": ["fargate"]}


def rules(**rule: str) -> Body:
    return thing("PrometheusRule", spec={"groups": [{"rules": [rule]}]})


def required(*expressions: dict[str, Any]) -> dict[str, Any]:
    terms = {"nodeSelectorTerms": [{"matchExpressions": list(expressions)}]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}


def test_rules_and_monitors_of_what_no_node_has_are_found() -> None:
    down = rules(alert="DnsDown", expr='absent(up{job="coredns"} == 1)')
    rate = rules(record="dns:rate5m", expr="rate(coredns_dns_responses_total[5m])")
    monitor = thing("ServiceMonitor", "dns", spec={"selector": {"matchLabels": {"k8s-app": "kube-dns"}}})
    assert found(compute.impossible_targets, down, rate, monitor, compute=AUTO) == [
        "PrometheusRule/monitoring/shop: DnsDown reads coredns, which no node of kind auto has",
        "PrometheusRule/monitoring/shop: dns:rate5m reads coredns, which no node of kind auto has",
        "ServiceMonitor/monitoring/dns: it scrapes kube-dns, which no node of kind auto has",
    ]
    assert found(compute.impossible_targets, down, rate, monitor, compute=MIXED) == []
    assert found(compute.impossible_targets, rules(alert="Down", expr="up == 0"), compute=AUTO) == []


def test_a_daemonset_that_fargate_would_let_wait_is_found() -> None:
    anywhere = deployment(kind="DaemonSet")
    assert found(compute.waiting_daemonsets, anywhere, compute=FARGATE) == [
        "DaemonSet/monitoring/shop: it waits on Fargate forever: its affinity must exclude "
        "eks.amazonaws.com/compute-type=fargate"
    ]
    assert found(compute.waiting_daemonsets, anywhere, compute=AUTO) == []
    keeping: list[dict[str, Any]] = [{"affinity": required(ELSEWHERE)}, {"nodeSelector": {"pool": "big"}}]
    for kept in keeping:
        assert found(compute.waiting_daemonsets, deployment(kind="DaemonSet", **kept), compute=FARGATE) == []
    linux: dict[str, Any] = {"nodeSelector": {"kubernetes.io/os": "linux"}}
    assert found(compute.waiting_daemonsets, deployment(kind="DaemonSet", **linux), compute=FARGATE)
    assert not found(compute.waiting_daemonsets, deployment(), compute=FARGATE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("endpoint: 0.0.0.0:4317", "0.0.0.0:4317"),
        ("listen_address: 0.0.0.0", "0.0.0"),
        ("endpoint: ${env:MY_POD_IP}:4317", "${env:MY_POD_IP}:4317"),
        ("--cluster.listen-address=$(POD_IP):9094", "$(POD_IP):9094"),
        ("http {\n  listen 8080;\n}", "nginx listens only on IPv4"),
    ],
)
def test_a_listener_that_ipv6_does_not_reach_is_found(text: str, said: str) -> None:
    for one in (thing("ConfigMap", data={"config": text}), deployment(container(args=[text]))):
        (words,) = found(compute.unreachable_listeners, one, compute=IPV6)
        assert said in words
        assert found(compute.unreachable_listeners, one, compute=USUAL) == []


@pytest.mark.parametrize(
    "text",
    [
        "endpoint: '[::]:4317'",
        "endpoint: '[${env:MY_POD_IP}]:4317'",
        "--web.listen-address=[$(HOST_IP)]:9100",
        "cidr: 0.0.0.0/0",
        "version: 10.0.0.0.1",
        "condition: fd.sip != 0.0.0.0",
        "listen 8080;\n  listen [::]:8080;",
    ],
)
def test_listeners_of_both_families_and_ranges_are_left_alone(text: str) -> None:
    assert found(compute.unreachable_listeners, thing("ConfigMap", data={"config": text}), compute=IPV6) == []


def test_pods_that_ask_for_another_processor_are_found_however_they_say_it() -> None:
    asked = {"key": "kubernetes.io/arch", "operator": "In", "values": ["amd64"]}
    pinning: list[dict[str, Any]] = [{"nodeSelector": {"kubernetes.io/arch": "amd64"}}, {"affinity": required(asked)}]
    for pinned in pinning:
        assert found(compute.chosen_nodes, deployment(**pinned), compute=ARM) == [
            "Deployment/monitoring/shop: it runs on no node of arm64, which the cluster has"
        ]
        assert found(compute.chosen_nodes, deployment(**pinned), compute=USUAL) == []
    other: dict[str, Any] = {"nodeSelector": {"pool": "big"}, "affinity": required(ELSEWHERE)}
    assert found(compute.chosen_nodes, deployment(**other), compute=ARM) == []


def test_a_class_of_volumes_of_a_driver_that_no_node_has_is_found() -> None:
    own = thing("StorageClass", provisioner="ebs.csi.aws.com")
    assert found(compute.chosen_nodes, own, compute=AUTO) == [
        "StorageClass/monitoring/shop: volumes of ebs.csi.aws.com attach to no node of kind auto; allowed: "
        "ebs.csi.eks.amazonaws.com"
    ]
    assert found(compute.chosen_nodes, own, compute=MIXED) == []


def pods(replicas: int | None, cpu: str, memory: str, *, passing: bool = False) -> Pods:
    asked = {"resources": {"requests": {"cpu": cpu, "memory": memory}}}
    spec = {"initContainers": [asked], "containers": [asked, {"name": "silent"}]}
    one = Object(release="shop", namespace="shop", body={"kind": "Deployment"})
    return Pods(of=one, labels={}, spec=spec, replicas=replicas, passing=passing)


@pytest.mark.parametrize(("text", "number"), [("250m", 250), ("1", 1000), ("0.5", 500), (2, 2000), (None, 0)])
def test_processor_time_is_read_in_all_its_forms(text: object, number: float) -> None:
    assert millis(text) == number


@pytest.mark.parametrize(
    ("text", "number"), [("512Mi", 512), ("2Gi", 2048), ("1048576", 1), ("1G", 10**9 / 2**20), (None, 0)]
)
def test_memory_is_read_in_all_its_forms(text: object, number: float) -> None:
    assert mebibytes(text) == number


def test_replicas_count_and_what_ends_by_itself_does_not() -> None:
    found = requested([pods(3, "500m", "1Gi"), pods(1, "4", "64Gi", passing=True)])
    assert (found.pods, found.cpu, found.memory_gib) == (3, 1.5, 3)


def test_what_runs_on_every_node_is_distinguished() -> None:
    found = requested([pods(None, "100m", "256Mi")])
    assert (found.pods, found.cpu, found.each_node_cpu, found.each_node_memory_gib) == (0, 0, 0.1, 0.25)
