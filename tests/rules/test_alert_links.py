"""Follows the link of every shipped alert: to a board that is shipped, at the place that the alert is about.

Each alert is fired by promtool with labels whose values need escaping, so templates are filled in as in Prometheus.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
import yaml

from checks.boards.document import Document
from checks.boards.target_rules import parsed
from checks.rules.inference import metrics, source
from checks.rules.inference.shapes import Shapes
from checks.rules.inference.syntax import selectors
from model import labels
from model.alerting.prometheus_rules import Links, Rule, RuleFile, for_environment
from model.assets import Asset, Bundle, BundleKind, read_manifest
from model.catalog.catalog import Catalog
from model.dashboards import Board, chosen_labels
from tests.tools import PROJECT, run

LINKS = Links(runbooks="https://example.org/runbooks", grafana="https://grafana.example.org")
FILES = {path.stem: path.read_text(encoding="utf-8") for path in (PROJECT / "dashboards" / "grafana").glob("*.json")}
BOARDS = {uid: chosen_labels(text) for uid, text in FILES.items()}
BUNDLES = {b.name: b for b in read_manifest(PROJECT, "rules").bundles}
METRICS = {name: b for name, b in BUNDLES.items() if b.kind is BundleKind.PROMETHEUS}
LOGS = {name: b for name, b in BUNDLES.items() if b.kind is BundleKind.LOKI}
# Bundles of recording rules alone have no links.
ALERTING = sorted(
    name for name, b in {**METRICS, **LOGS}.items() if "alert:" in (PROJECT / "rules" / b.path).read_text()
)
# Alerts about one of these lead to a board that chooses by it.
PLACES = ("node", "namespace")
MONITORING = {Board.MONITORING, Board.SECURITY}


def text_of(bundle: Bundle) -> str:
    return (PROJECT / "rules" / bundle.path).read_text(encoding="utf-8")


@cache
def shapes() -> tuple[Shapes, dict[str, list[source.Rule]]]:
    found = {name: list(source.read(name, f"rules/{b.path}", text_of(b))) for name, b in METRICS.items()}
    known = metrics.gather(Catalog.load(PROJECT / "catalog"), [rule for rules in found.values() for rule in rules])
    return Shapes(known), found


def kept(bundle: Bundle) -> list[frozenset[str]]:
    """Labels of the series that each alert of a bundle fires with, in the alerts' order."""
    if bundle.kind is BundleKind.LOKI:
        # A log alert keeps what its outermost aggregation keeps.
        outermost = re.compile(r"[a-z]+\s+by\s*\(([^)]*)\)")
        rules = (rule for group in yaml.safe_load(text_of(bundle))["groups"] for rule in group["rules"])
        found = (outermost.match(rule["expr"].strip()) for rule in rules)
        return [frozenset(match[1].replace(" ", "").split(",")) if match else frozenset() for match in found]
    known, rules_of = shapes()
    alerts = [rule for rule in rules_of[bundle.name] if rule.alert]
    # An escalated copy keeps all labels of its source: nobody knows which.
    copied = frozenset({labels.CLUSTER, labels.SYSTEM, labels.COMPONENT, "alertname"})
    return [copied if (may := known.of(rule.expr).may) is None else may for rule in alerts]


def fired(bundle: Bundle) -> Iterator[tuple[Rule, dict[str, str]]]:
    """Every alert of a bundle as it is deployed, with the labels of a series that fires it."""
    asset = Asset(bundle, f"rules/{bundle.path}", text_of(bundle))
    rules = [r for g in for_environment(RuleFile.parse(asset), {}, LINKS, BOARDS).groups for r in g.rules if r.alert]
    for rule, names in zip(rules, kept(bundle), strict=True):
        yield rule, {name: f"{name} {{a}} & b=é/+" for name in sorted(names - {"alertname", "__name__"})}


def own_labels(rule: Rule, series: dict[str, str]) -> dict[str, str]:
    """What the alert carries: the labels of its series, and those that its rule puts over them."""
    over = {k: re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda m: series.get(m[1], ""), v) for k, v in rule.labels.items()}
    return {**series, **over}


