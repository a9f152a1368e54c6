"""The job that gives each team its folder: what it is started with. What it does is tested in tests/jobs."""

import json
from typing import Any

import pulumi_kubernetes as kubernetes

from components.grafana_folders import GrafanaFolders, GrafanaFoldersArgs
from model import names
from tests.components.examples import EXAMPLES, deploy
from tests.tools import PROJECT

Job = kubernetes.batch.v1.Job


def job(**teams: str) -> dict[str, Any]:
    args = GrafanaFoldersArgs(namespace="monitoring", folders=teams or {"trading": "Trading"}, admin_secret="admin")
    return deploy(lambda: GrafanaFolders("folders", args)).only(Job).inputs


def pod() -> dict[str, Any]:
    return dict(job()["spec"]["template"]["spec"])


def test_the_pod_gets_the_program_as_it_is_tested_and_the_teams() -> None:
    result = deploy(EXAMPLES[GrafanaFolders])
    config = result.only(kubernetes.core.v1.ConfigMap)
    mounted = result.only(Job).inputs["spec"]["template"]["spec"]["volumes"][0]["configMap"]["name"]

    assert mounted == config.inputs["metadata"]["name"]
    assert config.inputs["data"]["grafana_folders.py"] == (PROJECT / "jobs" / "grafana_folders.py").read_text()
    assert json.loads(config.inputs["data"]["teams.json"]) == {"platform": "Platform engineering", "trading": "Trading"}


def test_it_is_started_with_the_files_that_are_mounted() -> None:
    (container,) = pod()["containers"]
    mount = container["volumeMounts"][0]

    assert container["command"][-2:] == [f"{mount['mountPath']}/grafana_folders.py", f"{mount['mountPath']}/teams.json"]


def test_the_administrator_comes_from_the_secret_alone() -> None:
    (container,) = pod()["containers"]
    secret = {each["name"]: each["valueFrom"]["secretKeyRef"] for each in container["env"] if "valueFrom" in each}

    assert secret == {
        "GRAFANA_USER": {"name": "admin", "key": names.GRAFANA_ADMIN_USER_KEY},
        "GRAFANA_PASSWORD": {"name": "admin", "key": names.GRAFANA_ADMIN_PASSWORD_KEY},
    }
