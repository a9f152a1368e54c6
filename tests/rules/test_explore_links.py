"""The Explore link of every shipped alert opens the first queries of its runbook with the alert's own labels."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from authoring.bundles import assets
from authoring.docs import first_queries
from model import labels, names
from model.alerting import explore
from model.alerting.prometheus_rules import Links, Rule, RuleFile, for_environment
from model.assets import Asset, BundleKind, read_manifest
from model.yaml_file import read_yaml
from tests.model.alerting.test_explore import EVIL, GRAFANA, expanded, panes
from tests.tools import PROJECT

LINKS = Links(runbooks="https://example.com/runbooks", grafana=GRAFANA)
RUNBOOKS = PROJECT / "docs" / "runbooks"
STORES = {"promql": names.PROMETHEUS_DATASOURCE, "logql": names.LOKI_DATASOURCE}


def deployed() -> Iterator[tuple[str, Rule]]:
    """Every alert of Prometheus and Loki as an environment gets it, with a name for it that is used once."""
    for bundle in read_manifest(PROJECT, "rules").bundles:
        if bundle.kind in (BundleKind.PROMETHEUS, BundleKind.LOKI):
            text = (PROJECT / "rules" / bundle.path).read_text(encoding="utf-8")
            rules = for_environment(RuleFile.parse(Asset(bundle, bundle.path, text)), {}, LINKS, {})
            for number, rule in enumerate(rule for group in rules.groups for rule in group.rules if rule.alert):
                yield f"{bundle.name}/{number}/{rule.alert}", rule


ALERTS = dict(deployed())


def quoted(text: str) -> str:
    """As a query has it between quotes."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def test_the_table_of_first_queries_is_that_of_the_runbooks() -> None:
    outcomes = assets.write(PROJECT, first_queries.generate(PROJECT), check=True)
    assert [outcome.file for outcome in outcomes if outcome.state is not assets.State.UNCHANGED] == []


def test_a_project_without_runbooks_has_no_table(tmp_path: Path) -> None:
    assert first_queries.generate(tmp_path) == {}


def test_every_alert_opens_the_first_queries_of_its_runbook(tmp_path: Path) -> None:
    shown = {name: first_queries.first((RUNBOOKS / f"{rule.alert}.md").read_text()) for name, rule in ALERTS.items()}
    used = {
        name for queries in shown.values() for query in queries.values() for name in explore.VARIABLE.findall(query)
    }
    used |= {
        label
        for rule in ALERTS.values()
        for value in rule.labels.values()
        for label in re.findall(r"\$labels\.(\w+)", value)
    }
    series = {name: f"{EVIL}{name}" for name in sorted(used)}
    links = expanded({name: rule.annotations[labels.EXPLORE_URL] for name, rule in ALERTS.items()}, series, tmp_path)
    for name, rule in ALERTS.items():

        def value(found: re.Match[str], rule: Rule = rule) -> str:
            own = rule.labels.get(found[1], "")
            template = re.fullmatch(r"\{\{ \$labels\.(\w+) \}\}", own)
            text = series[template[1] if template else found[1]] if template or not own else own
            regular = re.search(r'=~"[^"]*$', found.string[: found.start()]) is not None
            return quoted(re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", text) if regular else text)

        expected = {STORES[language]: explore.VARIABLE.sub(value, query) for language, query in shown[name].items()}
        assert panes(links[name]) == expected, name


@pytest.mark.parametrize("path", sorted((PROJECT / "tests" / "rules" / "prometheus").glob("*.test.yaml")), ids=str)
def test_an_alert_has_the_labels_that_its_first_query_asks_for(path: Path) -> None:
    missing = {
        (case["alertname"], name)
        for test in read_yaml(path)["tests"]
        for case in test.get("alert_rule_test", ())
        for alert in case["exp_alerts"]
        for query in first_queries.first((RUNBOOKS / f"{case['alertname']}.md").read_text()).values()
        for name in explore.VARIABLE.findall(query)
        if name not in {*alert["exp_labels"], labels.CLUSTER}
    }
    assert missing == set()
