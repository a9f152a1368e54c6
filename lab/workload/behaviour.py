"""What the parts do beside calling each other: their routes, and the business metrics that requests leave behind.

``behaviour.yaml`` says it for the systems of the catalog. For any other part it follows from the catalog alone: a route
for each part it depends on, and for each metric the series that KPIs and objectives ask for.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from lab.workload.plan import Part, Plan
from model.base import Model
from model.catalog.telemetry import Metric
from model.vocabulary import MetricType
from model.yaml_file import read_yaml

FILE = Path(__file__).with_name("behaviour.yaml")
LOGIN = "login"

# Of a hundred requests, those that use a part of this kind, where nothing else is said. Models are slow and dear.
_SHARES = {"ai-service": 3.0, "external-service": 5.0, "sqs-queue": 10.0, "http-service": 15.0}
_OTHERS_SHARE = 25.0
_LOGIN_SHARE = 4.0
# Parts that are no request's business.
_NEVER = {"lambda-function", "certificate", "nat-gateway", "ec2-instance", "web-acl"}


class Route(Model):
    """``path`` with ``{id}`` where a number stands; ``calls``: names of parts, in turn. ``action``: of its log line."""

    method: str = "GET"
    path: str
    weight: Annotated[float, Field(gt=0)]
    calls: tuple[str, ...] = ()
    action: str = ""


class Series(Model):
    """One series of a metric: a request (view, job) leaves in ``chance`` of cases a value within ``value``.

    A gauge has a level within ``value``; ``busy``: times the share of the busy hour's traffic there is.
    """

    labels: dict[str, str] = Field(default_factory=dict)
    value: tuple[float, float] = (1, 1)
    chance: Annotated[float, Field(ge=0, le=1)] = 1
    routes: tuple[str, ...] = Field(default=(), description="Only requests of these paths; empty: all.")
    busy: bool = False


class Behaviour(Model):
    """Of one part."""

    routes: tuple[Route, ...] = ()
    metrics: dict[str, tuple[Series, ...]] = Field(default_factory=dict)


@cache
def written() -> dict[str, Behaviour]:
    """What the file says, by system/component."""
    document: Any = read_yaml(FILE, FILE.name)
    return {name: Behaviour.model_validate(content) for name, content in document.items()}


def behaviour(plan: Plan, part: Part, made: str) -> Behaviour:
    """Of ``part``, complete; without metrics that match ``made``: the workload makes them by doing what they count."""
    found = written().get("/".join(part.key), Behaviour())
    return Behaviour(
        routes=found.routes or tuple(_routes(plan, part)),
        metrics={
            metric.name: found.metrics.get(metric.name) or tuple(_series(plan, part, metric))
            for metric in part.metrics
            if metric.name in found.metrics or not re.fullmatch(made, metric.name)
        },
    )


def _routes(plan: Plan, part: Part) -> Iterator[Route]:
    parts = [plan.parts[key] for key in part.calls]
    for one in parts:
        if one.kind not in _NEVER:
            weight = _SHARES.get(one.kind, _OTHERS_SHARE)
            yield Route(path=f"/api/{one.name}/{{id}}", weight=weight, calls=(one.name,), action=f"read-{one.name}")
    yield Route(method="POST", path="/api/login", weight=_LOGIN_SHARE, action=LOGIN)


def _series(plan: Plan, part: Part, metric: Metric) -> Iterator[Series]:
    """One series for each that somebody asks for, and one with made-up labels."""
    asked = [labels for labels in _asked(plan, part.system, metric.name) if set(labels) <= set(metric.labels)]
    for labels in [*asked, {}] if metric.labels or not asked else asked:
        whole = {name: labels.get(name, "other") for name in metric.labels}
        if metric.type is MetricType.GAUGE:
            yield Series(labels=whole, value=(1, 1))
        else:
            yield Series(
                labels=whole, chance=0.1, value=(0.02, 0.08) if metric.type is MetricType.HISTOGRAM else (1, 1)
            )


def _asked(plan: Plan, system: str, name: str) -> list[Mapping[str, str]]:
    """Labels that KPIs and objectives of the system ask for by equality, each set once."""
    (found,) = [one for one in plan.systems if one.system == system]
    asked = [
        dict(re.findall(r'^([a-zA-Z_]\w*)="([^"]+)"$', "\n".join(chosen["where"]), re.MULTILINE))
        for chosen in _choices(found.model_dump(mode="json"))
        if chosen["metric"] in (name, f"{name}_count")
    ]
    return [labels for index, labels in enumerate(asked) if labels and labels not in asked[:index]]


def _choices(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "metric" in value and "where" in value:
            yield value
        for inner in value.values():
            yield from _choices(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _choices(inner)
