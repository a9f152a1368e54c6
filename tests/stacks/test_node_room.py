"""Pods against the nodes of an environment: the numbers are those of the plan, and what does not fit is said."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from checks.charts.requested import mebibytes, millis
from model.cluster.pods import Size
from model.metrics.database_exporters import without_exporter
from model.sizing import placing
from stacks import node_room, placed_pods
from tests.stacks.deployment import ENVIRONMENTS, copy_of_project, deploy, deployed, stack_config
from tests.stacks.test_sizes import inputs

REQUESTS = re.compile(r'"requests": \{"cpu": "([^"]+)", "memory": "([^"]+)"\}')
# Minutes without them lose nothing: each begins again where it was.
CAN_WAIT = {
    "Loki's cache of results",
    "the operator of Elasticsearch",
    "the security reader",
    "the SLO status",
    "the program that writes incidents",
    "External Secrets",
    "the CloudWatch exporter",
    "the blackbox exporter",
}
# Of jobs and of containers that only start a pod: gone before the rest runs.
PASSING = {Size(cpu_millis=20, memory_mib=mib) for mib in (32, 64, 128)} | {Size(cpu_millis=50, memory_mib=64)}
# The charts' own: the operator of Elasticsearch, and the caches, which the values give as what is cached.
OF_CHARTS = {"the operator of Elasticsearch", "Loki's cache of chunks", "Loki's cache of results"}


def cluster(stack: str, **changes: Any) -> dict[str, Any]:
    return {**stack_config(stack)["belfry:cluster"], **changes}


def warned(stack: str, **changes: Any) -> list[str]:
    found = inputs(stack, **changes)
    return list(node_room.warnings(found.stated, found.catalog, "here"))


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_every_environment_fits_as_it_is_shipped(stack: str) -> None:
    assert warned(stack) == []


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_the_nodes_that_are_always_there_hold_all_of_it(stack: str) -> None:
    """`make cost` prices the minimum: a node that an autoscaler adds on the first day would be missing there."""
    found = inputs(stack, cluster=cluster(stack, autoscaler="none"))
    assert list(node_room.shortages(found.stated, found.catalog)) == []


def test_without_an_autoscaler_what_waits_after_the_loss_of_a_node_is_named() -> None:
    (line,) = warned("prod", cluster=cluster("prod", autoscaler="none"))
    assert line.startswith("here:cluster.observability_nodes.minimum: found 4: when one of them is lost, 3 nodes have ")
    assert line.endswith(" until another is ready; needed: 5, or a larger type")


def test_single_replicas_are_not_meant_to_outlive_a_node() -> None:
    assert warned("dev", cluster=cluster("dev", autoscaler="none")) == []


def test_production_stores_and_alerts_with_one_node_less() -> None:
    """Which is why it has no fifth: what waits until the group has another node is a second replica or can wait."""
    found = inputs("prod")
    for one in node_room.placements(found.stated, found.catalog):
        replicas = {pods.of: pods.replicas for pods in one.pods}
        waiting = placing.waiting(one.pods, one.node, one.group.minimum - 1)
        wholly = {of for of, number in waiting.items() if number == replicas[of]}
        assert wholly <= CAN_WAIT
        assert placing.waiting(one.pods, one.node, one.group.maximum - 1) == {}


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_what_is_counted_is_what_the_components_request(stack: str) -> None:
    found = inputs(stack)
    placed = placed_pods.by_pool(found.settings, found.catalog, found.size)
    of_eks = {*placed_pods.ADDONS, *placed_pods.NODE_ADDONS}
    groups = [*(one for pods in placed.values() for one in pods), *placed_pods.on_each_node(found.settings)]
    counted = {size for one in groups if one not in of_eks and one.of not in OF_CHARTS for size in one.containers}
    text = json.dumps([one.inputs for one in deployed(stack).resources.values()], default=str, sort_keys=True)
    requested = {
        Size(cpu_millis=int(millis(cpu)), memory_mib=int(mebibytes(memory))) for cpu, memory in REQUESTS.findall(text)
    }

    assert counted - requested == set(), "counted, and requested by nobody"
    assert requested - counted - PASSING == set(), "requested, and not counted in stacks/placed_pods.py"


def test_nodes_that_hold_no_pod_of_elasticsearch_are_named_with_their_numbers() -> None:
    small = cluster("staging", observability_nodes={"instance_type": "t3.small", "minimum": 3, "maximum": 6})
    (line,) = warned("staging", cluster=small)
    assert line.startswith("here:cluster.observability_nodes.instance_type: found t3.small: a node has ")
    assert line.endswith("; needed: a larger type")


def test_the_general_pool_needs_room_for_the_add_ons_of_eks() -> None:
    tiny = cluster("dev", nodes={"instance_type": "t3.micro", "minimum": 2, "maximum": 4})
    (line,) = warned("dev", cluster=tiny)
    assert line.startswith("here:cluster.nodes.instance_type: found t3.micro: ")


def test_without_nodes_of_its_own_all_that_watches_is_on_the_general_pool() -> None:
    (line,) = warned("prod", cluster=cluster("prod", observability_nodes=None), accept=ACCEPTED)
    assert line.startswith("here:cluster.nodes.instance_type: found m7i.large: ")
    assert "a pod of Elasticsearch requests 0.5 cores, 16 GiB" in line


ACCEPTED = [{"check": "small-nodes", "until": "2026-12-31", "reason": "Nodes are ordered."}]


def test_nodes_that_an_autoscaler_adds_count_and_without_one_the_minimum_does() -> None:
    few = {"instance_type": "m7i.xlarge", "minimum": 2, "maximum": 6}
    growing = cluster("staging", observability_nodes=few)
    assert warned("staging", cluster=growing) == []
    (line,) = warned("staging", cluster={**growing, "autoscaler": "none"})
    assert line.startswith("here:cluster.observability_nodes.minimum: found 2: 2 nodes have ")
    assert line.endswith("; needed: 3, or a larger type")


def test_a_type_that_the_table_lacks_is_reported_as_unchecked() -> None:
    unknown = cluster("dev", nodes={"instance_type": "m7i.gigantic", "minimum": 2, "maximum": 4})
    (line,) = warned("dev", cluster=unknown)
    assert line.startswith("here:cluster.nodes.instance_type: m7i.gigantic is not in ")


def test_nothing_is_reported_of_an_adopted_clusters_nodes() -> None:
    assert warned("dev", cluster={"mode": "adopt", "name": "theirs"}, storage={"class": "gp3"}) == []


def test_the_warnings_are_shown_by_the_program(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tiny = cluster("dev", nodes={"instance_type": "t3.micro", "minimum": 2, "maximum": 4})
    deploy("dev", root=copy_of_project(tmp_path), changes={"cluster": tiny})
    assert "Pulumi.dev.yaml: belfry:cluster.nodes.instance_type: found t3.micro" in caplog.text


IN_MEMORY = {"traces": {"storage": "memory"}}
NOTHING = {"falco": False, "posture": False}


def test_an_exporter_that_follows_from_a_secret_alone_is_counted() -> None:
    found = inputs("dev")
    (database, *_) = without_exporter({}, found.catalog, ())
    counted = node_room.placements(found.stated, found.catalog, {database.secret})
    assert database.exporter.name in {pods.of for one in counted for pods in one.pods}


INGRESS = {"domain": "staging.example.com", "zone": "example.com"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"logs": {"mode": "distributed", "replicas": 3, "volume_gib": 20}, **IN_MEMORY}, "Loki's ruler"),
        ({"metrics": {"volume_gib": 100, "long_term": {"store": "thanos"}}}, "the Thanos store"),
        ({"exporters": {"databases": {"alchemorsel/cache": {"addresses": ["x.example.com"]}}}}, "redis-exporter"),
        ({"ingress": INGRESS}, "the load balancer controller"),
        ({"exporters": {"cloudwatch": False, "cost": False}, "security": NOTHING}, "Grafana"),
    ],
)
def test_what_is_switched_on_is_counted(changes: dict[str, Any], expected: str) -> None:
    found = inputs("staging", **changes)
    placed = placed_pods.by_pool(found.settings, found.catalog, found.size)
    counted = {one.of for pods in placed.values() for one in pods}
    assert expected in counted
    assert expected != "Grafana" or not counted & {"the CloudWatch exporter", "OpenCost", "falcosidekick"}
