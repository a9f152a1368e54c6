"""Thanos' reader: one answers in two replicas, one looks into the bucket, exactly one keeps it in order."""

from dataclasses import replace
from typing import Any

import pulumi_kubernetes as kubernetes
import pytest
import yaml

from components.thanos import ThanosReader, ThanosReaderArgs
from configs.prometheus import thanos
from configs.prometheus.keep_list import Job, metrics
from configs.prometheus.relabeling import METRIC
from model import names
from model.account.node_pools import Pool, placement
from model.cluster import network_paths
from model.cluster.pods import Size, ThanosSizes
from model.quantities import Duration
from tests.components.examples import deploy
from tests.synth import Synth

ARGS = ThanosReaderArgs(
    namespace="monitoring",
    bucket="long-term",
    region="eu-central-1",
    retention=Duration("400d"),
    store_volume_gib=20,
    scratch_gib=94,
)
PROGRAMS = {
    names.THANOS_QUERY: network_paths.THANOS_QUERY,
    names.THANOS_STORE: network_paths.THANOS_STORE,
    names.THANOS_COMPACTOR: network_paths.THANOS_COMPACTOR,
}
MONITOR = "kubernetes:monitoring.coreos.com/v1:ServiceMonitor"
every_program = pytest.mark.parametrize("program", PROGRAMS)


def deployed(**changes: Any) -> Synth:
    return deploy(lambda: ThanosReader("thanos", replace(ARGS, **changes)))


def named(result: Synth, kind: Any) -> dict[str, dict[str, Any]]:
    """Objects of a kind by their name in Kubernetes."""
    return {resource.inputs["metadata"]["name"]: resource.inputs for resource in result.of(kind).values()}


def workload(result: Synth, program: str) -> dict[str, Any]:
    kinds = (kubernetes.apps.v1.Deployment, kubernetes.apps.v1.StatefulSet)
    (found,) = (objects[program]["spec"] for kind in kinds if program in (objects := named(result, kind)))
    return dict(found)


def pod(result: Synth, program: str) -> dict[str, Any]:
    return dict(workload(result, program)["template"]["spec"])


def container(result: Synth, program: str) -> dict[str, Any]:
    (found,) = pod(result, program)["containers"]
    return dict(found)


def test_two_answer_and_are_never_drained_at_once() -> None:
    result = deployed()
    budget = result.only(kubernetes.policy.v1.PodDisruptionBudget).inputs["spec"]
    query = workload(result, names.THANOS_QUERY)

    assert query["replicas"] == 2
    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"].items() <= query["template"]["metadata"]["labels"].items()


def test_trap_two_compactors_spoil_the_bucket_so_one_is_made_in_a_set_that_never_starts_a_second() -> None:
    result = deployed()

    assert workload(result, names.THANOS_COMPACTOR)["replicas"] == 1
    assert names.THANOS_COMPACTOR in named(result, kubernetes.apps.v1.StatefulSet)
    assert names.THANOS_COMPACTOR not in named(result, kubernetes.apps.v1.Deployment)


@every_program
def test_a_pod_runs_the_pinned_program_and_may_write_its_volume(program: str) -> None:
    result = deployed()
    spec = pod(result, program)

    assert spec["securityContext"]["fsGroup"] == spec["securityContext"]["runAsUser"] == 1001
    assert container(result, program)["image"] == thanos.IMAGE


def test_sizes_are_the_given_ones_and_the_store_gateways_caches_follow_them() -> None:
    sizes = ThanosSizes(store=Size(cpu_millis=10, memory_mib=4096), compactor=Size(cpu_millis=10, memory_mib=9000))
    result = deployed(sizes=sizes)

    assert container(result, names.THANOS_STORE)["args"] == thanos.store_arguments(4096)
    assert container(result, names.THANOS_COMPACTOR)["resources"]["limits"] == {"memory": "9000Mi"}


def test_files_are_where_the_arguments_look_and_another_file_is_another_pod() -> None:
    one, other = deployed(), deployed(bucket="another")
    files = named(one, kubernetes.core.v1.ConfigMap)["thanos"]["data"]

    assert yaml.safe_load(files["objstore.yaml"])["config"]["bucket"] == "long-term"
    for program in PROGRAMS:
        mounts = {mount["name"]: mount["mountPath"] for mount in container(one, program)["volumeMounts"]}
        reported = [value for value in container(one, program)["args"] if value.endswith(".yaml")]
        assert reported
        assert all(value.partition("=")[2] in {f"{mounts['config']}/{file}" for file in files} for value in reported)
        marks = [workload(result, program)["template"]["metadata"]["annotations"] for result in (one, other)]
        assert marks[0] != marks[1]


