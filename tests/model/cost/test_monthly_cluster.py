"""The monthly cost of nodes, volumes and load balancers of a plan."""

from decimal import Decimal
from typing import Any

import pytest

from model.catalog.catalog import Catalog
from model.cost.monthly import cost_of
from model.cost.prices import shipped
from tests.model.cost.plans import (
    HOURS,
    RELEASE,
    cost,
    nodes,
    only,
    resource,
)


def test_nodes_are_billed_by_type_and_number_with_their_disks(quiet: Catalog) -> None:
    machines, disks = cost(quiet, nodes()).lines
    assert machines.usd == 3 * HOURS * Decimal("0.1008")
    assert machines.formula == "3 x m7i.large x 730 hours; autoscaling adds more"
    assert (disks.price, disks.usd) == ("ebs-gp2", Decimal(6))  # 3 x 20 GiB, as infracost prices it


def test_the_smallest_size_counts_where_no_desired_one_is_given_and_the_dearest_of_several_types(
    quiet: Catalog,
) -> None:
    several = nodes(instanceTypes=["m7i.large", "m7i.xlarge"], scalingConfig={"minSize": 2}, diskSize=50)
    machines, disks = cost(quiet, several).lines
    assert (machines.price, machines.quantity) == ("m7i.xlarge", Decimal(2 * HOURS))
    assert disks.quantity == 100


def test_a_launch_template_says_type_and_disks(quiet: Catalog) -> None:
    devices = [
        {"ebs": {"volumeSize": 100, "volumeType": "gp3"}},
        {"ebs": {"volumeSize": 10, "volumeType": "io2"}},
    ]
    template = resource(
        "aws:ec2/launchTemplate:LaunchTemplate", "lt", instanceType="m7i.large", blockDeviceMappings=devices
    )
    found = cost(quiet, template, nodes(instanceTypes=[], needs=(template["urn"],)))
    machines, disks = found.lines
    assert (machines.price, disks.price, disks.usd) == ("m7i.large", "ebs-gp3", Decimal(24))
    assert [each.why for each in found.unknown] == ["3 volumes of type io2"]


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"instanceTypes": ["m99.huge"]}, "3 nodes: no price of m99.huge in the table"),
        ({"capacityType": "SPOT"}, "3 spot instances: their price changes by the hour"),
        (
            {"scalingConfig": {"desiredSize": "known-after-deployment"}},
            "a node group whose size or instance type is not known before the update",
        ),
    ],
)
def test_nodes_without_a_sure_price_are_named_and_never_guessed(
    quiet: Catalog, inputs: dict[str, Any], why: str
) -> None:
    found = cost(quiet, nodes(**inputs))
    assert [each.why for each in found.unknown] == [why]
    assert not [line for line in found.lines if line.price not in ("ebs-gp2",)]


def test_a_volume_of_its_own_is_billed_by_size(quiet: Catalog) -> None:
    found = cost(
        quiet,
        resource("aws:ebs/volume:Volume", "one", type="gp3", size=100),
        resource("aws:ebs/volume:Volume", "two", type="io2", size=100),
    )
    assert (only(found).resource, only(found).usd) == ("one", Decimal(8))
    assert [each.resource for each in found.unknown] == ["two"]


def claim(size: str) -> dict[str, Any]:
    return {"volumeClaimTemplate": {"spec": {"resources": {"requests": {"storage": size}}}}}


def test_the_volumes_of_prometheus_and_alertmanager_are_read_from_the_chart_values(quiet: Catalog) -> None:
    values = {
        "prometheus": {"prometheusSpec": {"replicas": 2, "storageSpec": claim("200Gi")}},
        "alertmanager": {"alertmanagerSpec": {"replicas": 3, "storage": claim("2Gi")}},
        "grafana": {"persistence": {"enabled": False, "size": "10Gi"}},
        "loki": {"persistence": {"size": "1Ti"}},
        "cache": {"persistence": {"size": "512Mi"}, "replicaCount": 4},
    }
    found = cost(quiet, resource(RELEASE, values=values))
    assert {line.formula: line.quantity for line in found.lines} == {
        "prometheus.prometheusSpec.storageSpec: 2 x 200Gi": 400,
        "alertmanager.alertmanagerSpec.storage: 3 x 2Gi": 6,
        "loki.persistence: 1 x 1Ti": 1024,
        "cache.persistence: 4 x 512Mi": 2,
    }
    assert {line.price for line in found.lines} == {"ebs-gp3"}


