"""Every produced Loki configuration is taken by Loki itself, and a Loki that runs by one does what it says."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from configs.stores.loki import LokiInput, document, rules_folder, sections
from tests import tools
from tests.configs.collectors import wait_for
from tests.configs.loki_examples import FORMS, MONOLITHIC, on_this_machine
from tests.configs.servers import get, running_loki
from tests.configs.sink import post

SECONDS = 20
RULE = {
    "groups": [
        {
            "name": "shop",
            "interval": "1m",
            "rules": [{"alert": "ShopErrors", "expr": 'sum(rate({service_name="backend"} |= "error" [5m])) > 0'}],
        }
    ]
}


def verify(config: object, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "loki.yaml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    return subprocess.run(
        [tools.find("loki"), "-verify-config", f"-config.file={file}"], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("given", FORMS.values(), ids=FORMS.keys())
def test_loki_takes_the_configuration(given: LokiInput, tmp_path: Path) -> None:
    done = verify(document(given), tmp_path)

    assert done.returncode == 0, done.stderr
    assert "config is valid" in done.stderr


@pytest.mark.parametrize(
    ("section", "mistake"),
    [
        ("limits_config", {"retention_perod": "7d"}),
        ("ruler", {"alertmanager_urls": "http://a:9093"}),
        ("schema_config", {"configs": []}),
    ],
)
def test_loki_refuses_a_configuration_with_a_mistake(section: str, mistake: dict[str, Any], tmp_path: Path) -> None:
    config = document(MONOLITHIC)

    assert verify({**config, section: {**config[section], **mistake}}, tmp_path).returncode != 0


def test_loki_refuses_retention_without_the_store_of_its_delete_requests(tmp_path: Path) -> None:
    """The reason why the three stand together."""
    config = document(MONOLITHIC)
    del config["compactor"]["delete_request_store"]

    assert verify(config, tmp_path).returncode != 0


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of a single Loki on this machine, with a rule where the sidecar puts it, and one where it must not."""
    folder = tmp_path_factory.mktemp("loki")
    given = on_this_machine(folder)
    for where, name in ((rules_folder(given), "found"), (given.rules_folder, "passed-over")):
        Path(where).mkdir(parents=True, exist_ok=True)
        Path(where, f"{name}.yaml").write_text(yaml.safe_dump(RULE), encoding="utf-8")
    with running_loki(folder, given) as answers:
        yield answers


def test_rules_in_the_tenants_folder_are_found_and_those_above_it_are_not(port: int) -> None:
    def groups() -> Any:
        answer = get(f"http://127.0.0.1:{port}", "/prometheus/api/v1/rules")
        return answer and answer["data"]["groups"]

    assert [(group["name"], group["file"]) for group in wait_for(groups, SECONDS)] == [("shop", "found.yaml")]


def test_a_record_keeps_its_ids_beside_the_line_and_is_found_by_system_and_component(port: int) -> None:
    now = time.time_ns()
    resource = {
        "service.namespace": "shop",
        "service.name": "backend",
        "k8s.cluster.name": "test",
        "k8s.pod.name": "backend-7d9f",
    }
    record = {
        "timeUnixNano": str(now),
        "severityText": "ERROR",
        "body": {"stringValue": "it broke"},
        "attributes": _attributes({"correlation_id": "req-1"}),
        "traceId": "0af7651916cd43dd8448eb211c80319c",
    }
    _push(port, resource, record)

    query = '{service_namespace="shop", service_name="backend"} | correlation_id="req-1"'
    (stream,) = wait_for(lambda: _streams(port, query, now), SECONDS)

    assert stream["stream"]["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert stream["values"] == [[str(now), "it broke"]]
    labels = get(f"http://127.0.0.1:{port}", "/loki/api/v1/labels", start=now - 10**9, end=now + 10**9)["data"]
    assert "k8s_pod_name" not in labels
    assert {"k8s_cluster_name", "service_name", "service_namespace"} <= set(labels)


def test_a_line_that_is_too_long_is_cut_and_not_refused(port: int) -> None:
    now = time.time_ns()
    line = "x" * 300 * 1024
    _push(port, {"service.name": "long"}, {"timeUnixNano": str(now), "body": {"stringValue": line}})

    (stream,) = wait_for(lambda: _streams(port, '{service_name="long"}', now), SECONDS)

    assert len(stream["values"][0][1]) == 256 * 1024


def _push(port: int, resource: dict[str, str], record: dict[str, Any]) -> None:
    records = {"resource": {"attributes": _attributes(resource)}, "scopeLogs": [{"logRecords": [record]}]}
    body = json.dumps({"resourceLogs": [records]}).encode()
    post(port, "/otlp/v1/logs", body, {"Content-Type": "application/json"})


def _streams(port: int, query: str, now: int) -> Any:
    answer = get(
        f"http://127.0.0.1:{port}", "/loki/api/v1/query_range", query=query, start=now - 10**9, end=now + 10**9
    )
    return answer and answer["data"]["result"]


def _attributes(values: dict[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]


def test_the_chart_gets_the_very_sections_that_loki_was_asked_about() -> None:
    own, whole = sections(MONOLITHIC), document(MONOLITHIC)
    of_the_chart = {"limits_config": "limits_config", "schemaConfig": "schema_config", "rulerConfig": "ruler"}

    for key, section in {**of_the_chart, "compactor": "compactor", "ingester": "ingester"}.items():
        assert json.dumps(own[key], sort_keys=True) == json.dumps(whole[section], sort_keys=True)