def test_the_store_gateway_keeps_its_volume_and_the_compactors_goes_with_its_pod() -> None:
    result = deployed(storage_class="gp3")
    (claim,) = workload(result, names.THANOS_STORE)["volumeClaimTemplates"]
    (scratch,) = (volume for volume in pod(result, names.THANOS_COMPACTOR)["volumes"] if volume["name"] == "data")
    wanted = {"accessModes": ["ReadWriteOnce"], "storageClassName": "gp3"}

    assert claim["metadata"]["name"] == "data"
    assert claim["spec"] == {**wanted, "resources": {"requests": {"storage": "20Gi"}}}
    assert scratch["ephemeral"]["volumeClaimTemplate"]["spec"] == {
        **wanted,
        "resources": {"requests": {"storage": "94Gi"}},
    }
    for program in (names.THANOS_STORE, names.THANOS_COMPACTOR):
        mounts = {mount["name"]: mount["mountPath"] for mount in container(result, program)["volumeMounts"]}
        assert f"--data-dir={mounts['data']}" in container(result, program)["args"]


@every_program
def test_the_service_leads_to_the_pods_on_the_ports_that_paths_let_through(program: str) -> None:
    result = deployed()
    service = named(result, kubernetes.core.v1.Service)[program]["spec"]
    labels = workload(result, program)["template"]["metadata"]["labels"]
    opened = {port["name"]: port["containerPort"] for port in container(result, program)["ports"]}
    listed = {port.pod for path in network_paths.PATHS if path.receiver == PROGRAMS[program] for port in path.ports}

    assert service["selector"].items() <= labels.items()
    assert set(PROGRAMS[program].labels) <= labels.items()
    assert {port["targetPort"]: port["port"] for port in service["ports"]} == opened
    assert listed <= set(opened.values())


def test_each_pod_behind_the_store_gateways_name_is_found() -> None:
    services = named(deployed(), kubernetes.core.v1.Service)

    assert services[names.THANOS_STORE]["spec"]["clusterIP"] == "None"
    assert "grpc" in [port["name"] for port in services[names.THANOS_STORE]["spec"]["ports"]]
    # People and Grafana are spread by the Service.
    assert "clusterIP" not in services[names.THANOS_QUERY]["spec"]


def test_only_those_that_open_the_bucket_reach_aws() -> None:
    reaches = {
        path.sender.name
        for path in network_paths.PATHS
        if path.receiver is network_paths.Addresses.OUTSIDE and path.sender in PROGRAMS.values()
    }

    assert reaches == {names.THANOS_STORE, names.THANOS_COMPACTOR}


@every_program
def test_each_is_scraped_for_what_rules_read_and_no_more(program: str) -> None:
    result = deployed(keep_metrics=["theirs"])
    spec = named(result, MONITOR)[program]["spec"]
    service = named(result, kubernetes.core.v1.Service)[program]
    (endpoint,) = spec["endpoints"]
    (keep,) = (rule for rule in endpoint["metricRelabelings"] if rule["sourceLabels"] == [METRIC])

    assert spec["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert endpoint["port"] in {port["name"] for port in service["spec"]["ports"]}
    assert set(keep["regex"].split("|")) == {*metrics(Job.THANOS), "theirs"}
    assert {rule["targetLabel"]: rule["replacement"] for rule in endpoint["relabelings"]} == {
        "system": "platform",
        "component": program,
    }


def test_accounts_name_their_role_only_where_one_is_given() -> None:
    without, given = (
        {
            name: each["metadata"]["annotations"]
            for name, each in named(result, kubernetes.core.v1.ServiceAccount).items()
        }
        for result in (deployed(), deployed(store_role_arn="arn:store", compactor_role_arn="arn:compactor"))
    )

    assert without == {program: {} for program in PROGRAMS}
    assert given == {
        names.THANOS_QUERY: {},
        names.THANOS_STORE: {"eks.amazonaws.com/role-arn": "arn:store"},
        names.THANOS_COMPACTOR: {"eks.amazonaws.com/role-arn": "arn:compactor"},
    }
    for program in PROGRAMS:
        assert pod(deployed(), program)["serviceAccountName"] == program


@every_program
def test_it_runs_where_it_is_placed_and_on_several_nodes_and_zones_if_it_can(program: str) -> None:
    reported = placement(Pool.OBSERVABILITY)
    spec = pod(deployed(placement=reported, priority_class="belfry-platform"), program)

    assert spec["nodeSelector"] == reported["nodeSelector"]
    assert spec["tolerations"] == reported["tolerations"]
    assert spec["priorityClassName"] == "belfry-platform"
    assert {each["topologyKey"] for each in spec["topologySpreadConstraints"]} == {
        "topology.kubernetes.io/zone",
        "kubernetes.io/hostname",
    }
    assert not {"nodeSelector", "priorityClassName"} & pod(deployed(), program).keys()
