"""Whether pods fit on nodes, and what would make them fit."""

import pytest

from model.account.instance_sizes import Room
from model.cluster.pods import Size
from model.sizing.placing import Pods, Shortage, named, shortage, total, waiting

NODE = Room(4000, 10_240, 10)


def pods(of: str, replicas: int, gib: int, cores: int = 0, *, apart: bool = False) -> Pods:
    size = Size(cpu_millis=cores * 1000, memory_mib=gib * 1024)
    return Pods(of=of, replicas=replicas, containers=(size,), apart=apart)


def lacking(*placed: Pods, nodes: int) -> Shortage:
    found = shortage(placed, NODE, nodes)
    assert found is not None
    return found


def test_what_fits_is_no_shortage() -> None:
    assert shortage([pods("a", 2, 5), pods("b", 1, 10)], NODE, 2) is None


def test_a_pod_asks_for_what_its_containers_ask_for() -> None:
    both = Pods(of="a", replicas=3, containers=(Size(cpu_millis=10, memory_mib=1), Size(cpu_millis=20, memory_mib=2)))
    assert total([both]) == Room(90, 9, 3)


@pytest.mark.parametrize(("gib", "cores"), [(11, 1), (1, 5)])
def test_a_pod_that_no_node_holds_needs_a_larger_type_and_not_more_nodes(gib: int, cores: int) -> None:
    found = lacking(pods("small", 1, 1), pods("Elasticsearch", 3, gib, cores), nodes=100)
    assert not found.too_few
    assert found.allowed == "a larger type"
    assert found.found == (
        "a node has 4 cores, 10 GiB for 10 pods beside its DaemonSets, "
        f"and a pod of Elasticsearch requests {cores} cores, {gib} GiB for 1 pod"
    )


@pytest.mark.parametrize(("one", "enough"), [(pods("a", 3, 10), 3), (pods("a", 3, 1, 3), 3), (pods("a", 25, 0), 3)])
def test_too_few_nodes_for_memory_cores_or_addresses(one: Pods, enough: int) -> None:
    found = lacking(one, nodes=2)
    assert found.too_few
    assert found.allowed == f"{enough}, or a larger type"


def test_what_fits_by_its_sum_alone_can_still_find_no_node() -> None:
    found = lacking(pods("store", 3, 6), pods("small", 1, 2), nodes=2)
    assert total([pods("store", 3, 6), pods("small", 1, 2)]).memory_mib == 2 * NODE.memory_mib
    assert found.found.endswith("requests 0 cores, 20 GiB for 4 pods: no room for 1 of store")
    assert found.allowed == "3, or a larger type"


def test_replicas_that_must_be_apart_need_a_node_each() -> None:
    assert lacking(pods("Alertmanager", 3, 1, apart=True), nodes=2).allowed == "3, or a larger type"
    assert shortage([pods("Alertmanager", 3, 1)], NODE, 2) is None


def test_of_many_that_wait_the_first_are_named() -> None:
    found = lacking(*(pods(name, 2, 4) for name in "abcde"), nodes=2)
    assert found.found.endswith("no room for 2 of c, 2 of d, 2 of e")
    found = lacking(*(pods(name, 2, 4) for name in "abcdef"), nodes=2)
    assert found.found.endswith("no room for 2 of c, 2 of d, 2 of e, 2 more pods")


def test_what_is_left_over_is_named_by_size_and_the_rest_counted() -> None:
    many = [pods("small", 2, 1), pods("large", 2, 9), pods("middle", 1, 3), pods("tiny", 4, 0)]
    left_over = waiting(many, Room(4000, 10_240, 2), 1)
    assert list(left_over) == ["large", "middle", "small", "tiny"]
    assert named(left_over) == "1 of large, 1 of middle, 1 of small, 4 more pods"
    assert waiting(many, NODE, 3) == {}
