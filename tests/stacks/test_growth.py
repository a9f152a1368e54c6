"""Adding a system, a component or a table is a catalog edit only, and the plan grows by just what follows from it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.model.catalogs import good_system
from tests.stacks.deployment import copy_of_project, deploy
from tests.synth import Key

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
PROBE = "kubernetes:monitoring.coreos.com/v1:Probe"
MONITOR = "kubernetes:monitoring.coreos.com/v1:ServiceMonitor"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_of_project(tmp_path)


def grown(project: Path, change: Callable[[Path], object]) -> set[Key]:
    """What a change of the catalog adds to dev; it takes nothing away."""
    before = deploy("dev", root=project).keys()
    change(project / "catalog")
    after = deploy("dev", root=project).keys()
    assert before <= after
    return after - before


def edit_cloudmart(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    def edit(catalog: Path) -> None:
        path = catalog / "cloudmart.yaml"
        system = yaml.safe_load(path.read_text())
        change(system)
        path.write_text(yaml.safe_dump(system, sort_keys=False))

    return edit


def test_a_table_more_is_its_alarms_more(project: Path) -> None:
    table = {
        "name": "wishes-table",
        "kind": "dynamodb-table",
        "description": "Wish lists.",
        "table": "cloudmart-wishes",
        "billing": "on-demand",
        "indexes": [{"name": "by-customer"}],
    }
    added = grown(project, edit_cloudmart(lambda system: system["resources"].append(table)))
    assert {type_ for type_, _ in added} == {"belfry:aws:ResourceAlarms", ALARM}
    names = {name for type_, name in added if type_ == ALARM}
    assert {
        "cloudmart-wishes-table-read-throttles",
        "cloudmart-wishes-table-system-errors",
        "cloudmart-wishes-table-index-read-throttles-by-customer",
    } <= names


def test_a_component_more_is_scraped(project: Path) -> None:
    component = {
        "name": "recommender",
        "kind": "http-service",
        "title": "Recommender",
        "description": "Suggests products.",
        "telemetry": {"preset": "prometheus-http", "scrape": {"port": "metrics"}},
    }
    added = grown(project, edit_cloudmart(lambda system: system["components"].append(component)))
    assert added == {(MONITOR, "scrape-cloudmart-recommender")}


def test_a_system_more_is_watched_whole(project: Path) -> None:
    system = good_system("bookshop")
    system["owner"] = system["runbook_owner"] = "platform"
    for part in (*system["components"], *system["resources"]):
        part.pop("owner", None)
        part.pop("alarms", None)
    added = grown(project, lambda catalog: (catalog / "bookshop.yaml").write_text(yaml.safe_dump(system)))
    assert ("belfry:aws:CompositeAlarms", "bookshop") in added
    assert all("bookshop" in name for _, name in added)
    assert (PROBE, "probes-bookshop-api-front-door") in added
    assert (MONITOR, "scrape-bookshop-worker") in added
    assert (ALARM, "bookshop-orders-read-capacity") in added
    assert (ALARM, "bookshop-carts-read-throttles") in added
