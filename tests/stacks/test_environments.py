"""What the catalog has in one environment only is watched there alone, and under that environment's own name."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.stacks.deployment import copy_of_project, deploy, deployed

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
BOARD = "aws:cloudwatch/dashboard:Dashboard"
LOAD_BALANCER = "app/cloudmart-api/50dc6c495c0c9188"


def dimensions(alarms: dict[str, Any], key: str) -> set[str]:
    found = set()
    for alarm in alarms.values():
        metrics = [query.get("metric") or {} for query in alarm.inputs.get("metricQueries", [])]
        for one in (alarm.inputs, *metrics):
            found.add((one.get("dimensions") or {}).get(key))
    return {value for value in found if value is not None}


@pytest.mark.parametrize(("stack", "watched"), [("prod", True), ("dev", False), ("staging", False)])
def test_a_load_balancer_of_production_has_alarms_in_production_alone(stack: str, watched: bool) -> None:
    assert (LOAD_BALANCER in dimensions(deployed(stack).of(ALARM), "LoadBalancer")) == watched


@pytest.mark.parametrize(("stack", "asked"), [("prod", True), ("dev", False)])
def test_the_shops_front_door_is_probed_once(stack: str, asked: bool) -> None:
    probes = deployed(stack).of("kubernetes:monitoring.coreos.com/v1:Probe")
    assert ("probes-cloudmart-frontend-cloudmart-storefront" in probes) == asked


def test_a_table_of_another_name_has_its_alarms_and_its_graphs(tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    path = project / "catalog" / "cloudmart.yaml"
    system = yaml.safe_load(path.read_text())
    orders = next(one for one in system["resources"] if one["name"] == "orders")
    orders["environments"] = {"prod": {}, "dev": {"table": "orders-of-dev"}}
    path.write_text(yaml.safe_dump(system, sort_keys=False))

    found = deploy("dev", root=project, changes={"dashboards": {"cloudwatch": True}})

    tables = dimensions(found.of(ALARM), "TableName")
    assert "orders-of-dev" in tables
    assert "cloudmart-orders" not in tables
    body = found.of(BOARD)["cloudwatch-aws-cloudmart"].inputs["dashboardBody"]
    assert '"orders-of-dev"' in body
    assert '"cloudmart-orders"' not in body
