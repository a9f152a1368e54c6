"""The control API and its client."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from lab.errors import LabError
from lab.workload import control
from lab.workload.api import Api
from lab.workload.effects import MEANINGFUL, Effect, of_part, unfit
from lab.workload.exporters import Page
from lab.workload.listener import LAST
from model.problems import BadInput
from tests.lab.workload.running import Running, with_running

T = TypeVar("T")
SLOW = Effect(system="cloudmart", component="products", slower=20)


def with_api(folder: Path, test: Callable[[str], T]) -> T:
    """What ``test`` answers, given the address of a running workload."""

    async def run(running: Running) -> T:
        logs = [actor.log for actor in running.workload.actors.values() if actor.log]
        api = Api(running.runtime, running.workload.punctuality, Page(running.runtime), logs)
        async with api.listening(LAST + 7):
            return await asyncio.to_thread(test, f"http://{api.address}")

    return with_running(folder, "cloudmart", run)


def test_effects_are_applied_shown_and_taken_away(tmp_path: Path) -> None:
    def change(endpoint: str) -> list[tuple[Effect, ...]]:
        control.apply(endpoint, [SLOW])
        shown = [control.present(endpoint)]
        control.apply(endpoint, [Effect(system="cloudmart", component="backend", errors=0.5)])
        shown.append(control.present(endpoint))
        control.clear(endpoint)
        return [*shown, control.present(endpoint)]

    first, second, third = with_api(tmp_path, change)
    assert first == (SLOW,)
    assert [effect.component for effect in second] == ["backend"]
    assert third == ()


def test_all_mistakes_are_one_error_and_nothing_changes(tmp_path: Path) -> None:
    wrong = [
        Effect(system="cloudmart", component="orderz"),
        Effect(system="cloudmart", component="products", cost=3, traffic=2),
        SLOW,
    ]

    def apply(endpoint: str) -> tuple[tuple[str, ...], tuple[Effect, ...]]:
        with pytest.raises(BadInput) as error:
            control.apply(endpoint, wrong)
        return tuple(str(problem) for problem in error.value.problems), control.present(endpoint)

    said, present = with_api(tmp_path, apply)
    assert present == ()
    assert any(
        "'cloudmart/orderz', which does not run; allowed: " in line and "cloudmart/orders" in line for line in said
    )
    assert "effects: cloudmart/products: found cost, which has no effect on a dynamodb-table" in said
    assert "effects: cloudmart/products: found traffic, which has no effect on a dynamodb-table" in said
    assert any("'cloudmart/products' 2 times" in line for line in said)


def test_the_state_names_every_part_and_says_that_the_load_is_carried(tmp_path: Path) -> None:
    state = with_api(tmp_path, control.state)

    assert ("cloudmart", "backend", "http-service") in {(p.system, p.component, p.kind) for p in state.parts}
    assert (state.carried, state.skipped) == (True, 0)


def test_a_workload_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="the workload does not answer"):
        control.present(f"http://127.0.0.1:{LAST + 8}")


def test_an_effect_of_a_part_that_nothing_is_done_to_does_nothing() -> None:
    assert of_part([SLOW], "cloudmart", "products") is SLOW
    assert of_part([SLOW], "cloudmart", "orders") == Effect(system="cloudmart", component="orders")


def test_every_field_means_something_for_some_kind() -> None:
    fields = set(Effect.model_fields) - {"system", "component"}

    assert set().union(*MEANINGFUL.values()) == fields
    assert unfit("elasticache", Effect(system="a", component="b", cache_hits=0, cost=2)) == ["cost"]
