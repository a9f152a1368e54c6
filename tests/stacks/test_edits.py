"""An edit of the catalog touches what it is about: no other resource is updated, and no store of the platform restarts.

Rules and boards are bundles of files and follow from `make assets`; here it is the program alone.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.model.catalogs import good_system
from tests.stacks.deployment import copy_of_project, deploy, deployed

# What a change of the catalog may update besides the resources of the system that was edited.
GATEWAY = "gateway-otel-gateway-release"  # knows every component, to tell whose line or point it is
SAMPLER = "gateway-otel-sampler-release"  # knows every system, for its share of traces
EXPORTER = "cloudwatch-exporter-exporter-release"  # asks CloudWatch for each resource
FORWARDER = "alarm-forwarder-deployment"  # knows every alarm
STATUS = "slo-status-schedule"  # is started for each system
REPORTS = "reports-input"  # names every objective
INCIDENTS = {"incident-watch-scope", "incident-watch-deployment"}  # knows what calls what

Edit = Callable[[Path], object]


class Case(NamedTuple):
    edit: Edit
    updated: set[str]


def edited(change: Callable[[dict[str, Any]], object], name: str = "cloudmart.yaml") -> Edit:
    def edit(catalog: Path) -> None:
        path = catalog / name
        content = yaml.safe_load(path.read_text())
        change(content)
        path.write_text(yaml.safe_dump(content, sort_keys=False))

    return edit


def backend(system: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(part for part in system["components"] if part["name"] == "backend")
    return found


def a_tenth_more(system: dict[str, Any]) -> None:
    load = backend(system)["load"]
    load.update({key: int(amount * 1.1) if key == "series" else amount * 1.1 for key, amount in load.items()})


def a_small_system(catalog: Path) -> None:
    system = good_system("bookshop")
    system["owner"] = system["runbook_owner"] = "platform"
    for part in (*system["components"], *system["resources"]):
        part.pop("owner", None)
        part.pop("alarms", None)
    (catalog / "bookshop.yaml").write_text(yaml.safe_dump(system))


def one_more_table(system: dict[str, Any]) -> None:
    system["resources"].append(
        {
            "name": "wishes-table",
            "kind": "dynamodb-table",
            "description": "Wish lists.",
            "table": "cloudmart-wishes",
            "billing": "on-demand",
        }
    )


def one_more_probe(system: dict[str, Any]) -> None:
    probe = {"name": "wishes", "kind": "http", "target": "https://api.cloudmart.example.com/wishes", "reason": "New."}
    backend(system).setdefault("probes", []).append(probe)


def one_more_component(system: dict[str, Any]) -> None:
    system["components"].append(
        {
            "name": "recommender",
            "kind": "http-service",
            "title": "Recommender",
            "description": "Suggests products.",
            "telemetry": {"preset": "prometheus-http", "scrape": {"port": "metrics"}},
        }
    )


def another_threshold(system: dict[str, Any]) -> None:
    threshold = next(iter(backend(system)["thresholds"]))
    threshold["warning"] = threshold["warning"] * 0.9


CASES = {
    "a load within a tenth": Case(edited(a_tenth_more), {GATEWAY}),
    "a small system": Case(a_small_system, {GATEWAY, SAMPLER, EXPORTER, FORWARDER, REPORTS, STATUS, *INCIDENTS}),
    "a table": Case(
        edited(one_more_table),
        {EXPORTER, FORWARDER, "alarm-forwarder-cloudmart", "cloudmart-critical", "cloudmart-warning"},
    ),
    "a probe": Case(edited(one_more_probe), set()),
    "a component": Case(edited(one_more_component), {GATEWAY, *INCIDENTS}),
    "a threshold of a service": Case(edited(another_threshold), set()),
}


@pytest.mark.parametrize("stack", ["dev", "prod"])
@pytest.mark.parametrize("name", CASES)
def test_an_edit_updates_only_what_it_is_about(name: str, stack: str, tmp_path: Path) -> None:
    before, project = deployed(stack).resources, copy_of_project(tmp_path)
    CASES[name].edit(project / "catalog")
    after = deploy(stack, root=project).resources

    updated = {key for key in before.keys() & after.keys() if before[key].inputs != after[key].inputs}

    assert {key[1] for key in updated} <= CASES[name].updated
    assert before.keys() <= after.keys()
