"""Plan documents for tests, with what a test does not care about filled in."""

from typing import Any

from model.plan import FORMAT, Plan, PlannedResource

STACK = "pulumi:pulumi:Stack"


def urn_of(environment: str, type_: str, name: str) -> str:
    return f"urn:pulumi:{environment}::belfry::{type_}::{name}"


def planned_resource(type_: str, name: str, environment: str = "prod", **rest: Any) -> PlannedResource:
    """``rest``: keys of PlannedResource."""
    resource = PlannedResource(
        urn=urn_of(environment, type_, name),
        type=type_,
        name=name,
        parent="",
        provider="",
        protect=False,
        dependencies=[],
        inputs={},
    )
    return {**resource, **rest}  # type: ignore[typeddict-item]


def plan_document(*resources: PlannedResource, environment: str = "prod", **rest: Any) -> Plan:
    """``rest``: keys of Plan."""
    plan = Plan(
        format=FORMAT, environment=environment, offline=True, simulated=True, resources=list(resources), outputs={}
    )
    return {**plan, **rest}  # type: ignore[typeddict-item]
