"""The thresholds of nodes: each number of catalog/teams.yaml alerts at that number, after its hold, at its severity."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from authoring.rules import node_thresholds
from authoring.rules.node_thresholds import ALERTS
from model.catalog.catalog import Catalog
from model.catalog.teams import Organization
from model.problems import BadInput
from model.vocabulary import Severity, Signal
from tests.model.catalogs import good_organization, good_system, write_catalog
from tests.rules.promtool import Case, check, gauge
from tests.tools import PROJECT

CATALOG = Catalog.load(PROJECT / "catalog")
CHANGE, LENGTH = 10, 90
NODE = 'cluster="eu", instance="10.0.0.1:9100"'

Values = Mapping[str, str]

RECORDS = {
    Signal.CPU_USAGE: f"instance:node_cpu:ratio_rate5m{{{NODE}}}",
    Signal.MEMORY_USAGE: f"instance:node_memory_used:ratio{{{NODE}}}",
    Signal.DISK_USAGE: 'node_mountpoint:node_filesystem_used:ratio{cluster="eu", node="a", mountpoint="/"}',
}
INFO = {f'node:node_exporter:info{{{NODE}, node="a"}}': f"1x{LENGTH}"}


def noticed(node: str) -> Values:
    """A pod on the node, and users of its component who notice something."""
    pod = 'cluster="eu", namespace="shop", pod="api-1"'
    own = 'cluster="eu", namespace="shop", workload="api"'
    return {
        f'kube_pod_info{{{pod}, node="{node}"}}': f"1x{LENGTH}",
        f'namespace_workload_pod:kube_pod_owner:relabel{{{pod}, workload="api"}}': f"1x{LENGTH}",
        f'cluster_namespace_workload:owner:info{{{own}, system="shop", component="api", team="shop"}}': f"1x{LENGTH}",
        'ALERTS{alertname="SloFastBurn", alertstate="firing", cluster="eu", system="shop", component="api"}': (
            f"1x{LENGTH}"
        ),
    }


def labels(signal: Signal, severity: Severity) -> dict[str, str]:
    return {
        "cluster": "eu",
        "node": "a",
        "severity": str(severity),
        "team": "platform",
        "system": "platform",
        "component": ALERTS[signal].component,
    }


def cases() -> Iterator[Case]:
    for signal, threshold in CATALOG.organization.node_thresholds.items():
        for severity, value in ((Severity.WARNING, threshold.warning), (Severity.CRITICAL, threshold.critical)):
            if value is None:
                continue
            line, minutes = float(value) / 100, int(threshold.hold.seconds // 60)
            yield Case(
                f"{signal}, {severity}",
                {RECORDS[signal]: gauge(line * 0.98, line * 1.02, CHANGE, LENGTH), **INFO, **noticed("a")},
                quiet=(CHANGE - 1, CHANGE + minutes - 1),
                loud=CHANGE + minutes + 2,
                alert=ALERTS[signal].name,
                labels=labels(signal, severity),
            )


def test_each_threshold_of_a_node_alerts_after_its_hold_and_not_two_percent_below(tmp_path: Path) -> None:
    made = list(cases())
    assert {(case.alert, case.labels["severity"]) for case in made} == {
        (alert.name, severity) for alert in ALERTS.values() for severity in ("warning", "critical")
    }
    check(node_thresholds.PATH, made, tmp_path)


@pytest.mark.parametrize(("where", "fires"), [("a", True), ("b", False)])
def test_a_busy_node_pages_only_while_users_of_its_own_pods_notice_something(
    where: str, fires: bool, tmp_path: Path
) -> None:
    busy = {RECORDS[Signal.CPU_USAGE]: gauge(0.5, 0.99, CHANGE, LENGTH), **INFO, **noticed(where)}
    warned = Case("warned", busy, loud=80, alert="NodeHighCpu", labels=labels(Signal.CPU_USAGE, Severity.WARNING))
    paged = Case(
        "paged",
        busy,
        quiet=() if fires else (80,),
        loud=80 if fires else None,
        alert="NodeHighCpu",
        labels=labels(Signal.CPU_USAGE, Severity.CRITICAL),
    )
    check(node_thresholds.PATH, [warned, paged], tmp_path)


def test_a_node_whose_memory_is_full_pages_without_a_symptom(tmp_path: Path) -> None:
    full = {RECORDS[Signal.MEMORY_USAGE]: gauge(0.5, 0.91, CHANGE, LENGTH), **INFO}
    paged = labels(Signal.MEMORY_USAGE, Severity.CRITICAL)
    check(
        node_thresholds.PATH,
        [Case("full", full, quiet=(19,), loud=22, alert="NodeMemoryNearlyExhausted", labels=paged)],
        tmp_path,
    )


def test_a_signal_that_the_organization_leaves_out_has_belfrys_own_threshold() -> None:
    own = {"signal": "cpu-usage", "unit": "percent", "critical": 97, "reason": "The nodes are large."}
    found = Organization.model_validate({**good_organization(), "nodes": [own]}).node_thresholds
    assert [str(signal) for signal in found] == ["cpu-usage", "memory-usage", "disk-usage"]
    assert (found[Signal.CPU_USAGE].warning, found[Signal.CPU_USAGE].critical) == (None, Decimal(97))
    assert (found[Signal.MEMORY_USAGE].warning, found[Signal.MEMORY_USAGE].critical) == (Decimal(95), None)


@pytest.mark.parametrize(
    ("signals", "message"),
    [
        (["error-rate"], "found error-rate; allowed: cpu-usage, memory-usage, disk-usage, each once"),
        (["cpu-usage", "cpu-usage"], "found cpu-usage; allowed: cpu-usage, memory-usage, disk-usage, each once"),
    ],
)
def test_a_signal_that_no_node_has_or_that_stands_twice_is_refused(
    signals: list[str], message: str, tmp_path: Path
) -> None:
    nodes = [{"signal": signal, "unit": "percent", "warning": 80, "reason": "It is full."} for signal in signals]
    folder = write_catalog(tmp_path, [good_system()], {**good_organization(), "nodes": nodes})
    with pytest.raises(BadInput) as caught:
        Catalog.load(folder)
    assert "teams.yaml: nodes" in str(caught.value)
    assert message in str(caught.value)


def test_generating_again_gives_the_same_bytes() -> None:
    assert (PROJECT / node_thresholds.PATH).read_text(encoding="utf-8") == node_thresholds.generate(CATALOG)
