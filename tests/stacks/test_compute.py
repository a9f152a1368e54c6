"""What a cluster is made of decides what is installed, scraped and alerted on."""

import functools
import json
import re
from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.cluster_autoscaler import ClusterAutoscalerArgs
from components.cluster_autoscaler import values as autoscaler_values
from model.cluster.compute import Compute, IpFamily
from model.problems import BadInput
from tests.stacks.deployment import deploy, stack_config
from tests.stacks.foundation import ADOPTED, THEIR_STORAGE, settings
from tests.stacks.test_platform import config_of, releases, values_of
from tests.synth import Synth

AGENTS = (
    ("otel-agent", ("affinity",)),
    ("falco", ("affinity",)),
    ("monitoring", ("prometheus-node-exporter", "affinity")),
)
COLLECTORS = ("otel-agent", "otel-cluster", "otel-gateway", "otel-sampler")


@functools.cache
def adopted(*kinds: str, architectures: tuple[str, ...] = ("amd64",), family: str = "ipv4") -> Synth:
    compute = {"kinds": list(kinds), "architectures": list(architectures), "family": family}
    cluster = {**ADOPTED, "identity": "pod-identity", "compute": compute}
    return deploy("staging", changes={"cluster": cluster, "storage": THEIR_STORAGE})


def at(values: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    return functools.reduce(lambda found, key: found.get(key, {}), path, values)


def alerts(result: Synth) -> set[str]:
    objects = [one.inputs for one in result.resources.values() if one.inputs.get("kind") == "PrometheusRule"]
    groups = [group for one in objects for group in one["spec"]["groups"]]
    return {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}


def test_a_cluster_of_auto_mode_alone_has_no_monitor_of_coredns_and_no_alert_that_asks_for_it() -> None:
    result = adopted("auto")
    assert values_of(result, "monitoring")["coreDns"] == {"enabled": False}
    assert alerts(adopted("managed")) - alerts(result) == {"DnsDown", "DnsErrors", "DnsSlow"}


def test_a_mixed_cluster_keeps_what_its_other_nodes_need() -> None:
    result = adopted("managed", "auto")
    assert "serviceMonitor" in values_of(result, "monitoring")["coreDns"]
    assert alerts(result) == alerts(adopted("managed"))


def test_no_storage_class_is_made_for_nodes_whose_driver_is_another() -> None:
    assert not adopted("auto").of(kubernetes.storage.v1.StorageClass)


def test_what_belongs_on_every_node_keeps_off_fargate_and_its_kubelets_are_no_targets() -> None:
    result = adopted("managed", "fargate")
    for release, path in AGENTS:
        terms = at(values_of(result, release), (*path, "nodeAffinity"))
        assert json.dumps(terms).count('"NotIn", "values": ["fargate"]') == 1, release
        assert at(values_of(adopted("managed"), release), path) == {}, release
    operator = values_of(result, "monitoring")["prometheusOperator"]
    assert operator["kubeletService"] == {"selector": "eks.amazonaws.com/compute-type!=fargate"}


def test_the_preview_says_what_is_not_seen_on_which_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi, "info", said.append)
    adopted.__wrapped__("managed", "fargate")
    (found,) = [text for text in said if "not seen" in text]
    assert "fargate: log files of containers" in found
    said.clear()
    adopted.__wrapped__("managed")
    assert not [text for text in said if "not seen" in text]


def test_nothing_chooses_nodes_by_their_processor() -> None:
    result = adopted("managed", architectures=("amd64", "arm64"))
    written = [json.dumps(one.inputs, default=str) for one in result.resources.values()]
    assert not [text for text in written if "kubernetes.io/arch" in text]


@pytest.mark.parametrize("release", COLLECTORS)
def test_under_ipv6_every_address_of_a_collector_has_brackets(release: str) -> None:
    text = json.dumps(config_of(adopted("managed", family="ipv6"), release))
    assert "[${env:MY_POD_IP}]:13133" in text
    assert not re.search(r"(?<!\[)\$\{env:(MY_POD_IP|OTEL_K8S_NODE_IP)\}(?!\])", text)
    assert "0.0.0" not in text


def test_under_ipv6_nothing_listens_on_ipv4_alone() -> None:
    result = adopted("managed", family="ipv6")
    assert values_of(result, "falco")["falco"]["webserver"] == {"listen_address": "::"}
    loki = values_of(result, "loki")["loki"]
    assert loki["memberlistConfig"]["bind_addr"] == ["::"]
    assert loki["commonConfig"]["ring"] == {"instance_enable_ipv6": True}
    assert "0.0.0" not in json.dumps(values_of(result, "jaeger"))
    modules = values_of(result, "prometheus-blackbox-exporter")["config"]["modules"]
    assert modules["http"]["http"]["preferred_ip_protocol"] == "ip6"


def test_under_ipv6_policies_let_both_families_through() -> None:
    result = adopted("managed", family="ipv6")
    policies = [one.inputs["spec"] for one in result.of(kubernetes.networking.v1.NetworkPolicy).values()]
    seen = 0
    for spec in policies:
        for rule in (*spec["ingress"], *spec["egress"]):
            ranges = {
                peer["ipBlock"]["cidr"] for side in ("from", "to") for peer in rule.get(side, []) if "ipBlock" in peer
            }
            assert ("0.0.0.0/0" in ranges) == ("::/0" in ranges)
            assert ("169.254.170.23/32" in ranges) == ("fd00:ec2::23/128" in ranges)
            assert ("10.0.0.0/8" in ranges) == ("fc00::/7" in ranges)
            seen += len(ranges)
    assert seen


