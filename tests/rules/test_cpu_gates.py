"""A full CPU pages only while users notice something."""

import re
from pathlib import Path

import pytest
import yaml

from authoring.rules import slo, thresholds
from model.vocabulary import Signal
from tests.rules.promtool import Case, check
from tests.rules.test_thresholds import CATALOG, LENGTH, SAMPLES, SYSTEMS, Values

FULL = {"cluster": "eu", "system": "order-processor", "component": "user-service"}


def cpu_cases(series: Values, *, paged: bool) -> list[Case]:
    loud, quiet = (120, ()) if paged else (None, (120,))
    return [
        Case("warned", series, loud=120, alert="HighCpuUsage", labels={**FULL, "severity": "warning"}),
        Case("paged", series, quiet, loud, alert="HighCpuUsage", labels={**FULL, "severity": "critical"}),
    ]


def noticed(component: str, alert: str = "HighLatency") -> Values:
    chosen = f'cluster="eu", system="order-processor", component="{component}"'
    return {f'ALERTS{{alertname="{alert}", alertstate="firing", severity="warning", {chosen}}}': f"1x{LENGTH}"}


@pytest.mark.parametrize(
    ("symptom", "paged"),
    [
        pytest.param({}, False, id="nobody notices it"),
        pytest.param(noticed("user-service"), True, id="its own users notice it"),
        pytest.param(noticed("order-service", "SloFastBurn"), True, id="users of what depends on it notice it"),
        pytest.param(noticed("asset-service"), False, id="users of something else notice something"),
    ],
)
def test_a_full_cpu_pages_while_users_of_it_or_of_what_depends_on_it_notice_something(
    symptom: Values, paged: bool, tmp_path: Path
) -> None:
    system = SYSTEMS["order-processor"]
    users = next(component for component in system.components if component.name == "user-service")
    series = {**SAMPLES[Signal.CPU_USAGE](system, users, 0.5, 0.99), **symptom}
    check(thresholds.path(system), cpu_cases(series, paged=paged), tmp_path)


def test_a_gate_names_only_alerts_that_the_rules_have_for_the_parts_it_names() -> None:
    """A gate for anything else would never open: the critical alert behind it could not fire."""
    files = {**slo.generate(CATALOG), **thresholds.generate(CATALOG)}
    rules = [rule for text in files.values() for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    known = {(r["alert"], r["labels"]["system"], r["labels"]["component"]) for r in rules if "alert" in r}
    gates = [
        (rule["labels"], names.split("|"), system, components.split("|"))
        for rule in rules
        for names, system, components in re.findall(
            r'ALERTS\{alertname=~"([^"]+)", alertstate="firing", system="([^"]+)", component=~?"([^"]+)"', rule["expr"]
        )
    ]
    assert {labels["severity"] for labels, *_ in gates} == {"critical"}
    for labels, names, system, components in gates:
        for name in names:
            assert any((name, system, component) in known for component in components), (labels, name)
        for component in components:
            assert any((name, system, component) in known for name in names), (labels, component)


def test_memory_has_no_gate_and_neither_has_a_part_whose_users_have_no_alert() -> None:
    for path, text in thresholds.generate(CATALOG).items():
        for group in yaml.safe_load(text)["groups"]:
            for rule in group["rules"]:
                if rule.get("alert") == "HighMemoryUsage" or rule["labels"].get("component") in {"haproxy", "nginx"}:
                    assert "ALERTS" not in rule["expr"], (path, rule["labels"])
