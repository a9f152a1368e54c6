"""The forwarder in the cluster: what its pod is given. How programs are run at all: test_archive_program.py."""

import itertools
from dataclasses import replace
from typing import Any

import pulumi_kubernetes as kubernetes
import pytest

from components.alarm_forwarder import AlarmForwarder
from tests.components.example_inputs import ALARM_FORWARDER
from tests.components.examples import EXAMPLES, deploy
from tests.synth import Synth

Deployment = kubernetes.apps.v1.Deployment


@pytest.fixture(name="result", scope="module")
def deployed() -> Synth:
    return deploy(EXAMPLES[AlarmForwarder])


@pytest.fixture(name="pod")
def pod_of(result: Synth) -> dict[str, Any]:
    spec: dict[str, Any] = result.only(Deployment).inputs["spec"]["template"]["spec"]
    return spec


def made(**changes: Any) -> Synth:
    return deploy(lambda: AlarmForwarder("alarm-forwarder", replace(ALARM_FORWARDER, **changes)))


def test_it_posts_to_every_alertmanager_and_asks_for_alarms_of_this_environment(pod: dict[str, Any]) -> None:
    command = pod["containers"][0]["command"]

    assert command[:4] == ["python", "-u", "-m", "ops.forwarder"]
    assert [after for word, after in itertools.pairwise(command) if word == "--alertmanager"] == [
        "http://alertmanager-0:9093",
        "http://alertmanager-1:9093",
    ]
    assert [after for word, after in itertools.pairwise(command) if word == "--prefix"] == [
        "prod-",
        "belfry-prod-",
    ]


def test_each_system_has_a_config_map_and_all_of_them_are_one_folder(result: Synth, pod: dict[str, Any]) -> None:
    maps = {one.inputs["metadata"]["name"] for one in result.of(kubernetes.core.v1.ConfigMap).values()}

    assert maps == {"alarm-forwarder-job", "alarm-forwarder-shop", "alarm-forwarder-belfry"}
    (table,) = (volume for volume in pod["volumes"] if volume["name"] == "table")
    sources = {source["configMap"]["name"] for source in table["projected"]["sources"]}
    assert sources == {"alarm-forwarder-shop", "alarm-forwarder-belfry"}


def test_a_changed_table_is_a_new_pod() -> None:
    def annotations(result: Synth) -> Any:
        return result.only(Deployment).inputs["spec"]["template"]["metadata"]["annotations"]

    assert annotations(made()) == annotations(made())
    assert annotations(made()) != annotations(made(table={"shop.json": "{ }"}))


def test_acknowledgements_are_read_by_a_second_container_which_alone_sees_the_keys() -> None:
    result = made(acknowledging=["shop"], api_keys={"shop": "made-up-key"})
    spec = result.only(Deployment).inputs["spec"]["template"]["spec"]
    forwarder, second = spec["containers"]

    assert second["command"][:4] == ["python", "-u", "-m", "ops.acknowledgements"]
    assert second["command"].count("--alertmanager") == 2
    assert second["securityContext"]["readOnlyRootFilesystem"] is True
    assert [one["name"] for one in (forwarder, second) if "keys" in str(one["volumeMounts"])] == ["acknowledgements"]
    secret = result.only(kubernetes.core.v1.Secret)
    assert secret.inputs["stringData"] == {"shop": "made-up-key"}
    assert secret.secrets == {"stringData"}
    service = result.only(kubernetes.core.v1.Service).inputs["spec"]["ports"]
    assert [port["port"] for port in service] == [8080, 8081]
    monitor = result.of("kubernetes:monitoring.coreos.com/v1:ServiceMonitor")["alarm-forwarder-alarm-forwarder"]
    assert [endpoint["port"] for endpoint in monitor.inputs["spec"]["endpoints"]] == ["metrics", "metrics-2"]


def test_a_secret_of_keys_may_come_from_elsewhere() -> None:
    result = made(acknowledging=["shop"])

    assert not result.of(kubernetes.core.v1.Secret)
    volumes = result.only(Deployment).inputs["spec"]["template"]["spec"]["volumes"]
    assert {"name": "keys", "secret": {"secretName": "pagerduty-acknowledgements", "defaultMode": 0o440}} in volumes


def test_where_no_team_names_a_key_there_is_one_container_and_no_secret(result: Synth, pod: dict[str, Any]) -> None:
    assert [container["name"] for container in pod["containers"]] == ["forwarder"]
    assert not result.of(kubernetes.core.v1.Secret)
