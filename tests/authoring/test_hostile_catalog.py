"""Catalogs with texts and names that mean something in YAML, Go's templates, PromQL and LogQL.

Whatever the types accept is in the rules exactly as it was written, and Prometheus, Loki and Alertmanager take the
files. Their tools are started once each, for all catalogs together.
"""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from authoring.rules import alertmanager, kpis, log_rules, owners, slo, thresholds
from authoring.text import to_yaml
from model.catalog.catalog import Catalog
from model.catalog.checks import check
from model.catalog.system import System
from model.catalog.teams import Organization
from tests.model.catalogs import Document, good_organization, good_system
from tests.tools import run

CATALOGS = 25

# Pieces of texts that end, open or comment out something in one of the languages, or are another type to YAML.
_PIECES = (
    *("{{", "}}", "{", "}", "{{ nosuchfunc }}", '{{ query "up" }}', "{{- $value -}}", '{{ "{{" }}', "{{/*", "{{define"),
    *("`", "\\", '"', "'", "$labels.x", "$", "%", "%q", "\\n", "\n", "\n\n", "\n  - a: b", "\t", "\u2028", "\u00a0"),
    *(": ", " #", "- ", "? ", "|", ">", "&a", "*a", "!t", "@", "---", "...", "[", "]", ",", "null", "yes", "1e3", "~"),
    *("é", "\U0001f600", "shop", " ", "*/", "-->", "<b>"),
)
_CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cn"), exclude_characters="\ufeff")
TEXTS = st.lists(st.sampled_from(_PIECES) | st.text(_CHARACTERS, max_size=3), min_size=1, max_size=8).map(
    lambda pieces: "".join(pieces).strip() or "{"
)
WORDS = st.sampled_from(("null", "true", "false", "yes", "no", "on", "off", "y", "n", "e1", "inf", "nan", "a-1", "x2"))
VALUES = st.text(_CHARACTERS.filter(lambda character: character not in '"\\\u2028\u2029'), min_size=1)


@st.composite
def documents(draw: st.DrawFn) -> tuple[Document, Document]:
    """A system and its organization, with hostile texts, names and values in every place that rules show."""
    system, organization = good_system("s"), good_organization()
    team = draw(WORDS.filter(lambda word: word != "platform"))
    organization["teams"][1]["name"] = system["owner"] = team
    system["title"], system["anomalies"] = draw(TEXTS), {"reason": draw(TEXTS)}
    api, worker, _ = system["components"]
    names = iter(draw(st.lists(WORDS, min_size=3, max_size=3, unique=True)))
    old, api["name"], worker["name"] = (api["name"], worker["name"]), next(names), next(names)
    renamed = dict(zip(old, (api["name"], worker["name"]), strict=True))
    for part in (*system["components"], *system["resources"]):
        part["depends_on"] = [renamed.get(name, name) for name in part.get("depends_on", ())]
    for component in system["components"]:
        component["title"] = draw(TEXTS)
    for each in (*api["objectives"], *worker["objectives"], *worker["thresholds"], *system["thresholds"]):
        each["reason"] = draw(TEXTS)
    for objective in api["objectives"]:
        objective.get("alert_at", {})["reason"] = draw(TEXTS)
    worker["objectives"][0]["sli"]["total"]["where"] = [f'queue!="{draw(VALUES)}"']
    api["rate_limits"] = [{"route": draw(st.sampled_from(("/a|b*", "/x.y", "/i/{id}", "/q?x=[1]"))), **_LIMIT}]
    queue = draw(st.sampled_from(("1e3", "null", "yes", "0x10", "0o17", "a-1", "1_0", "_")))
    system["resources"][3] |= {"queue": queue, "dead_letter_queue": f"{queue}-dead"}
    for kpi in system["kpis"]:
        kpi |= {"component": api["name"], "title": draw(TEXTS), "description": draw(TEXTS)}
    kpi = system["kpis"][1]
    kpi |= {"name": next(names), "alerts": {"floor": 10, "hold": "1m", "reason": draw(TEXTS)}}
    kpi["measure"]["gauge"]["where"] = [f'plan!="{draw(VALUES)}"']
    return system, organization


_LIMIT = {"requests_per_minute": 5, "burst": 2}


