"""The rules that every component keeps. A new component is found by itself and fails until it has an example."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pulumi
import pytest

import components
from components.base import Component
from tests.components.examples import EXAMPLES, deploy, shown
from tests.synth import Synth


def _found() -> Iterator[type[Component]]:
    for module in pkgutil.iter_modules(components.__path__, "components."):
        for _, cls in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(cls, Component) and cls is not Component and cls.__module__ == module.name:
                yield cls


EVERY = sorted(_found(), key=lambda cls: cls.__name__)

every_component = pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)


WORKLOADS = {"CronJob", "DaemonSet", "Deployment", "Job", "StatefulSet"}


@cache
def example_by_name(name: str) -> Synth:
    return deploy(next(make for cls, make in EXAMPLES.items() if cls.__name__ == name))


def example(cls: type[Component]) -> Synth:
    return example_by_name(cls.__name__)


def pods(cls: type[Component]) -> Iterator[dict[str, Any]]:
    """The pods that the component registers itself, not by a chart."""
    for resource in example(cls).resources.values():
        kind = resource.type.rpartition(":")[2]
        if resource.type.startswith("kubernetes:") and kind in WORKLOADS:
            spec = resource.inputs["spec"]
            yield (spec["jobTemplate"]["spec"] if kind == "CronJob" else spec)["template"]["spec"]


def plain(value: Any) -> Any:
    """The same with archives as their files: two objects with the same files are not equal."""
    if isinstance(value, pulumi.Asset | pulumi.Archive):
        return plain(vars(value))
    if isinstance(value, dict):
        return {key: plain(below) for key, below in value.items()}
    return [plain(below) for below in value] if isinstance(value, list) else value


def test_every_component_has_an_example() -> None:
    assert set(EXAMPLES) == set(EVERY)


@every_component
def test_the_type_token_is_a_literal_of_the_project_its_group_and_the_class(cls: type[Component]) -> None:
    source = ast.parse(inspect.getsource(inspect.getmodule(cls) or cls))
    (class_,) = (node for node in source.body if isinstance(node, ast.ClassDef) and node.name == cls.__name__)
    tokens = [
        call.args[0].value
        for call in class_.decorator_list
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) == "pulumi.type_token"
        and isinstance(call.args[0], ast.Constant)
    ]
    (token,) = tokens
    assert token in {f"belfry:aws:{cls.__name__}", f"belfry:kubernetes:{cls.__name__}"}


@every_component
def test_the_class_says_what_it_is(cls: type[Component]) -> None:
    assert vars(cls)["__doc__"]


@every_component
def test_all_that_a_component_registers_hangs_under_it_and_bears_its_name(cls: type[Component]) -> None:
    result = example(cls)
    component = result.only(cls)
    tokens = {pulumi.get_type_token(known) for known in EVERY}

    assert [resource for resource in result.resources.values() if resource.parent is None] == [component]
    for resource in result.resources.values():
        if resource is not component:
            assert resource.parent in result.resources
            assert resource.parent[0] in tokens, f"{resource.key} hangs under {resource.parent}, which is no component"
            assert resource.name.startswith(f"{resource.parent[1]}-")


@every_component
def test_a_preview_registers_what_an_update_registers(cls: type[Component]) -> None:
    assert deploy(EXAMPLES[cls], preview=True).keys() == example(cls).keys()


@every_component
def test_a_second_run_registers_the_same_inputs(cls: type[Component]) -> None:
    first, second = example(cls), deploy(EXAMPLES[cls])

    assert {key: plain(resource.inputs) for key, resource in first.resources.items()} == {
        key: plain(resource.inputs) for key, resource in second.resources.items()
    }


@every_component
def test_what_is_put_out_equals_the_attributes(cls: type[Component]) -> None:
    attributes = inspect.get_annotations(cls)

    def attributes_of_the_example() -> dict[str, Any]:
        component = EXAMPLES[cls]()
        return {name: getattr(component, name) for name in attributes}

    values, _ = shown(attributes_of_the_example)

    assert example(cls).only(cls).outputs == values
    assert values.keys() == attributes.keys()


def test_pods_fit_a_restricted_namespace_and_are_sized_and_pinned() -> None:
    found = {cls: list(pods(cls)) for cls in EVERY}
    assert sum(map(bool, found.values())) >= 8
    for cls, pod in ((cls, pod) for cls, several in found.items() for pod in several):
        assert pod["automountServiceAccountToken"] is False, cls
        assert pod["securityContext"]["runAsNonRoot"] is True, cls
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, cls
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, cls
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}, cls
            assert container["resources"]["limits"].keys() == {"memory"}, cls
            assert re.search(r":v?\d+\.\d+\.\d+|@sha256:", container["image"]), cls
