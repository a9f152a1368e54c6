"""The route of auto-remediation beside the others: amtool says who is notified."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from configs.remediation_route import with_engine
from model.yaml_text import to_yaml
from tests.tools import PROJECT, run

SHIPPED: dict[str, Any] = yaml.safe_load((PROJECT / "rules/alertmanager/alertmanager.yaml").read_text("utf-8"))
WEBHOOK = {"webhook_configs": [{"url": "http://127.0.0.1:1/alertmanager"}]}
NAMES = ["HighMemoryUsage", "SloOutage"]
ALERTS = [
    {"alertname": name, "team": team, "severity": severity, "environment": "prod", "level": level}
    for name in ("SloOutage", "SloFastBurn", "Watchdog")
    for team in ("cloudmart", "nobody")
    for severity, level in (("critical", ""), ("critical", "2"), ("warning", ""), ("none", ""))
]


def receivers(config: Any, folder: Path, labels: dict[str, str]) -> list[str]:
    file = folder / "alertmanager.yaml"
    file.write_text(to_yaml({**config, "templates": []}))
    words = [f"{key}={value}" for key, value in labels.items() if value]
    return run("amtool", "config", "routes", "test", f"--config.file={file}", *words).strip().split(",")


def test_without_rules_nothing_changes() -> None:
    assert with_engine(SHIPPED, [], WEBHOOK) is SHIPPED


def test_the_engine_hears_its_alerts_first_and_everybody_else_what_they_heard_before(tmp_path: Path) -> None:
    config = with_engine(SHIPPED, NAMES, WEBHOOK)
    first = config["route"]["routes"][0]
    assert (first["continue"], first["group_by"], first["group_wait"]) == (True, ["..."], "0s")
    assert config["route"]["routes"][1:-1] == SHIPPED["route"]["routes"]
    for labels in ALERTS:
        before, after = receivers(SHIPPED, tmp_path, labels), receivers(config, tmp_path, labels)
        mine = ["remediation"] if labels["alertname"] in NAMES and not labels["level"] else []
        assert after == [*mine, *before], labels


@pytest.mark.parametrize("name", ["SloOutageX", "XSloOutage"])
def test_only_exact_names_reach_it(name: str, tmp_path: Path) -> None:
    assert "remediation" not in receivers(with_engine(SHIPPED, NAMES, WEBHOOK), tmp_path, {"alertname": name})


def test_amtool_takes_the_whole_configuration(tmp_path: Path) -> None:
    file = tmp_path / "alertmanager.yaml"
    file.write_text(to_yaml({**with_engine(SHIPPED, NAMES, WEBHOOK), "templates": []}))
    assert "SUCCESS" in run("amtool", "check-config", file)
