"""Data sources that come to be after Grafana."""

import json

import pulumi_kubernetes as kubernetes

from components.grafana_datasources import GrafanaDatasources
from tests.components.examples import EXAMPLES, deploy


def test_the_sidecar_finds_the_document_by_its_label_and_takes_it_for_yaml() -> None:
    made = deploy(EXAMPLES[GrafanaDatasources]).only(kubernetes.core.v1.ConfigMap).inputs

    assert made["metadata"]["name"] == "elasticsearch-datasource"
    assert made["metadata"]["namespace"] == "monitoring"
    assert made["metadata"]["labels"]["grafana_datasource"] == "1"
    (name,) = made["data"]
    assert name == "elasticsearch-datasource.yaml"


def test_the_document_names_files_and_holds_no_secret() -> None:
    made = deploy(EXAMPLES[GrafanaDatasources]).only(kubernetes.core.v1.ConfigMap)
    (text,) = made.inputs["data"].values()
    (source,) = json.loads(text)["datasources"]

    assert source["uid"] == "elasticsearch"
    assert all(value.startswith("$__file{") for value in source["secureJsonData"].values())
    assert not made.secrets
