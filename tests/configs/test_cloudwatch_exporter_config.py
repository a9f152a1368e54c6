"""The CloudWatch exporter takes the configuration that the shipped catalog leads to."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from model.catalog.catalog import Catalog
from model.metrics.cloudwatch_metrics import configuration, jobs
from tests import tools

CONFIG = configuration(jobs(Catalog.load(tools.PROJECT / "catalog")), "eu-central-1")


def verified(config: dict[str, Any], folder: Path) -> tuple[int, str]:
    file = folder / "config.yml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    done = subprocess.run(
        [tools.find("yace"), "verify-config", "--config.file", file], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def with_metric(**changes: Any) -> dict[str, Any]:
    """The configuration with its first metric changed."""
    first, *rest = CONFIG["static"]
    metric = {**first["metrics"][0], **changes}
    return {**CONFIG, "static": [{**first, "metrics": [metric]}, *rest]}


def test_the_exporter_takes_the_configuration_without_a_word(tmp_path: Path) -> None:
    code, said = verified(CONFIG, tmp_path)

    assert code == 0, said
    assert "Config file is valid" in said
    assert "WARN" not in said


@pytest.mark.parametrize(
    "config",
    [
        with_metric(length=60),
        {**CONFIG, "static": [{**CONFIG["static"][0], "regions": []}]},
        {"apiVersion": "v1alpha1"},
    ],
    ids=["a length below the period", "no region", "no job"],
)
def test_the_exporter_refuses_what_could_not_work(config: dict[str, Any], tmp_path: Path) -> None:
    assert verified(config, tmp_path)[0] == 1


@pytest.mark.parametrize("config", [with_metric(delay=300), with_metric(perid=300)], ids=["a delay", "a misspelt key"])
def test_trap_a_delay_of_a_static_job_and_a_misspelt_key_are_warned_of_and_passed_over(
    config: dict[str, Any], tmp_path: Path
) -> None:
    code, said = verified(config, tmp_path)

    assert code == 0
    assert "WARN" in said
