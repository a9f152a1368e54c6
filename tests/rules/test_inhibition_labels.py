"""Every inhibition with every pair of shipped alerts that it is for: whether the one can explain the other."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from authoring.rules import alert_kinds as kinds
from checks.rules.inference import metrics, source
from checks.rules.inference.shapes import Shapes
from model.alerting.prometheus_rules import RuleFile
from model.assets import Asset, BundleKind, read_manifest
from model.catalog.catalog import Catalog
from model.dashboards import Board
from tests.rules.alertmanager import CONFIG
from tests.tools import PROJECT

INHIBITIONS: list[dict[str, Any]] = yaml.safe_load(CONFIG)["inhibit_rules"]
WORSE = ("info", "warning", "critical")
# Every alert has them, and routes and inhibitions ask for them by name.
# `feature` follows from `objective`: an objective has one at most.
COMMON = {"alertname", "cluster", "system", "component", "severity", "team", "le", "feature"}


@dataclass(frozen=True)
class Alert:
    """One shipped alerting rule: the labels whose value is known, and those that it may have besides."""

    bundle: str
    fixed: Mapping[str, str]
    identity: frozenset[str]

    @property
    def name(self) -> str:
        return self.fixed["alertname"]

    def fits(self, matchers: Sequence[str]) -> bool:
        """Whether it can match, as far as its labels are known."""
        return all(self._fits(matcher) for matcher in matchers)

    def _fits(self, matcher: str) -> bool:
        found = re.fullmatch(r'(\w+)(=~|!~|!=|=)"(.*)"', matcher)
        assert found is not None, matcher
        label, operator, value = found.groups()
        if label not in self.fixed:
            possible = label in COMMON or label in self.identity
            return possible or (operator in {"!=", "!~"} and value != "") or (operator == "=" and not value)
        values = value.split("|") if operator in {"=~", "!~"} else [value]
        return (self.fixed[label] in values) is (operator in {"=", "=~"})


def _alerts() -> Iterator[Alert]:
    catalog = Catalog.load(PROJECT / "catalog")
    bundles = [b for b in read_manifest(PROJECT, "rules").bundles if b.kind is BundleKind.PROMETHEUS]
    texts = {b.name: (PROJECT / "rules" / b.path).read_text(encoding="utf-8") for b in bundles}
    rules = [rule for bundle, text in texts.items() for rule in source.read(bundle, bundle, text)]
    shapes = Shapes(metrics.gather(catalog, rules))
    for rule in rules:
        # The escalated copies have the names of others, which are here.
        if rule.alert and rule.alert != "Escalation":
            shape = shapes.of_rule(rule)
            may = shape.may if shape.may is not None else {"objective"}  # the linter cannot follow SloOutage's series
            yield Alert(rule.bundle, {**shape.fixed, "alertname": rule.alert}, frozenset(may) - COMMON)


ALERTS = list(_alerts())


def pairs(rule: Mapping[str, Any]) -> Iterator[tuple[Alert, Alert]]:
    """What the rule inhibits by what, as far as the labels of both allow."""
    targets = [alert for alert in ALERTS if alert.fits(rule["target_matchers"])]
    required = [label for label in rule["equal"] if label not in COMMON and f'{label}!=""' in rule["source_matchers"]]
    for cause in (alert for alert in ALERTS if alert.fits(rule["source_matchers"])):
        for target in targets:
            same_name = "alertname" not in rule["equal"] or cause.name == target.name
            if cause is not target and same_name and all(label in target.identity for label in required):
                yield cause, target


def shown(rule: Mapping[str, Any]) -> str:
    return f"{rule['source_matchers'][0]} {rule['source_matchers'][2:4]} -> {rule['target_matchers'][0]}"[:120]


@pytest.mark.parametrize("rule", INHIBITIONS, ids=shown)
def test_no_alert_inhibits_one_of_a_worse_severity(rule: dict[str, Any]) -> None:
    wrong = {
        (cause.name, cause.fixed["severity"], target.name, target.fixed["severity"])
        for cause, target in pairs(rule)
        if target.fixed["severity"] in WORSE
        and WORSE.index(target.fixed["severity"]) > WORSE.index(cause.fixed["severity"])
    }
    assert wrong == set()


@pytest.mark.parametrize("rule", INHIBITIONS, ids=shown)
def test_the_labels_that_name_the_subject_of_both_alerts_are_equal(rule: dict[str, Any]) -> None:
    """A label that both can have, and that the rule leaves out, would let one thing's alert inhibit another thing's."""
    # Named in the rule: it says which of the targets' things the cause explains.
    named = {matcher.partition("=")[0] for matcher in rule["target_matchers"]}
    wrong = {
        (cause.name, target.name, label)
        for cause, target in pairs(rule)
        for label in (cause.identity & target.identity) - {*rule["equal"], *named}
        # The outage of one objective is one of the whole component.
        if (cause.name, label) != ("SloOutage", "objective")
    }
    assert wrong == set()


def test_every_label_of_an_alert_of_several_severities_is_in_the_list_of_identities() -> None:
    severities: dict[str, set[str]] = {}
    for alert in ALERTS:
        severities.setdefault(alert.name, set()).add(alert.fixed["severity"])
    several = {name for name, known in severities.items() if len(known) > 1}
    assert {"CertificateExpiresSoon", "VolumeAlmostFull"} <= several
    assert {label for alert in ALERTS if alert.name in several for label in alert.identity} <= set(kinds.IDENTITY)


# Bundle -> its alerts that a lost cluster does explain.
FROM_OUTSIDE = {
    "caches": set(),
    "certificates": {"KubeletCertificateRenewalFailing", "KubernetesClientCertificateExpires"},
    "cost": {"ClusterMostlyIdle", "WorkloadOversized"},
    "databases": {"DatabaseUnwatched", "PostgresScrapeFailing"},
    "external-services": set(),
    "kpis-cloudmart": set(),
    "queues": {"QueueGrowing", "QueueStuck"},
    "real-users": set(),
    "security": set(),
}


@pytest.mark.parametrize("bundle", FROM_OUTSIDE)
def test_a_lost_cluster_inhibits_nothing_that_it_does_not_explain(bundle: str) -> None:
    [rule] = [one for one in INHIBITIONS if 'alertname="ClusterUnavailable"' in one["source_matchers"]]
    inhibited = {target.name for _, target in pairs(rule) if target.bundle == bundle}
    assert any(alert.bundle == bundle for alert in ALERTS)
    assert inhibited == FROM_OUTSIDE[bundle]


def test_no_alert_of_the_security_board_is_inhibited_but_by_itself_at_a_worse_severity() -> None:
    files = [
        RuleFile.parse(Asset(bundle, bundle.path, (PROJECT / "rules" / bundle.path).read_text(encoding="utf-8")))
        for bundle in read_manifest(PROJECT, "rules").bundles
        if bundle.kind in {BundleKind.PROMETHEUS, BundleKind.LOKI}
    ]
    rules = [rule for file in files for group in file.groups for rule in group.rules]
    security = {rule.alert for rule in rules if rule.annotations.get("dashboard_url") == Board.SECURITY.path}
    assert security
    assert security <= set(kinds.SECURITY)
