"""The rules that every component keeps. A new component is found by itself and fails until it has an example."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest

import components
from components.base import Component
from tests.components.examples import EXAMPLES, deploy, shown


def _found() -> Iterator[type[Component]]:
    for module in pkgutil.iter_modules(components.__path__, "components."):
        for _, cls in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(cls, Component) and cls is not Component and cls.__module__ == module.name:
                yield cls


EVERY = sorted(_found(), key=lambda cls: cls.__name__)

every_component = pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)


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
    result = deploy(EXAMPLES[cls])
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
    assert deploy(EXAMPLES[cls], preview=True).keys() == deploy(EXAMPLES[cls]).keys()


@every_component
def test_a_second_run_registers_the_same_inputs(cls: type[Component]) -> None:
    first, second = deploy(EXAMPLES[cls]), deploy(EXAMPLES[cls])

    assert {key: resource.inputs for key, resource in first.resources.items()} == {
        key: resource.inputs for key, resource in second.resources.items()
    }


@every_component
def test_what_is_put_out_equals_the_attributes(cls: type[Component]) -> None:
    attributes = inspect.get_annotations(cls)

    def attributes_of_the_example() -> dict[str, Any]:
        component = EXAMPLES[cls]()
        return {name: getattr(component, name) for name in attributes}

    values, _ = shown(attributes_of_the_example)

    assert deploy(EXAMPLES[cls]).only(cls).outputs == values
    assert values.keys() == attributes.keys()
