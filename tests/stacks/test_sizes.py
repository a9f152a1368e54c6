"""Sizes that the stack's file leaves out, and warnings about those that it states."""

from pathlib import Path
from typing import Any

import pytest

from model.cluster.loki import Mode
from model.problems import BadInput
from model.sizing.load import Profile
from stacks import sizes
from stacks.inputs import Inputs, read
from stacks.platform_settings import Elasticsearch
from tests.stacks.deployment import ENVIRONMENTS, TODAY, copy_of_project, deploy, stack_config

ADOPTED = {"mode": "adopt", "name": "theirs"}


def inputs(stack: str = "dev", **changes: Any) -> Inputs:
    """What the program reads for a stack whose configuration has some keys replaced."""
    given = {key.removeprefix("belfry:"): value for key, value in stack_config(stack).items()}
    return read(stack, {**given, **changes}, today=TODAY)


def reported(found: Inputs) -> list[str]:
    return list(sizes.warnings(found.settings, found.size, "here"))


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_the_shipped_stack_files_are_large_enough(stack: str) -> None:
    assert reported(inputs(stack)) == []


def test_replicas_and_memory_that_are_left_out_follow_from_the_load() -> None:
    dev, prod = inputs("dev").settings, inputs("prod").settings
    assert (dev.metrics.replicas, dev.alerting.replicas, dev.logs.replicas, dev.traces.replicas) == (1, 1, 1, 1)
    assert (prod.metrics.replicas, prod.alerting.replicas, prod.logs.replicas, prod.traces.replicas) == (2, 3, 3, 2)
    assert prod.collectors.gateway.memory_mib > dev.collectors.gateway.memory_mib
    assert prod.logs.elasticsearch.memory_gib > Elasticsearch().memory_gib


def test_what_the_file_states_stays_and_is_reported_when_it_is_too_small() -> None:
    stated = inputs(
        "prod",
        logs={
            "backends": ["loki", "elasticsearch"],
            "elasticsearch": {"volume_gib": 400},
            "memory_mib": 1024,
            "volume_gib": 50,
        },
    )
    assert stated.settings.logs.memory_mib == 1024
    assert reported(stated) == [
        f"here:logs.memory_mib: memory 1024 MiB, computed need {stated.size.loki.memory_mib} MiB"
    ]


def test_no_volume_follows_from_the_load_because_a_claim_cannot_be_changed_in_place() -> None:
    small, large = (inputs("staging", sizing={"load_percent": percent}).settings for percent in (1, 100))
    assert small.metrics.volume_gib == large.metrics.volume_gib
    assert small.logs.volume_gib == large.logs.volume_gib
    assert small.collectors.gateway.volume_gib == large.collectors.gateway.volume_gib
    assert small.logs.elasticsearch.volume_gib == large.logs.elasticsearch.volume_gib


def test_production_is_a_pair_at_the_smallest_load() -> None:
    assert inputs("prod", sizing={"load_percent": 1}).size.profile is Profile.HA


def test_a_forced_profile_below_the_load_is_reported_by_part() -> None:
    found = inputs("dev", sizing={"profile": "single"})
    assert any(
        line.startswith("here:sizing.profile: profile single is forced, computed need of logs")
        for line in reported(found)
    )


def test_a_forced_distributed_profile_splits_loki() -> None:
    settings = inputs("staging", sizing={"profile": "distributed", "load_percent": 20}).settings
    assert settings.logs.mode is Mode.DISTRIBUTED


def test_the_traces_that_elasticsearch_keeps_are_in_its_size() -> None:
    apart = inputs("staging", traces={"storage": "memory"}, sizing={"load_percent": 100})
    shared = inputs("staging", sizing={"load_percent": 100})
    assert shared.size.elasticsearch.volume_gib > apart.size.elasticsearch.volume_gib


def test_an_adopted_cluster_is_as_large_as_the_file_says() -> None:
    few, many = (
        inputs("dev", cluster=ADOPTED, storage={"class": "gp3"}, sizing={"nodes": nodes}).size.load.series
        for nodes in (5, 50)
    )
    assert many - few == 45 * 3000


def test_the_warnings_are_shown_by_the_program(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    deploy("dev", root=copy_of_project(tmp_path), changes={"metrics": {"volume_gib": 1}})
    assert "Pulumi.dev.yaml: belfry:metrics.volume_gib: volume 1 GiB, computed need" in caplog.text


@pytest.mark.parametrize(
    ("sizing", "message"),
    [
        ({"profile": "huge"}, "sizing.profile: found 'huge'"),
        ({"load_percent": 0}, "sizing.load_percent"),
        ({"load_percent": 200}, "sizing.load_percent"),
        ({"nodes": 0}, "sizing.nodes"),
        ({"shards": 2}, "sizing.shards: unknown key"),
    ],
)
def test_a_sizing_that_says_nothing_sensible_is_refused(sizing: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        inputs("dev", sizing=sizing)
