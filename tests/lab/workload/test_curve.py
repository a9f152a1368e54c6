"""The traffic of a day, and how late visits are."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from lab.workload import arrivals
from lab.workload.arrivals import Punctuality, arrive
from lab.workload.demand import NIGHT, level
from lab.workload.effects import Effect
from lab.workload.runtime import PER_SECOND
from tests.lab.workload.runtimes import runtime


def test_traffic_is_highest_in_the_afternoon_and_lowest_twelve_hours_later() -> None:
    hours = [level(hour * 3600) for hour in range(24)]

    assert hours.index(max(hours)) == 15
    assert hours.index(min(hours)) == 3
    assert max(hours) == pytest.approx(1)
    assert min(hours) == pytest.approx(NIGHT)


def test_a_compressed_day_has_the_same_shape() -> None:
    assert level(7.5, day=12) == pytest.approx(level(15 * 3600))


def test_a_load_that_is_not_carried_is_reported_until_a_minute_has_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(arrivals, "monotonic", lambda: now)
    seen = Punctuality()
    seen.began(0.01)
    assert seen.carried

    now = 10
    seen.began(2.5)
    seen.began(0.1)
    assert (seen.lag, seen.carried) == (2.5, False)

    now = 71
    assert seen.carried
    assert seen.started == 3


def test_a_visit_that_was_left_out_is_counted_and_reported() -> None:
    seen = Punctuality()
    seen.skip(7)

    assert (seen.skipped, seen.carried) == (7, False)


def test_visits_stop_with_the_traffic_of_any_part_in_their_path(tmp_path: Path) -> None:
    async def run() -> tuple[int, int]:
        async with aiohttp.ClientSession() as session:
            made = runtime(tmp_path, session, "cloudmart")
            made.load, made.day = 100, 1e9
            (entry,) = made.plan.entries("cloudmart")
            seen = Punctuality()

            async def visit() -> None:
                await asyncio.sleep(0)

            task = asyncio.create_task(arrive(made, entry, seen, visit))
            while seen.started < 200:
                await asyncio.sleep(0.01)
            made.change([Effect(system="cloudmart", component="load-balancer", traffic=0)])
            await asyncio.sleep(0.2)
            before = seen.started
            await asyncio.sleep(0.3)
            task.cancel()
            return before, seen.started

    before, after = asyncio.run(run())
    assert before == after


def test_the_rate_of_visits_follows_load_share_hour_and_effects(tmp_path: Path) -> None:
    async def rates() -> list[float]:
        async with aiohttp.ClientSession() as session:
            made = runtime(tmp_path, session, "order-processor")
            made.load = 3
            entry = made.plan.entries("order-processor")[0]
            usual = made.rate(entry) / made.busy()
            made.change([Effect(system="order-processor", component=entry.part.name, traffic=2.5)])
            return [usual, made.rate(entry) / made.busy() / usual, entry.share]

    usual, factor, share = asyncio.run(rates())
    assert usual == pytest.approx(PER_SECOND * share * 3)
    assert factor == pytest.approx(2.5)
