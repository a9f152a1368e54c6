"""The proxy that signs queries for Amazon Managed Prometheus."""

from dataclasses import replace

import pulumi_kubernetes as kubernetes

from components.prometheus_reader import PrometheusReader, PrometheusReaderArgs
from model import names
from model.account.node_pools import Pool, placement
from model.cluster import network_paths
from tests.components.examples import EXAMPLES, deploy

ARGS = PrometheusReaderArgs(namespace="monitoring", region="eu-west-1")


def test_it_signs_for_the_workspaces_region_and_for_no_other_service() -> None:
    result = deploy(lambda: PrometheusReader("reader", ARGS))
    (container,) = result.only(kubernetes.apps.v1.Deployment).inputs["spec"]["template"]["spec"]["containers"]

    host = "--host=aps-workspaces.eu-west-1.amazonaws.com"
    assert {"--name=aps", "--region=eu-west-1", host} <= set(container["args"])
    assert "@sha256:" in container["image"], "it holds rights: never an image that somebody moved"
    assert container["securityContext"]["readOnlyRootFilesystem"] is True


def test_its_service_leads_to_the_pods_that_network_policies_know() -> None:
    result = deploy(EXAMPLES[PrometheusReader])
    service = result.only(kubernetes.core.v1.Service).inputs
    pod = result.only(kubernetes.apps.v1.Deployment).inputs["spec"]["template"]

    assert service["metadata"]["name"] == names.PROMETHEUS_READER
    assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    assert dict(network_paths.PROMETHEUS_READER.labels).items() <= pod["metadata"]["labels"].items()
    assert result.only(kubernetes.core.v1.ServiceAccount).inputs["metadata"]["annotations"] == {}


def test_with_irsa_the_account_names_its_role_and_pods_run_where_the_platform_does() -> None:
    args = replace(ARGS, role_arn="arn:reader", placement=placement(Pool.OBSERVABILITY), priority_class="platform")
    result = deploy(lambda: PrometheusReader("reader", args))
    account = result.only(kubernetes.core.v1.ServiceAccount).inputs["metadata"]
    pod = result.only(kubernetes.apps.v1.Deployment).inputs["spec"]["template"]["spec"]

    assert account["annotations"] == {"eks.amazonaws.com/role-arn": "arn:reader"}
    assert pod["priorityClassName"] == "platform"
    assert pod["nodeSelector"]
    assert pod["tolerations"]