def test_under_ipv6_whatever_asks_aws_takes_its_endpoints_of_both_families() -> None:
    result = adopted("managed", family="ipv6")
    wanted = {"name": "AWS_USE_DUALSTACK_ENDPOINT", "value": "true"}
    for release, path in {
        "cloudwatch-exporter": ("extraEnv",),
        "external-secrets": ("extraEnv",),
        "falcosidekick": ("config", "extraEnv"),
        "loki": ("global", "extraEnv"),
        "otel-gateway": ("extraEnvs",),
        "otel-cluster": ("extraEnvs",),
    }.items():
        if release in releases(result):
            assert wanted in at(values_of(result, release), path), release
            assert wanted not in (at(values_of(adopted("managed"), release), path) or []), release
    scaler = ClusterAutoscalerArgs(cluster="theirs", region="x", compute=Compute(family=IpFamily.IPV6))
    assert autoscaler_values(scaler)["extraEnv"] == {"AWS_USE_DUALSTACK_ENDPOINT": "true"}
    pods = result.of(kubernetes.apps.v1.Deployment).values()
    programs = [one.inputs for one in pods if "AWS_DEFAULT_REGION" in json.dumps(one.inputs)]
    assert programs
    assert all("AWS_USE_DUALSTACK_ENDPOINT" in json.dumps(one) for one in programs)


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        ({"kinds": ["fargate"]}, "cluster.compute.kinds: found only fargate"),
        ({"kinds": ["spot"]}, "compute.kinds.*'managed'.*'fargate'"),
        ({"kinds": []}, "compute.kinds"),
        ({"kinds": ["auto", "auto"]}, "compute.kinds: found 'auto' more than once"),
        ({"family": "ipv5"}, "compute.family"),
        ({"architecture": ["arm64"]}, "compute.architecture"),
    ],
)
def test_compute_that_cannot_be_is_refused(compute: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        settings("staging", {"cluster": {**ADOPTED, "compute": compute}, "storage": THEIR_STORAGE})


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        ({"kinds": ["auto"]}, "compute.kinds: found auto for a cluster that Belfry makes; allowed: managed"),
        ({"kinds": ["managed", "fargate"]}, "compute.kinds: found managed, fargate for a cluster"),
        ({"architectures": ["arm64"]}, "compute.architectures: found arm64 for a cluster that .* allowed: amd64"),
        ({"family": "ipv6"}, "compute.family: found ipv6 for a cluster that Belfry makes; allowed: ipv4"),
    ],
)
def test_a_cluster_that_belfry_makes_has_only_what_it_can_make(compute: dict[str, Any], message: str) -> None:
    made = stack_config("staging")["belfry:cluster"]
    with pytest.raises(BadInput, match=message):
        settings("staging", {"cluster": {**made, "compute": compute}})


def test_the_processors_of_a_made_cluster_are_those_of_its_instance_types() -> None:
    made = {**stack_config("staging")["belfry:cluster"], "nodes": {"instance_type": "m7g.large"}}
    mixed = settings("staging", {"cluster": {**made, "observability_nodes": {"instance_type": "m7i.2xlarge"}}})
    assert [str(each) for each in mixed.compute.architectures] == ["amd64", "arm64"]
    stated = {"kinds": [str(kind) for kind in mixed.compute.kinds], "architectures": ["amd64", "arm64"]}
    again = settings(
        "staging", {"cluster": {**made, "compute": stated, "observability_nodes": {"instance_type": "m7i.2xlarge"}}}
    )
    assert again.compute == mixed.compute


def test_karpenter_is_a_kind_of_a_made_cluster_where_it_adds_nodes() -> None:
    made = {**stack_config("staging")["belfry:cluster"], "nodes": {"minimum": 3, "maximum": 6}}
    assert "karpenter" in settings("staging", {"cluster": made}).compute.kinds
    assert "karpenter" not in settings("staging", {"cluster": {**made, "autoscaler": "none"}}).compute.kinds


@pytest.mark.parametrize(("kinds", "refused"), [(["auto"], True), (["auto", "managed"], False), (["karpenter"], True)])
def test_a_cluster_autoscaler_needs_node_groups(kinds: list[str], refused: bool) -> None:
    cluster = {**ADOPTED, "identity": "pod-identity", "autoscaler": "cluster-autoscaler", "compute": {"kinds": kinds}}
    changes = {"cluster": cluster, "storage": THEIR_STORAGE}
    if refused:
        with pytest.raises(BadInput, match=r"cluster\.autoscaler: found cluster-autoscaler while compute.kinds has"):
            settings("staging", changes)
    else:
        assert settings("staging", changes).compute.kinds == ("auto", "managed")


def test_an_ingress_of_ipv4_is_refused_where_pods_have_ipv6_alone() -> None:
    subnets = {"subnet-1": "10.0.0.0/24", "subnet-2": "10.0.1.0/24"}
    ingress = {"domain": "example.com", "controller": "theirs", "subnets": subnets, "zone": "example.com"}
    changes = {"storage": THEIR_STORAGE, "ingress": ingress}
    theirs = {**ADOPTED, "identity": "pod-identity"}
    with pytest.raises(BadInput, match="belfry:ingress: found an ingress in a cluster with IPv6-only pods"):
        settings("staging", {**changes, "cluster": {**theirs, "compute": {"family": "ipv6"}}})
    assert settings("staging", {**changes, "cluster": theirs}).ingress is not None
