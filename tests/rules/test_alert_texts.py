"""What an alert says: the field's words, sentences that fit any title, and a summary that names the thing first."""

import re
from collections.abc import Iterator

import pytest

from authoring.rules import kpis
from authoring.rules.signal_alerts import ALERTS as SIGNAL_ALERTS
from model import labels
from model.alerting.prometheus_rules import Rule, RuleFile
from model.assets import Asset, BundleKind, read_manifest
from model.metrics.metric_names import SLO_ALERTS
from tests.tools import PROJECT

SIGNALS = {alert.name for alert in SIGNAL_ALERTS.values()}
KPIS = {kpis.BELOW_FLOOR, kpis.ABOVE_CEILING, kpis.DROPPED, kpis.OUTSIDE_BAND}

# Words of no tool and of no book, or that mean something else to a person on call: a page is a pager call.
FORBIDDEN = (
    r"\bthe page\b",
    r"\bpage's\b",
    r"\bpromis",
    r"\btells?\b",
    r"\bis told\b",
    r"\bmend",
    r"\banew\b",
    r"\bgiven up\b",
    r"\b(?:above|below) the line\b",
    r"\bthe line of\b",
    r"\bladder\b|\brungs?\b",
    r"\bburns\b",
    r"\boverdrawn\b|\bturnover\b",
    r"\bthrows? .{0,20}away\b",
    r"\bspeaks\b",
)
# What a template makes of a title, or of a number, that it was not written for.
UNGRAMMATICAL = (
    r"\b(?:users|vulnerabilities|logins|tickets|recipes) (?:is|has|was|uses|takes)\b",
    r"\}\} (?:is|are) left\b",
    r"\ba minute logins\b",
    r"\. ?\.(?: |$)|,,|  ",
    r"\{\{[^}]*$",
)


def alerts() -> Iterator[tuple[str, Rule]]:
    for bundle in read_manifest(PROJECT, "rules").bundles:
        if bundle.kind in (BundleKind.PROMETHEUS, BundleKind.LOKI):
            text = (PROJECT / "rules" / bundle.path).read_text(encoding="utf-8")
            rules = RuleFile.parse(Asset(bundle, bundle.path, text))
            for number, rule in enumerate(rule for group in rules.groups for rule in group.rules if rule.alert):
                yield f"{bundle.name}/{number}/{rule.alert}", rule


ALL = dict(alerts())


def texts(pattern: str) -> list[tuple[str, str]]:
    """Alerts with a text that has the pattern. Reasons of the catalog are a part of the texts."""
    return [
        (name, rule.annotations[text])
        for name, rule in ALL.items()
        for text in (labels.SUMMARY, labels.DESCRIPTION)
        if re.search(pattern, rule.annotations[text], re.IGNORECASE)
    ]


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_the_words_are_those_of_the_field(pattern: str) -> None:
    assert texts(pattern) == []


@pytest.mark.parametrize("pattern", UNGRAMMATICAL)
def test_no_sentence_breaks_over_a_title_or_a_number(pattern: str) -> None:
    assert texts(pattern) == []


def test_a_generated_summary_names_the_part_first_and_then_the_symptom_with_its_number() -> None:
    for name, rule in ALL.items():
        if name.startswith(("thresholds-", "kpis-")) and rule.alert in SIGNALS | KPIS:
            place, _, symptom = rule.annotations[labels.SUMMARY].partition(": ")
            component = rule.labels[labels.COMPONENT]
            # Of a whole system: its volumes and nodes.
            assert place in (f"{rule.labels[labels.SYSTEM]}/{component}", rule.labels[labels.SYSTEM]), name
            assert "{{ $value" in symptom, name


def test_a_threshold_is_named_with_its_unit() -> None:
    for name, rule in ALL.items():
        if name.startswith("thresholds-") and rule.alert in SIGNALS:
            assert re.search(
                r"\(threshold [0-9.,]+( (%|s|ms|min|h|d|per minute|USD per hour))?\)$", rule.annotations["summary"]
            ), name


def test_no_verb_agrees_with_the_title_of_a_kpi() -> None:
    for name, rule in ALL.items():
        if rule.alert in KPIS:
            assert re.search(r'the KPI "[^"]+" (is|was) \{\{', rule.annotations[labels.SUMMARY]), name


def test_an_objective_is_named_first() -> None:
    for name, rule in ALL.items():
        if rule.alert in SLO_ALERTS:
            assert re.match(r"\S+/\S+ \S", rule.annotations[labels.SUMMARY]), name
