"""Planned resources for the tests of costs."""

from pathlib import Path
from typing import Any

from model.catalog.catalog import Catalog
from model.cost.monthly import Cost, Line, cost_of
from model.cost.prices import shipped
from tests.model.catalogs import write_catalog

Resource = dict[str, Any]
STACK = "urn:pulumi:prod::belfry::"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
GROUP = "aws:cloudwatch/logGroup:LogGroup"
NODES = "aws:eks/nodeGroup:NodeGroup"
RELEASE = "kubernetes:helm.sh/v3:Release"
HOURS = 730


def resource(
    type_: str, name: str = "it", /, *, inside: str = "", needs: tuple[str, ...] = (), **inputs: Any
) -> Resource:
    parents = f"{inside}$" if inside else ""
    return {
        "urn": f"{STACK}{parents}{type_}::{name}",
        "type": type_,
        "name": name,
        "parent": "",
        "dependencies": list(needs),
        "inputs": inputs,
    }


def in_region(region: str) -> Resource:
    return resource("pulumi:providers:aws", "aws", region=region)


def load(folder: Path, *systems: dict[str, Any]) -> Catalog:
    return Catalog.load(write_catalog(folder, systems))


def cost(catalog: Catalog, *resources: Resource) -> Cost:
    return cost_of(resources, catalog, shipped())


def only(found: Cost) -> Line:
    (line,) = found.lines
    return line


def query(id_: str, period: int = 60) -> dict[str, Any]:
    return {"id": id_, "metric": {"metricName": id_, "period": period}}


MATH = {"id": "result", "expression": "a+b", "returnData": True}


def nodes(**inputs: Any) -> Resource:
    scaling = {"desiredSize": 3, "minSize": 3, "maxSize": 6}
    return resource(NODES, **{"instanceTypes": ["m7i.large"], "scalingConfig": scaling, **inputs})
