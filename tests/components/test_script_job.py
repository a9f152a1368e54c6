"""Jobs that run a script once for each state of it: what all of them have in common."""

import re
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.base import Component
from components.elasticsearch_setup import ElasticsearchSetup
from components.grafana_folders import GrafanaFolders
from components.opensearch_retention import OpenSearchRetention
from components.script_job import ScriptJob, script_job
from tests.components.examples import EXAMPLES, deploy

Job = kubernetes.batch.v1.Job
every_job = pytest.mark.parametrize("kind", [ElasticsearchSetup, GrafanaFolders, OpenSearchRetention])


@pulumi.type_token("belfry:test:Shop")
class Shop(Component):
    """Something with a job."""

    def __init__(self, text: str) -> None:
        super().__init__("shop", None)
        job = ScriptJob(
            name="shop-setup",
            namespace="shop",
            image="docker.io/library/shop:1.0.0",
            user=7,
            files={"run.sh": text},
            folder="/run",
            command=["sh", "/run/run.sh"],
        )
        script_job(self, "shop", job)


def pod(kind: type) -> dict[str, Any]:
    return dict(deploy(EXAMPLES[kind]).only(Job).inputs["spec"]["template"]["spec"])


def name_of(text: str) -> Any:
    return deploy(lambda: Shop(text)).only(Job).inputs["metadata"]["name"]


def test_another_content_is_another_job_and_the_same_one_the_same() -> None:
    """A job can never be changed: the API server would refuse."""
    assert name_of("echo 1") == name_of("echo 1") != name_of("echo 2")


def test_the_files_are_there_before_the_job_that_mounts_them() -> None:
    result = deploy(lambda: Shop("echo"))
    job, files = result.only(Job), result.only(kubernetes.core.v1.ConfigMap)

    assert files.key in job.dependencies
    assert job.inputs["spec"]["template"]["spec"]["volumes"][0]["configMap"]["name"] == files.inputs["metadata"]["name"]


@every_job
def test_its_image_is_pinned(kind: type) -> None:
    (container,) = pod(kind)["containers"]

    assert re.fullmatch(r"docker\.io/\w+/\w+:\d+\.\d+\.\d+(-slim-bookworm)?(@sha256:[0-9a-f]{64})?", container["image"])
