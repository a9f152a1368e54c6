"""Every produced Jaeger configuration is taken by Jaeger itself."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from configs.stores.jaeger import Elasticsearch, JaegerInput, Memory, OpenSearch, Storage, jaeger, ui
from tests import tools

STORAGES: dict[str, Storage] = {
    "memory": Memory(),
    "elasticsearch": Elasticsearch(url="https://traces-es-http.tracing.svc:9200", ca_file="/etc/jaeger/secrets/ca.crt"),
    "opensearch": OpenSearch(url="https://traces.eu-central-1.es.amazonaws.com", region="eu-central-1"),
}
# Signing looks for credentials while it starts; in the cluster the pod's identity gives them.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "made-up", "AWS_SECRET_ACCESS_KEY": "made-up"}


def given(storage: Storage) -> JaegerInput:
    return JaegerInput(storage=storage, prometheus="http://prometheus:9090", grafana="https://grafana.example.com")


def validate(config: object, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "jaeger.yaml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    return subprocess.run(
        [tools.find("jaeger"), "validate", "--config", file],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **CREDENTIALS},
        timeout=60,
    )


@pytest.mark.parametrize("storage", STORAGES.values(), ids=STORAGES.keys())
def test_jaeger_takes_the_configuration(storage: Storage, tmp_path: Path) -> None:
    done = validate(jaeger(given(storage)), tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr


def test_jaeger_refuses_a_configuration_with_a_mistake(tmp_path: Path) -> None:
    config = jaeger(given(Memory()))
    config["extensions"]["jaeger_storage"]["backends"]["main"] = {"memory": {"max_trace": 1}}

    done = validate(config, tmp_path)

    assert done.returncode != 0
    assert "max_trace" in done.stdout + done.stderr


def test_the_pages_configuration_is_plain_json() -> None:
    assert json.loads(json.dumps(ui(given(Memory())))) == ui(given(Memory()))