def expected(rule: Rule, series: dict[str, str]) -> str:
    uid = urlsplit(rule.annotations[labels.DASHBOARD_URL].split("?")[0]).path.removeprefix("/d/")
    own = own_labels(rule, series)
    shown = {name: own[name] for name in sorted(BOARDS[uid] - {labels.CLUSTER}) if own.get(name)}
    if rule.labels.get(labels.SYSTEM) == labels.OWN_SYSTEM:
        shown = {name: value for name, value in shown.items() if name not in (labels.SYSTEM, labels.COMPONENT)}
    shown = {labels.CLUSTER: series.get(labels.CLUSTER, "$__all"), **shown}
    return f"{LINKS.grafana}/d/{uid}?" + "&".join(f"var-{name}={quote_plus(value)}" for name, value in shown.items())


@pytest.mark.parametrize("name", ALERTING)
def test_the_link_of_every_alert_opens_its_board_with_the_alerts_own_labels(name: str, tmp_path: Path) -> None:
    rules: list[dict[str, Any]] = []
    series, cases = [], []
    for place, (rule, own) in enumerate(fired(BUNDLES[name])):
        url = expected(rule, own)
        values = ", ".join(f"{label}={json.dumps(value, ensure_ascii=False)}" for label, value in own.items())
        series.append({"series": f"fires:{place}{{{values}}}", "values": "1x2"})
        alert = f"{rule.alert}{place}"
        link = {"link": rule.annotations[labels.DASHBOARD_URL]}
        rules.append({"alert": alert, "expr": f"fires:{place}", "annotations": link})
        alerts = [{"exp_labels": own, "exp_annotations": {"link": url}}]
        cases.append({"alertname": alert, "eval_time": "1m", "exp_alerts": alerts})
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": name, "rules": rules}]}), encoding="utf-8")
    test = {"interval": "1m", "input_series": series, "alert_rule_test": cases}
    document = {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]}
    (tmp_path / "links.test.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    run("promtool", "test", "rules", tmp_path / "links.test.yaml")


@pytest.mark.parametrize("name", ALERTING)
def test_the_board_selects_by_every_variable_that_the_link_sets(name: str) -> None:
    for rule, series in fired(BUNDLES[name]):
        url = urlsplit(expected(rule, series))
        chosen = chosen_by_queries(url.path.removeprefix("/d/"))
        for variable in parse_qs(url.query):
            assert variable.removeprefix("var-") in chosen, (
                f"{rule.alert}: no query of {url.path} selects by {variable}"
            )


@cache
def chosen_by_queries(uid: str) -> frozenset[str]:
    """Labels that some query of a board matches with the variable of the same name."""
    board = Document(json.loads(FILES[uid]))
    trees = [parsed(board, panel, target) for panel, target in board.targets]
    matchers = [m for tree in trees if tree for s in selectors(tree) for m in s.matchers.matchers]
    # Expanding left the variable's name in its place.
    return frozenset(matcher.name for matcher in matchers if matcher.name == matcher.value)


@pytest.mark.parametrize("name", ALERTING)
def test_an_alert_about_a_node_or_a_namespace_opens_a_board_that_chooses_by_it(name: str) -> None:
    for rule, series in fired(BUNDLES[name]):
        uid = urlsplit(rule.annotations[labels.DASHBOARD_URL].split("?")[0]).path.removeprefix("/d/")
        for place in PLACES:
            # The parts of the monitoring have a board of their own, which shows all of them.
            if place in series and uid not in MONITORING:
                assert place in BOARDS[uid], f"{rule.alert} is about a {place}, and {uid} does not choose by it"


# About the cluster's security and its nodes, which have boards of their own.
OTHERS = ("platform-security", "platform-node-provisioning")


def test_alerts_about_the_monitoring_open_its_board() -> None:
    own = [b for name, b in METRICS.items() if name.startswith("platform") and name not in OTHERS]
    found = [(rule, rule.annotations[labels.DASHBOARD_URL].split("?")[0]) for b in own for rule, _ in fired(b)]
    for engine, board in ((False, Board.MONITORING), (True, Board.REMEDIATION)):
        boards = {url for rule, url in found if str(rule.alert).startswith("Remediation") is engine}
        assert boards == {f"{LINKS.grafana}{board.path}"}
