"""The exporters of databases: who is asked, with which labels, and that no password leaves its Secret."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
import yaml

from components.database_exporter import DatabaseExporter, DatabaseExporterArgs
from model.account.node_pools import Pool, placement
from model.cluster import network_paths
from model.metrics.database_exporters import POSTGRES, REDIS, DatabaseTarget
from tests.components.example_inputs import DATABASE
from tests.components.examples import EXAMPLES, deploy
from tests.synth import Synth

Deployment = kubernetes.apps.v1.Deployment
Secret = kubernetes.core.v1.Secret
Budget = kubernetes.policy.v1.PodDisruptionBudget
PROBE = "kubernetes:monitoring.coreos.com/v1:Probe"
MONITOR = "kubernetes:monitoring.coreos.com/v1:ServiceMonitor"
CACHE = replace(DATABASE, component="sessions", exporter=REDIS)


def deployed(passwords: Mapping[str, str] | None = MappingProxyType({DATABASE.key: "hush"}), **changes: Any) -> Synth:
    args = DatabaseExporterArgs(namespace="monitoring", exporter=POSTGRES, targets=[DATABASE])

    def program() -> None:
        # Outputs belong to the program that makes them.
        given = None if passwords is None else {key: pulumi.Output.secret(each) for key, each in passwords.items()}
        DatabaseExporter("databases", replace(args, passwords=given, **changes))

    return deploy(program)


def pod(result: Synth) -> dict[str, Any]:
    spec = result.only(Deployment).inputs["spec"]["template"]["spec"]
    assert isinstance(spec, dict)
    return spec


def test_each_database_is_asked_by_a_probe_with_the_labels_that_rules_go_by() -> None:
    probe = deployed().only(PROBE).inputs

    assert probe["metadata"]["name"] == "postgres-exporter-shop-orders"
    assert probe["spec"]["prober"] == {"url": "postgres-exporter.monitoring.svc:9187", "path": "/probe"}
    targets = probe["spec"]["targets"]["staticConfig"]
    assert targets["labels"] == {"system": "shop", "component": "orders"}
    # The replica too: the lag is a metric of its own.
    assert targets["static"] == ["orders.example.com:5432/postgres", "orders-replica.example.com:5432/postgres"]
    assert targets["relabelingConfigs"] == [{"targetLabel": "__param_auth_module", "replacement": "shop-orders"}]
    assert probe["spec"]["jobName"] == "postgres-exporter"


def test_the_account_that_the_probe_names_is_in_the_file() -> None:
    result = deployed()
    module = result.only(PROBE).inputs["spec"]["targets"]["staticConfig"]["relabelingConfigs"][0]["replacement"]
    file = yaml.safe_load(result.only(Secret).inputs["stringData"]["postgres_exporter.yml"])

    assert file["auth_modules"][module]["userpass"] == {"username": "belfry_monitoring", "password": "hush"}


@pytest.mark.parametrize("target", [DATABASE, CACHE], ids=["postgres", "redis"])
def test_a_password_is_in_its_secret_and_nowhere_else(target: DatabaseTarget) -> None:
    result = deployed(exporter=target.exporter, targets=[target], passwords={target.key: "hush-hush"})
    holders = {resource.key for resource in result.resources.values() if "hush-hush" in str(resource.inputs)}

    assert holders == {
        ("kubernetes:core/v1:Secret", "databases-credentials"),
        ("random:index/randomId:RandomId", "databases-version"),
    }
    for key in holders:
        resource = result.resources[key]
        assert {path.split(".")[0] for path in resource.secrets} & {"stringData", "keepers"}, "kept in plain"


def test_another_password_is_another_pod_and_the_checksum_reveals_nothing_of_it() -> None:
    template = deployed().only(Deployment).inputs["spec"]["template"]

    assert template["metadata"]["annotations"] == {"belfry.dev/credentials": "0123456789abcdef"}


def test_a_secret_from_elsewhere_is_mounted_and_not_made() -> None:
    result = deployed(passwords=None)

    assert result.of(Secret) == {}
    assert pod(result)["volumes"][0]["secret"]["secretName"] == "postgres-exporter"


def test_a_cache_without_a_password_is_asked_without() -> None:
    result = deployed(exporter=REDIS, targets=[CACHE], passwords={})

    assert result.only(Secret).inputs["stringData"] == {"passwords.json": "{}"}
    probe = result.only(PROBE).inputs["spec"]
    assert probe["prober"] == {"url": "redis-exporter.monitoring.svc:9121", "path": "/scrape"}
    assert probe["targets"]["staticConfig"]["static"][0] == "rediss://orders.example.com:6379"


@pytest.mark.parametrize("exporter", [POSTGRES, REDIS], ids=lambda exporter: exporter.name)
def test_the_pod_is_ready_when_the_exporter_answers(exporter: Any) -> None:
    spec = pod(deployed(exporter=exporter, targets=[replace(DATABASE, exporter=exporter)]))
    (container,) = spec["containers"]

    assert container["readinessProbe"]["httpGet"]["path"] == exporter.health


def test_trap_the_postgres_exporters_own_page_says_that_a_database_is_down() -> None:
    (endpoint,) = deployed().only(MONITOR).inputs["spec"]["endpoints"]

    assert endpoint["metricRelabelings"] == [
        {"sourceLabels": ["__name__"], "regex": "process_.+|.+_build_info", "action": "keep"}
    ]
    assert {rule["targetLabel"]: rule["replacement"] for rule in endpoint["relabelings"]} == {
        "system": "platform",
        "component": "postgres-exporter",
    }


def test_two_pods_are_never_drained_at_once_and_one_can_be() -> None:
    budget = deployed(replicas=2).only(Budget).inputs["spec"]
    labels = deployed().only(Deployment).inputs["spec"]["template"]["metadata"]["labels"]

    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"].items() <= labels.items()
    assert deployed(replicas=1).of(Budget) == {}


@pytest.mark.parametrize(
    ("exporter", "pods"), [(POSTGRES, network_paths.POSTGRES_EXPORTER), (REDIS, network_paths.REDIS_EXPORTER)]
)
def test_it_is_let_through_to_databases_and_prometheus_to_it(exporter: Any, pods: network_paths.Pods) -> None:
    template = deployed(exporter=exporter, targets=[replace(DATABASE, exporter=exporter)]).only(Deployment)
    labels = template.inputs["spec"]["template"]["metadata"]["labels"]
    goes = {p.pod for path in network_paths.PATHS if path.sender == pods for p in path.ports}
    comes = {p.pod for path in network_paths.PATHS if path.receiver == pods for p in path.ports}

    assert set(pods.labels) <= labels.items()
    assert goes == {exporter.target_port}
    assert comes == {exporter.port}


def test_it_runs_where_it_is_placed() -> None:
    reported = placement(Pool.OBSERVABILITY)
    spec = pod(deployed(placement=reported, priority_class="belfry-platform"))

    assert spec["nodeSelector"] == reported["nodeSelector"]
    assert spec["tolerations"] == reported["tolerations"]
    assert spec["priorityClassName"] == "belfry-platform"
    assert "nodeSelector" not in pod(deployed())


def test_the_service_leads_to_the_pods() -> None:
    result = deploy(EXAMPLES[DatabaseExporter])
    service = result.only(kubernetes.core.v1.Service).inputs["spec"]
    (container,) = pod(result)["containers"]

    assert service["ports"] == [{"name": "metrics", "port": 9187, "targetPort": "metrics"}]
    assert container["ports"] == [{"name": "metrics", "containerPort": 9187}]
