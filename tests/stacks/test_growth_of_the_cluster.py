"""Growth of the cluster: what adds nodes is there where it is asked for, with its rights, and nowhere else."""

from typing import Any

import pytest

from model.problems import BadInput
from tests.stacks.deployment import deploy, deployed, stack_config
from tests.stacks.foundation import ADOPTED, THEIR_STORAGE, settings
from tests.synth import Synth

POOL = "kubernetes:karpenter.sh/v1:NodePool"
ROLE = "aws:iam/role:Role"
RELEASE = "kubernetes:helm.sh/v3:Release"
QUEUE_ALARM = "belfry-karpenter-node-interruptions-not-read"


def cluster(**changes: Any) -> dict[str, Any]:
    return {"cluster": {**stack_config("dev")["belfry:cluster"], **changes}}


def installed(result: Synth) -> set[str]:
    return {"karpenter", "cluster-autoscaler"} & {str(each.inputs["name"]) for each in result.of(RELEASE).values()}


def test_prod_grows_by_karpenter_up_to_the_maximum_of_each_pool() -> None:
    plan = deployed("prod")
    limits = {each.inputs["metadata"]["name"]: each.inputs["spec"]["limits"] for each in plan.of(POOL).values()}

    assert installed(plan) == {"karpenter"}
    assert limits == {"general": {"nodes": "6"}, "observability": {"nodes": "4"}}
    assert "karpenter-role" in plan.of(ROLE)
    assert "cluster-autoscaler-role" not in plan.of(ROLE), "no rights for what is not there"


def test_the_queue_that_is_alarmed_is_the_one_that_karpenter_reads() -> None:
    plan = deployed("prod")
    (queue,) = (each for each in plan.of("aws:sqs/queue:Queue").values() if each.name.startswith("node-provisioning"))
    alarm = plan.of("aws:cloudwatch/metricAlarm:MetricAlarm")[QUEUE_ALARM].inputs
    settings_of = plan.of(RELEASE)["karpenter-controller-release"].inputs["values"]["settings"]

    assert alarm["dimensions"] == {"QueueName": "belfry-prod-node-interruptions"}
    assert queue.inputs["name"] == settings_of["interruptionQueue"] == "belfry-prod-node-interruptions"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(cluster(autoscaler="none"), id="nobody adds nodes"),
        pytest.param(
            cluster(nodes={"minimum": 2, "maximum": 2}, observability_nodes={"minimum": 3, "maximum": 3}),
            id="no pool has room",
        ),
        pytest.param({"cluster": ADOPTED, "storage": THEIR_STORAGE}, id="adopted"),
    ],
)
def test_without_growth_there_is_nothing_of_it(changes: dict[str, Any]) -> None:
    plan = deploy("dev", changes=changes)

    assert installed(plan) == set()
    assert plan.of(POOL) == plan.of("belfry:aws:NodeProvisioning") == {}
    assert not {"karpenter-role", "cluster-autoscaler-role"} & set(plan.of(ROLE))
    assert QUEUE_ALARM not in plan.of("aws:cloudwatch/metricAlarm:MetricAlarm")


def test_only_a_pool_with_room_grows() -> None:
    plan = deploy("dev", changes=cluster(observability_nodes={"minimum": 3, "maximum": 3}))

    assert set(plan.of(POOL)) == {"karpenter-general-pool"}


def test_the_groups_of_an_adopted_cluster_grow_by_the_cluster_autoscaler() -> None:
    adopted = {**ADOPTED, "identity": "pod-identity", "autoscaler": "cluster-autoscaler"}
    plan = deploy("dev", changes={"cluster": adopted, "storage": THEIR_STORAGE})

    assert installed(plan) == {"cluster-autoscaler"}
    assert "cluster-autoscaler-role" in plan.of(ROLE)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            cluster(autoscaler="cluster-autoscaler"),
            "cluster.autoscaler: found cluster-autoscaler for a cluster that Belfry makes.*allowed: karpenter, none",
            id="groups that keep their size",
        ),
        pytest.param(
            {"cluster": {**ADOPTED, "autoscaler": "karpenter"}, "storage": THEIR_STORAGE},
            "cluster.autoscaler: found karpenter for an adopted cluster.*allowed: cluster-autoscaler, none",
            id="subnets that nobody knows",
        ),
        pytest.param(
            {"cluster": {**ADOPTED, "autoscaler": "cluster-autoscaler"}, "storage": THEIR_STORAGE},
            "cluster.autoscaler: found cluster-autoscaler while workloads get no rights in AWS",
            id="no rights",
        ),
        pytest.param(cluster(autoscaler="magic"), "cluster.*autoscaler.*found 'magic'", id="unknown"),
    ],
)
def test_an_autoscaler_that_cannot_work_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        settings("dev", changes)
