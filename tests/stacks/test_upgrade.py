"""An upgrade of the cluster: exactly what follows its version changes, in AWS's order."""

from collections.abc import Iterator
from typing import Any

import pytest

from model.account.eks_versions import AS_OF, VERSIONS
from tests.stacks.deployment import ENVIRONMENTS, stack_config
from tests.stacks.foundation import deploy
from tests.synth import Key, Synth

CLUSTER: Key = ("aws:eks/cluster:Cluster", "cluster-cluster")
PROXY: Key = ("aws:eks/addon:Addon", "node-addons-kube-proxy")
DNS: Key = ("aws:eks/addon:Addon", "addons-coredns")
NODES: Key = ("aws:eks/nodeGroup:NodeGroup", "nodes-general")
OBSERVERS: Key = ("aws:eks/nodeGroup:NodeGroup", "nodes-observability")


@pytest.fixture(name="plans", scope="module")
def both_plans() -> tuple[Synth, Synth]:
    cluster = stack_config("dev")["belfry:cluster"]
    before, after = (deploy("dev", cluster={**cluster, "version": version}) for version in ("1.34", "1.35"))
    return before, after


def changes(before: Synth, after: Synth) -> Iterator[tuple[Key, set[str]]]:
    assert before.keys() == after.keys()
    for key, old in before.resources.items():
        new = after.resources[key].inputs
        moved = {name for name in {*old.inputs, *new} if old.inputs.get(name) != new.get(name)}
        if moved:
            yield key, moved


def test_one_setting_moves_control_plane_nodes_and_addons_and_nothing_else(plans: tuple[Synth, Synth]) -> None:
    assert dict(changes(*plans)) == {
        CLUSTER: {"version"},
        PROXY: {"addonVersion"},
        NODES: {"version", "releaseVersion"},
        OBSERVERS: {"version", "releaseVersion"},
        DNS: {"addonVersion"},
    }


def test_it_goes_in_the_order_that_aws_asks_for(plans: tuple[Synth, Synth]) -> None:
    _, plan = plans

    def waits_for(key: Key) -> set[Key]:
        found: set[Key] = set()
        rest = list(plan.resources[key].dependencies)
        while rest:
            one = rest.pop()
            if one not in found:
                found.add(one)
                rest += plan.resources[one].dependencies
        return found

    assert CLUSTER in waits_for(PROXY)
    for network in (PROXY, ("aws:eks/addon:Addon", "node-addons-vpc-cni")):
        assert network in waits_for(NODES) & waits_for(OBSERVERS)
    for rest in ("coredns", "metrics-server", "aws-ebs-csi-driver"):
        assert {NODES, OBSERVERS} <= waits_for(("aws:eks/addon:Addon", f"addons-{rest}"))


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_every_shipped_environment_is_in_standard_support(stack: str) -> None:
    version: Any = stack_config(stack)["belfry:cluster"]["version"]

    assert VERSIONS[version].standard > AS_OF
    # Nobody wants to find out on the last day: the next version has months left.
    assert VERSIONS[version].standard > "2027-01-01"


def test_a_cluster_may_end_with_standard_support() -> None:
    cluster = stack_config("dev")["belfry:cluster"]
    plan = deploy("dev", cluster={**cluster, "support": "standard"})

    assert plan.resources[CLUSTER].inputs["upgradePolicy"] == {"supportType": "STANDARD"}
    assert deploy("dev").resources[CLUSTER].inputs["upgradePolicy"] == {"supportType": "EXTENDED"}
