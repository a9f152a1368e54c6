"""Container Insights: its alarms exist where it is on, and are about what the catalog runs in the cluster."""

import pulumi_aws as aws
import pytest

from model.problems import BadInput
from tests.stacks.deployment import deploy, deployed, stack_config
from tests.stacks.foundation import settings
from tests.synth import Synth

CREATED = {**stack_config("dev")["belfry:cluster"], "container_insights": True}


def dimensions(plan: Synth) -> list[dict[str, str]]:
    return [
        alarm.inputs["dimensions"]
        for alarm in plan.of(aws.cloudwatch.MetricAlarm).values()
        if alarm.inputs.get("namespace") == "ContainerInsights"
    ]


@pytest.fixture(name="plan", scope="module")
def plan_with_insights() -> Synth:
    alarms = {"pack": "full", "budget": 900, "containers": True}
    return deploy("dev", changes={"cluster": CREATED, "alarms": alarms})


def test_it_is_off_until_it_is_asked_for_as_it_is_billed_by_the_metric() -> None:
    assert dimensions(deployed("prod")) == []
    assert "amazon-cloudwatch-observability" not in {
        addon.inputs["addonName"] for addon in deployed("prod").of(aws.eks.Addon).values()
    }


def test_alarms_are_about_the_cluster_its_nodes_and_what_the_catalog_runs_there(plan: Synth) -> None:
    found = dimensions(plan)

    assert {"ClusterName": "belfry-dev"} in found
    assert {"ClusterName": "belfry-dev", "Namespace": "alchemorsel"} in found
    services = {one["Service"] for one in found if "Service" in one}
    containers = {one["ContainerName"] for one in found if "ContainerName" in one}
    assert services
    assert services == containers
    assert not {one for one in services if "openai" in one}, "somebody else's API has no pods here"


def test_the_addon_is_installed_where_the_cluster_is_made(plan: Synth) -> None:
    assert "addons-amazon-cloudwatch-observability" in plan.of(aws.eks.Addon)


def test_an_adopted_cluster_that_has_it_gets_the_alarms_and_no_addon() -> None:
    theirs = {"mode": "adopt", "name": "theirs", "container_insights": True}
    plan = deploy("dev", changes={"cluster": theirs, "storage": {"class": "gp3"}, "alarms": {"budget": 900}})

    assert {"ClusterName": "theirs"} in dimensions(plan)
    assert not plan.of(aws.eks.Addon)
    assert not [one for one in dimensions(plan) if "ContainerName" in one], "for each container only where asked for"


def test_alarms_of_containers_without_container_insights_are_refused() -> None:
    with pytest.raises(BadInput, match=r"belfry:alarms.containers: found true, but Container Insights, which"):
        settings("dev", {"alarms": {"containers": True}})
