"""What is silenced, with an Alertmanager that remembers it."""

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from lab.errors import LabError
from lab.servers import silences as module
from lab.servers.silences import ABSENT, AUTHOR, silence_absent, wanted
from lab.workload.demand import Demand
from model.catalog.catalog import Catalog
from tests.lab import resources as given
from tests.tools import PROJECT

CATALOG = Catalog.load(PROJECT / "catalog")
CLOUDMART = Demand(systems=("cloudmart",))


class Alertmanager:
    """Its silences by number. ``status``: what it answers with."""

    def __init__(self) -> None:
        self.silences: dict[str, dict[str, Any]] = {}
        self.status = {"GET": 200, "POST": 200, "DELETE": 200}

    def request(self, method: str, url: str, *, body: str = "") -> tuple[int, str]:
        if method == "DELETE":
            self.silences[url.rpartition("/")[2]]["status"] = {"state": "expired"}
        elif method == "POST":
            number = str(len(self.silences))
            self.silences[number] = json.loads(body) | {"id": number, "status": {"state": "active"}}
        return self.status[method], json.dumps(list(self.silences.values()))

    @property
    def active(self) -> list[set[tuple[str, str, bool]]]:
        return [
            {(each["name"], each["value"], each["isEqual"]) for each in silence["matchers"]}
            for silence in self.silences.values()
            if silence["status"]["state"] == "active"
        ]


@pytest.fixture
def alertmanager(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Alertmanager:
    shutil.copytree(PROJECT / "catalog", tmp_path / "catalog")
    made = Alertmanager()
    monkeypatch.setattr(module, "request", made.request)
    return made


def silence(folder: Path, demand: Demand | None) -> None:
    silence_absent(dataclasses.replace(given.context(folder), demand=demand))


ALWAYS = [{("alertname", alert, True)} for alert in sorted(ABSENT)]


def of_all_but(systems: str) -> set[tuple[str, str, bool]]:
    return {("alertname", "LogsMissing", True), ("system", systems, False)}


@pytest.mark.parametrize(
    ("demand", "silenced"),
    [
        pytest.param(Demand(), [], id="all systems run"),
        pytest.param(CLOUDMART, [of_all_but("cloudmart")], id="one runs"),
        pytest.param(Demand(systems=("generic", "cloudmart")), [of_all_but("cloudmart|generic")], id="two run"),
        pytest.param(None, [of_all_but("")], id="none runs"),
    ],
)
def test_missing_lines_are_news_of_the_chosen_systems_alone(
    demand: Demand | None, silenced: list[set[tuple[str, str, bool]]], tmp_path: Path, alertmanager: Alertmanager
) -> None:
    silence(tmp_path, demand)

    assert alertmanager.active == [*ALWAYS, *silenced]


def test_the_next_up_follows_the_choice_and_silences_nothing_twice(tmp_path: Path, alertmanager: Alertmanager) -> None:
    silence(tmp_path, CLOUDMART)
    silence(tmp_path, CLOUDMART)
    assert len(alertmanager.silences) == 3

    silence(tmp_path, Demand(systems=("generic",)))
    assert alertmanager.active == [*ALWAYS, of_all_but("generic")]

    silence(tmp_path, Demand())
    assert alertmanager.active == ALWAYS


def test_silences_of_people_are_left_alone(tmp_path: Path, alertmanager: Alertmanager) -> None:
    matcher = {"name": "alertname", "value": "SloOutage", "isRegex": False, "isEqual": True}
    alertmanager.request("POST", "", body=json.dumps({"createdBy": "somebody", "matchers": [matcher]}))

    silence(tmp_path, None)

    assert alertmanager.active[0] == {("alertname", "SloOutage", True)}


def test_each_silence_says_why_and_whose_it_is(tmp_path: Path, alertmanager: Alertmanager) -> None:
    silence(tmp_path, CLOUDMART)

    assert [each["comment"] for each in alertmanager.silences.values()] == [
        "no DNS of a cluster here",
        "no Kubernetes API here",
        "a workload runs only of cloudmart",
    ]
    assert {each["createdBy"] for each in alertmanager.silences.values()} == {AUTHOR}
    assert "a workload runs of nobody" in wanted(None, CATALOG).values()


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_refusal_is_reported(method: str, tmp_path: Path, alertmanager: Alertmanager) -> None:
    if method == "DELETE":
        silence(tmp_path, CLOUDMART)
    alertmanager.status[method] = 400

    with pytest.raises(LabError, match="Alertmanager"):
        silence(tmp_path, Demand())
