"""Prometheus rule files: what an alert must carry, and what an environment may change."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from model.alerting.prometheus_rules import (
    AlertOverride,
    Group,
    Links,
    Rule,
    RuleFile,
    for_environment,
    unknown_overrides,
)
from model.alerting.rule_objects import SHIPPED, shipped_rules
from model.assets import Asset, Bundle
from model.problems import BadInput
from tests.tools import run

LINKS = Links(runbooks="https://example.com/runbooks", grafana="https://grafana.example.com")
BOARDS = {"home": {"cluster", "system", "component", "node"}}


def alert(name: str = "ApiDown", **changes: Any) -> dict[str, Any]:
    return {
        "alert": name,
        "expr": "up == 0",
        "for": "5m",
        "labels": {"severity": "critical", "team": "shop"},
        "annotations": {"summary": "Down", "description": "Nobody answers.", "dashboard_url": "/d/home"},
        **changes,
    }


def parse(*rules: dict[str, Any], **group: Any) -> RuleFile:
    return parse_document({"groups": [{"name": "shop", **group, "rules": list(rules)}]})


def parse_document(document: dict[str, Any]) -> RuleFile:
    bundle = Bundle.model_validate(
        {
            "name": "shop",
            "kind": "prometheus",
            "path": "prometheus/shop.yaml",
            "version": "1.0.0",
            "maturity": "stable",
            "owner": "platform",
            "description": "Rules.",
        }
    )
    return RuleFile.parse(Asset(bundle, "rules/prometheus/shop.yaml", yaml.safe_dump(document)))


def mistakes(*rules: dict[str, Any]) -> str:
    with pytest.raises(BadInput) as caught:
        parse(*rules)
    return str(caught.value)


def test_a_rule_file_comes_out_as_it_went_in() -> None:
    record = {"record": "job:up:sum", "expr": "sum by (job) (up)", "labels": {"a": "b"}}
    document = {
        "groups": [
            {"name": "records", "interval": "1m", "limit": 10, "rules": [record]},
            {"name": "alerts", "rules": [alert(keep_firing_for="10m")]},
        ]
    }
    assert parse_document(document).as_prometheus() == document


def test_alerts_are_named_once_each_in_order() -> None:
    record = {"record": "job:up:sum", "expr": "sum by (job) (up)"}
    assert parse(alert("B"), record, alert("A"), alert("B")).alerts == ("B", "A")


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        pytest.param({"expr": "up"}, "exactly one of them", id="neither a record nor an alert"),
        pytest.param(alert(record="a:b"), "exactly one of them", id="both a record and an alert"),
        pytest.param(
            alert(labels={"team": "shop"}),
            "found severity None; allowed: critical, warning, info, none",
            id="no severity",
        ),
        pytest.param(
            alert(labels={"severity": "Critical", "team": "shop"}), "found severity 'Critical'", id="capital severity"
        ),
        pytest.param(
            alert(labels={"severity": "info"}, annotations={"summary": "x"}),
            "alert ApiDown: found no team, description",
            id="no team and no description",
        ),
        pytest.param(alert("apiDown"), "alert", id="a name that is no CamelCase"),
        pytest.param(alert(**{"for": "soon"}), "'soon'", id="a duration that is none"),
        pytest.param(alert(severity="critical"), "unknown key", id="a label at the wrong place"),
    ],
)
def test_an_incomplete_alert_is_refused(rule: dict[str, Any], message: str) -> None:
    found = mistakes(rule)
    assert found.startswith("1 error in the input")
    assert "rules/prometheus/shop.yaml: groups[0].rules[0]" in found
    assert message in found


def test_a_group_without_rules_is_refused() -> None:
    assert "groups[0].rules" in mistakes()


def test_links_become_absolute_and_every_alert_gets_its_runbook() -> None:
    record = {"record": "job:up:sum", "expr": "sum by (job) (up)"}
    bare = alert("Bare", annotations={"summary": "x", "description": "y"})
    first, second, third = for_environment(parse(alert(), bare, record), {}, LINKS, BOARDS).groups[0].rules
    assert first.annotations["runbook_url"] == "https://example.com/runbooks/ApiDown.md"
    assert first.annotations["dashboard_url"].startswith("https://grafana.example.com/d/home?")
    assert second.annotations["runbook_url"] == "https://example.com/runbooks/Bare.md"
    assert "dashboard_url" not in second.annotations
    assert third.as_prometheus() == record


def test_an_alert_that_speaks_for_another_leads_to_the_others_runbook() -> None:
    texts = {"summary": "x", "description": "y", "runbook_url": "{{ $labels.alertname }}.md"}
    [rule] = for_environment(parse(alert("Escalation", annotations=texts)), {}, LINKS, BOARDS).groups[0].rules
    assert rule.annotations["runbook_url"] == "https://example.com/runbooks/{{ $labels.alertname }}.md"


def test_a_link_to_a_board_that_is_not_shipped_leads_home_instead_of_nowhere() -> None:
    lost = alert(annotations={"summary": "x", "description": "y", "dashboard_url": "/d/later"})
    (rule,) = for_environment(parse(lost), {}, LINKS, BOARDS).groups[0].rules
    assert rule.annotations["dashboard_url"].startswith("https://grafana.example.com/d/belfry-platform-home?")


ALL = "%24__all"


@pytest.mark.parametrize(
    ("labels", "series", "reported", "variables"),
    [
        pytest.param(
            {"system": "shop", "component": "api & web"},
            {"cluster": "eu west"},
            {"cluster": "eu west", "system": "shop", "component": "api & web"},
            "var-cluster=eu+west&var-component=api+%26+web&var-system=shop",
            id="of one component",
        ),
        pytest.param(
            {"system": "{{ $labels.system }}", "component": "{{ $labels.component }}"},
            {"cluster": "eu", "system": "shop"},
            {"cluster": "eu", "system": "shop"},
            "var-cluster=eu&var-system=shop",
            id="of whatever fires, as far as its series have the label",
        ),
        pytest.param(
            {"system": "platform", "component": "prometheus"},
            {},
            {"system": "platform", "component": "prometheus"},
            f"var-cluster={ALL}",
            id="of the platform",
        ),
        pytest.param(
            {"system": "platform", "component": "nodes"},
            {"cluster": "eu", "node": "ip-10 & {{é}}", "namespace": "shop"},
            {"cluster": "eu", "node": "ip-10 & {{é}}", "namespace": "shop", "system": "platform", "component": "nodes"},
            "var-cluster=eu&var-node=ip-10+%26+%7B%7B%C3%A9%7D%7D",
            id="of a node, with what must be escaped, and without what the board does not choose by",
        ),
        pytest.param(
            {"system": "shop", "component": "queue/{{ $labels.queue }}"},
            {"queue": "a b"},
            {"queue": "a b", "system": "shop", "component": "queue/a b"},
            f"var-cluster={ALL}&var-component=queue%2Fa+b&var-system=shop",
            id="of a label that is part text, part template",
        ),
    ],
)
def test_a_board_opens_where_the_alert_is(
    labels: dict[str, str], series: dict[str, str], reported: dict[str, str], variables: str, tmp_path: Path
) -> None:
    """Asked of promtool, which fills templates in as Prometheus does."""
    usual = {"severity": "critical", "team": "shop"}
    rules = for_environment(parse(alert(labels={**usual, **labels}, **{"for": "0s"})), {}, LINKS, BOARDS)
    texts = {
        "summary": "Down",
        "description": "Nobody answers.",
        "dashboard_url": f"https://grafana.example.com/d/home?{variables}",
        "runbook_url": "https://example.com/runbooks/ApiDown.md",
    }
    expected = {"exp_labels": {**usual, **reported}, "exp_annotations": texts}
    own = ", ".join(f'{name}="{value}"' for name, value in series.items())
    case = {
        "interval": "1m",
        "input_series": [{"series": f"up{{{own}}}", "values": "0x5"}],
        "alert_rule_test": [{"alertname": "ApiDown", "eval_time": "2m", "exp_alerts": [expected]}],
    }
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules.as_prometheus()), encoding="utf-8")
    document = {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [case]}
    (tmp_path / "cases.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    run("promtool", "test", "rules", tmp_path / "cases.yaml")


def test_an_override_changes_severity_and_patience_of_its_alert_only() -> None:
    override = AlertOverride.model_validate({"severity": "info", "for": "1h", "reason": "Staging is noisy."})
    changed, same = for_environment(parse(alert("A"), alert("B")), {"A": override}, LINKS, BOARDS).groups[0].rules
    assert (changed.labels["severity"], changed.hold) == ("info", "1h")
    assert changed.labels["team"] == "shop"
    assert (same.labels["severity"], same.hold) == ("critical", "5m")


def test_an_override_that_only_gives_a_reason_changes_nothing() -> None:
    override = AlertOverride(reason="Looked at; fine.")
    rules = parse(alert("A"))
    assert for_environment(rules, {"A": override}, LINKS, BOARDS) == for_environment(rules, {}, LINKS, BOARDS)


def test_a_disabled_alert_is_gone_and_a_group_left_empty_goes_with_it() -> None:
    off = AlertOverride(enabled=False, reason="Not here.")
    document = {"groups": [{"name": "one", "rules": [alert("A")]}, {"name": "two", "rules": [alert("B")]}]}
    assert [g.name for g in for_environment(parse_document(document), {"A": off}, LINKS, BOARDS).groups] == ["two"]


def test_an_override_of_an_alert_that_no_bundle_has_is_a_mistake_with_the_known_names() -> None:
    overrides = {"Apidown": AlertOverride(reason="A typo."), "ApiDown": AlertOverride(reason="Right.")}
    found = unknown_overrides(overrides, {"ApiDown", "WebDown"}, "Pulumi.dev.yaml: belfry:alerts")
    assert [str(problem) for problem in found] == [
        "Pulumi.dev.yaml: belfry:alerts.Apidown: found an override of an unknown alert; allowed: ApiDown, WebDown"
    ]


@pytest.mark.parametrize("url", ["example.com", "https://example.com/", "ftp://example.com"])
def test_a_link_base_must_be_an_address_without_a_slash_at_its_end(url: str) -> None:
    with pytest.raises(ValueError, match="grafana"):
        Links(runbooks="https://example.com", grafana=url)


RULE = Rule(record="lines:count", expr="vector(1)")
FILE = RuleFile(groups=(Group(name="a", rules=(RULE, RULE)), Group(name="b", rules=(RULE,))))


def test_every_rule_counts_once_for_each_tenant() -> None:
    for tenants, count in ((0, 6), (1, 6), (3, 18)):
        rules = shipped_rules([FILE, FILE], tenants)

        assert rules is not None
        assert [(rule.record, rule.expr) for group in rules.groups for rule in group.rules] == [
            (SHIPPED, f"vector({count})")
        ]


def test_an_environment_without_log_rules_expects_none() -> None:
    assert shipped_rules([], 2) is None