@pytest.fixture(scope="module")
def catalogs() -> list[Catalog]:
    found: list[Catalog] = []
    number = count()

    @seed(20260307)
    @settings(max_examples=CATALOGS, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(documents())
    def collect(given: tuple[Document, Document]) -> None:
        document, teams = given
        document["system"] = f"s{next(number)}"
        system, organization = System.model_validate(document), Organization.model_validate(teams)
        assert check(organization, [system], "catalog") == []
        found.append(Catalog.of(organization, [system]))

    collect()
    assert len(found) == CATALOGS
    return found


def _files(catalog: Catalog) -> dict[str, str]:
    [system] = catalog.systems
    return {
        **thresholds.generate(catalog),
        **kpis.generate(catalog),
        **log_rules.generate(catalog),
        slo.path(system): slo.rule_file(system),
        **owners.generate(catalog),
    }


@pytest.fixture(scope="module")
def written(catalogs: list[Catalog], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    for kind in ("prometheus", "loki"):
        (folder / "rules" / kind).mkdir(parents=True)
    for number, catalog in enumerate(catalogs):
        for file, text in _files(catalog).items():
            (folder / file).write_text(text, encoding="utf-8")
        (folder / f"alertmanager-{number}.yaml").write_text(alertmanager.generate(catalog), encoding="utf-8")
    return folder


def _rules(text: str) -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load(text)["groups"]:
        yield from group["rules"]


def test_every_label_is_the_text_that_the_catalog_has(catalogs: list[Catalog]) -> None:
    for catalog in catalogs:
        [system] = catalog.systems
        parts = {part.name for part in (*system.components, *system.resources)}
        for text in _files(catalog).values():
            for rule in _rules(text):
                labels = rule.get("labels", {})
                assert all(isinstance(value, str) for value in labels.values()), labels
                component = labels.get("component", "{{")
                assert component in {*parts, "network"} or component.startswith("{{")
        (text,) = owners.generate(catalog).values()
        queues = [r["labels"] for r in _rules(text) if r["record"] == "queue:owner:info"]
        assert {"dimension_QueueName", "role", "system", "component", "team"} == set(queues[0])
        assert queues[0]["dimension_QueueName"] == system.resources[3].queue  # type: ignore[union-attr]


def test_prometheus_takes_the_rules(written: Path) -> None:
    run("promtool", "check", "rules", "--lint=none", *sorted((written / "rules" / "prometheus").iterdir()))


def test_loki_takes_the_rules(written: Path) -> None:
    files = sorted((written / "rules" / "loki").iterdir())
    assert len(files) == CATALOGS
    run("lokitool", "rules", "check", "--strict", *files)


def test_alertmanager_takes_the_configurations(written: Path) -> None:
    run("amtool", "check-config", *sorted(written.glob("alertmanager-*.yaml")))


def test_an_alert_shows_titles_and_reasons_as_they_were_written(catalogs: list[Catalog], written: Path) -> None:
    cases = []
    for catalog in catalogs:
        [system] = catalog.systems
        component, kpi = system.components[0], system.kpis[1]
        assert kpi.alerts
        says = f'the KPI "{kpi.title}" is 1, below the floor of 10'
        labels = {"system": system.system, "component": component.name, "cluster": "c"}
        series = ", ".join(f'{name}="{value}"' for name, value in labels.items())
        cases.append(
            {
                "name": system.system,
                "interval": "1m",
                "input_series": [{"series": f"active_users{{{series}}}", "values": "1x10"}],
                "alert_rule_test": [
                    {
                        "alertname": "KpiBelowFloor",
                        "eval_time": "5m",
                        "exp_alerts": [
                            {
                                "exp_labels": {
                                    **labels,
                                    "severity": "warning",
                                    "team": str(system.owner),
                                    "kpi": kpi.name,
                                },
                                "exp_annotations": {
                                    "summary": f"{system.system}/{component.name}: {says}",
                                    "description": f"{system.title}: {says}. {kpi.alerts.reason}",
                                    "dashboard_url": f"/d/belfry-business-{system.system}",
                                },
                            }
                        ],
                    }
                ],
            }
        )
    document = {"rule_files": ["rules/prometheus/kpis-*.yaml"], "evaluation_interval": "1m", "tests": cases}
    path = written / "cases.test.yaml"
    path.write_text(to_yaml(document, ""), encoding="utf-8")
    run("promtool", "test", "rules", path)