def test_claims_of_node_sets_and_of_collectors_are_read_from_the_chart_values(quiet: Catalog) -> None:
    claims = [claim("400Gi")["volumeClaimTemplate"]]
    values = {
        "eck-elasticsearch": {"nodeSets": [{"name": "all", "count": 3, "volumeClaimTemplates": claims}]},
        "eck-kibana": {"count": 2},
    }
    collector = {"replicaCount": 2, "statefulset": {"volumeClaimTemplates": [claim("20Gi")["volumeClaimTemplate"]]}}
    found = cost(quiet, resource(RELEASE, values=values), resource(RELEASE, "gateway", values=collector))
    assert {line.formula: line.quantity for line in found.lines} == {
        "eck-elasticsearch.nodeSets[0].volumeClaimTemplates: 3 x 400Gi": 1200,
        "statefulset.volumeClaimTemplates: 2 x 20Gi": 40,
    }


def test_claims_and_scratch_volumes_of_a_stateful_set_are_priced(quiet: Catalog) -> None:
    scratch = {"name": "data", "ephemeral": claim("100Gi")}
    store = {"replicas": 2, "volumeClaimTemplates": [claim("20Gi")["volumeClaimTemplate"]]}
    found = cost(
        quiet,
        resource("kubernetes:apps/v1:StatefulSet", "store", spec=store),
        resource("kubernetes:apps/v1:StatefulSet", "compactor", spec={"template": {"spec": {"volumes": [scratch]}}}),
    )
    assert {line.resource: line.quantity for line in found.lines} == {"store": 40, "compactor": 100}
    assert {line.price for line in found.lines} == {"ebs-gp3"}


def test_a_size_that_cannot_be_read_is_named(quiet: Catalog) -> None:
    found = cost(quiet, resource(RELEASE, values={"db": {"persistence": {"size": "known-after-deployment"}}}))
    assert [each.why for each in found.unknown] == ["volume of size known-after-deployment (db.persistence)"]


def test_claims_and_load_balancers_in_the_cluster_are_priced(quiet: Catalog) -> None:
    spec = {"resources": {"requests": {"storage": "10Gi"}}}
    found = cost(
        quiet,
        resource("kubernetes:core/v1:PersistentVolumeClaim", "claim", spec=spec),
        resource("kubernetes:core/v1:Service", "outside", spec={"type": "LoadBalancer"}),
        resource("kubernetes:core/v1:Service", "inside", spec={"type": "ClusterIP"}),
    )
    assert {line.resource: line.usd for line in found.lines} == {"claim": Decimal("0.8"), "outside": Decimal("16.425")}
    assert [each.resource for each in found.by_use] == ["outside"]


@pytest.mark.parametrize(("scheme", "addresses"), [("internal", 0), ("internet-facing", 3 * HOURS)])
def test_an_ingress_class_is_one_load_balancer_of_unknown_capacity(quiet: Catalog, scheme: str, addresses: int) -> None:
    spec = {"scheme": scheme, "subnets": {"ids": ["a", "b", "c"]}}
    found = cost_of([resource("kubernetes:elbv2.k8s.aws/v1beta1:IngressClassParams", spec=spec)], quiet, shipped())

    quantities = {line.price: line.quantity for line in found.lines}
    assert quantities == {"load-balancer": HOURS, **({"public-ipv4": addresses} if addresses else {})}
    (by_use,) = found.by_use
    assert by_use.prices == ("$0.008 for capacity unit hour (load-balancer-capacity)",)
