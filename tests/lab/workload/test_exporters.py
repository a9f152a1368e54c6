"""Simulated exporters: the exporters' own names and labels, and what effects make of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from lab.workload.effects import Effect
from lab.workload.exporters import Page
from model.metrics import metric_inventory
from tests.lab.workload.running import Running, with_running

HUB, RECIPES = "bakhmach", "alchemorsel"
TARGET_LABELS = {"system", "component", "namespace", "pod", "container"}


def values(running: Running, effects: Sequence[Effect], name: str, **labels: str) -> list[float]:
    running.runtime.change(effects)
    return [
        sample.value
        for metric in Page(running.runtime).collect()
        for sample in metric.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]


def test_every_series_is_one_that_the_real_exporter_has_with_its_labels(tmp_path: Path) -> None:
    async def compare(running: Running) -> None:
        real = metric_inventory.load().metrics
        for metric in Page(running.runtime).collect():
            for sample in metric.samples:
                assert sample.name in real
                assert set(sample.labels) - TARGET_LABELS <= real[sample.name], sample.name

    with_running(tmp_path, HUB, compare)
    with_running(tmp_path, RECIPES, compare)


def test_no_series_is_there_twice(tmp_path: Path) -> None:
    async def count(running: Running) -> None:
        samples = [sample for metric in Page(running.runtime).collect() for sample in metric.samples]
        series = [(sample.name, *sorted(sample.labels.items())) for sample in samples]
        assert len(series) == len(set(series)) > 0

    with_running(tmp_path, RECIPES, count)


POD = {"pod": "backend-5d8f7c9b64-x7k2p"}
CASES: list[Any] = [
    ("backend", {"memory": 0.97}, "container_memory_working_set_bytes", POD, 0.97 * 2**29),
    ("backend", {"down": True}, "kube_deployment_status_replicas_available", {"deployment": "backend"}, 0),
    ("postgres", {"down": True}, "pg_up", {"component": "postgres"}, 0),
    ("cache", {"down": True}, "redis_up", {"component": "cache"}, 0),
    ("cache", {"memory": 0.95}, "redis_memory_used_bytes", {}, 0.95 * 13 * 2**30),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[2]}")
def test_an_effect_shows_in_the_series_that_rules_read(tmp_path: Path, case: Any) -> None:
    part, fields, series, labels, value = case

    async def look(running: Running) -> None:
        effect = Effect.model_validate({"system": HUB, "component": part, **fields})

        assert values(running, [effect], series, **labels) == [pytest.approx(value)]
        assert values(running, [], series, **labels) != [pytest.approx(value)]

    with_running(tmp_path, HUB, look)


def test_used_connections_are_a_share_of_what_the_catalog_allows(tmp_path: Path) -> None:
    async def look(running: Running) -> None:
        database = running.part("database").database
        assert database
        effect = Effect(system=RECIPES, component="database", connections=0.95)

        used = sum(values(running, [effect], "pg_stat_activity_count"))
        assert used == pytest.approx(0.95 * database.max_connections)

    with_running(tmp_path, RECIPES, look)


def test_messages_that_wait_are_what_cloudwatch_says_of_the_queue_and_not_of_its_dead_letters(tmp_path: Path) -> None:
    async def look(running: Running) -> None:
        running.runtime.change([Effect(system=HUB, component="queue", consumers_stopped=True)])
        for _ in range(3):
            await running.get("backend", "/api/reports", "POST")
        stopped = running.runtime.effects

        name = "aws_sqs_approximate_number_of_messages_visible_average"
        assert values(running, stopped, name, dimension_QueueName="bakhmach-jobs") == [3]
        assert values(running, stopped, name, dimension_QueueName="bakhmach-jobs-dead") == [0]
        sent = "aws_sqs_number_of_messages_sent_sum"
        assert values(running, stopped, sent, dimension_QueueName="bakhmach-jobs") == [3]

    with_running(tmp_path, HUB, look)
