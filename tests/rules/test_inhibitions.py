"""Inhibition: asked of a real Alertmanager, and that every cause explains what it inhibits."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from authoring.rules import alert_kinds as kinds
from authoring.rules.signal_alerts import ALERTS as SIGNAL_ALERTS
from model.alerting.prometheus_rules import RuleFile
from model.assets import Asset, BundleKind, read_manifest
from model.remediation import known_alerts
from tests.configs.collectors import START_SECONDS, wait_for
from tests.rules.alertmanager import CONFIG, Alertmanager, alertmanager
from tests.tools import PROJECT

INHIBITIONS: list[dict[str, Any]] = yaml.safe_load(CONFIG)["inhibit_rules"]
RULES = [
    RuleFile.parse(Asset(bundle, bundle.path, (PROJECT / "rules" / bundle.path).read_text(encoding="utf-8")))
    for bundle in read_manifest(PROJECT, "rules").bundles
    if bundle.kind in {BundleKind.PROMETHEUS, BundleKind.LOKI}
]
Labels = Mapping[str, str]


def alert(name: str, severity: str, component: str = "backend", **more: str) -> dict[str, str]:
    return {"alertname": name, "severity": severity, "system": "cloudmart", "component": component, **more}


def node(name: str, severity: str, **more: str) -> dict[str, str]:
    return {"alertname": name, "severity": severity, "system": "platform", "component": "nodes", **more}


OUTAGE = alert("SloOutage", "critical", objective="availability")
CLUSTER_DOWN = node("ClusterUnavailable", "critical")
DATABASE = {"alertname": "DatabaseDown", "severity": "critical", "system": "bakhmach", "component": "postgres"}
HUB = {"system": "bakhmach", "component": "backend", "severity": "critical"}
API_DOWN = {**node("KubernetesApiDown", "critical"), "component": "kubernetes-api"}

# What fires, the first of it the cause; which of the others are inhibited; which are not.
CASES: dict[str, tuple[Labels, list[Labels], list[Labels]]] = {
    "an outage inhibits the burn rates of its objective": (
        OUTAGE,
        [alert(n, "warning", objective="availability") for n in ("SloFastBurn", "SloSlowBurn", "SloTrickle")],
        [alert("SloBudgetExhausted", "warning", objective="availability")],
    ),
    "an outage that is a warning inhibits no page": (
        alert("SloOutage", "warning", objective="latency"),
        [alert("SloFastBurn", "warning", objective="latency")],
        [
            alert("SloFastBurn", "critical", objective="latency"),
            alert("SloFastBurn", "warning", objective="errors"),
            alert("HighErrorRate", "warning"),
        ],
    ),
    "an outage inhibits latency and errors of its component": (
        OUTAGE,
        [
            alert("HighLatency", "critical"),
            alert("HighErrorRate", "critical"),
            alert("SloFastBurn", "critical", objective="latency"),
            alert("ProbeFailing", "warning", probe="p"),
        ],
        [
            alert("HighLatency", "critical", "ai-service"),
            alert("HighLatency", "critical", system="generic"),
            alert("LoginFailures", "warning"),
            alert("SqlInjectionAttempts", "warning"),
            alert("KpiAboveCeiling", "critical", kpi="errors"),
            alert("KpiDropped", "warning", kpi="orders"),
        ],
    ),
    "the outage of one feature inhibits nothing of the rest of its component": (
        {**OUTAGE, "objective": "export-success", "feature": "export"},
        [alert("SloFastBurn", "critical", objective="export-success", feature="export")],
        [
            alert("HighErrorRate", "critical"),
            alert("SloFastBurn", "critical", objective="error-rate"),
            alert("SloNoData", "critical", objective="error-rate"),
        ],
    ),
    "an outage inhibits nothing that may be its reason": (
        OUTAGE,
        [],
        [
            alert("CertificateExpiresSoon", "warning", probe="p"),
            alert("ConnectionPoolNearlyUsed", "warning"),
            alert("HighCpuUsage", "warning"),
            alert("HighMemoryUsage", "warning"),
            alert("WorkloadCrashLooping", "warning", namespace="cloudmart", workload="backend"),
            alert("WorkloadOutOfMemory", "warning", namespace="cloudmart", workload="backend"),
            alert("WorkloadRolloutStuck", "warning", namespace="cloudmart", workload="backend"),
        ],
    ),
    "a service that is down inhibits its symptoms but not the outage that users notice": (
        alert("ServiceDown", "critical"),
        [alert("SloFastBurn", "critical", objective="a"), alert("ProbeFailing", "warning", probe="p")],
        [OUTAGE],
    ),
    "a workload that is down inhibits its own missing replicas": (
        alert("WorkloadUnavailable", "critical", namespace="cloudmart", workload="backend"),
        [alert("WorkloadReplicasMissing", "warning", namespace="cloudmart", workload="backend")],
        [
            alert("WorkloadReplicasMissing", "warning", namespace="cloudmart", workload="backend-mailer"),
            alert("WorkloadReplicasMissing", "warning", namespace="canary", workload="backend"),
        ],
    ),
    "a database that is down inhibits the symptoms of what depends on it": (
        DATABASE,
        [
            {**DATABASE, "alertname": "ReplicationLagging", "severity": "warning"},
            {**HUB, "alertname": "SloFastBurn", "objective": "a"},
        ],
        # No outage of the backend here: it would inhibit the burn rate by itself.
        [
            {**HUB, "alertname": "KpiBelowFloor", "kpi": "orders"},
            {**HUB, "system": "shop", "alertname": "SloFastBurn"},
            {**DATABASE, "alertname": "PostgresLongTransaction", "severity": "warning", "datname": "shop"},
        ],
    ),
    # alchemorsel: frontend -> haproxy -> nginx -> api -> database.
    "a database that is down inhibits nothing beyond one step": (
        {**DATABASE, "system": "alchemorsel", "component": "database"},
        [alert("HighLatency", "critical", "api", system="alchemorsel")],
        [alert("HighLatency", "critical", name, system="alchemorsel") for name in ("nginx", "haproxy", "frontend")],
    ),
    "another owner's component that is down inhibits no alert": (
        alert("WorkloadUnavailable", "critical", "ai-service", team="cloudmart-ai"),
        [],
        [
            alert("SloFastBurn", "critical", "backend", objective="a", team="cloudmart"),
            alert("HighErrorRate", "warning", "backend", team="cloudmart"),
        ],
    ),
    "a node that is down inhibits what is on it": (
        node("NodeNotReady", "warning", node="a"),
        [node("NodeFlapping", "warning", node="a"), alert("PodSlow", "warning", node="a", pod="p")],
        [
            node("NodeFlapping", "warning", node="b"),
            node("NodePressure", "warning", node="a", condition="MemoryPressure"),
            node("NodeHighCpu", "warning", node="a"),
            node("NodeFileDescriptorsNearlyUsed", "warning", node="a"),
            node("NetworkNearlySaturated", "warning", node="a"),
            node("NodeFilesystemReadOnly", "critical", node="a"),
            node("NodeMemoryNearlyExhausted", "warning", node="a"),
            node("NodeDiskAlmostFull", "warning", node="a", mountpoint="/"),
            alert("PodSlow", "warning", pod="p"),
        ],
    ),
    "a lost zone inhibits what was on its nodes, and no alert of a team": (
        node("NodeNotReady", "warning", node="a"),
        [node("NodeFlapping", "warning", node="a")],
        [
            node("ManyNodesNotReady", "critical"),
            OUTAGE,
            DATABASE,
            alert("SloFastBurn", "critical", "ai-service", objective="a"),
            alert("HighErrorRate", "critical", "ai-service"),
            alert("HighLatency", "warning", "ai-service"),
            alert("KpiDropped", "warning", kpi="orders"),
            alert("WorkloadReplicasMissing", "warning", namespace="cloudmart", workload="backend"),
            node("NodeFlapping", "warning", node="b"),
        ],
    ),
    "many nodes that are not ready inhibit nothing": (
        node("ManyNodesNotReady", "critical"),
        [],
        [
            OUTAGE,
            DATABASE,
            alert("HighErrorRate", "critical", "ai-service"),
            alert("SloFastBurn", "critical", "ai-service", objective="a"),
            alert("WorkloadUnavailable", "critical", "worker", namespace="cloudmart", workload="worker"),
            node("NodeNotReady", "warning", node="a"),
            alert("Theirs", "info"),
        ],
    ),
    "a lost cluster inhibits what ran in it, and nothing that is seen from outside or is outside": (
        CLUSTER_DOWN,
        [
            alert("HighCpuUsage", "warning"),
            alert("SloFastBurn", "critical", "ai-service", objective="a"),
            alert("HighErrorRate", "critical", "ai-service"),
            alert("WorkloadUnavailable", "critical", "worker", namespace="cloudmart", workload="worker"),
            node("NodeNotReady", "warning", node="a"),
            node("ManyNodesNotReady", "critical"),
            node("LokiNotFlushing", "critical"),
            alert("Theirs", "info"),
        ],
        [
            {"alertname": "Watchdog", "severity": "none"},
            OUTAGE,
            DATABASE,
            {**DATABASE, "alertname": "CacheDown", "component": "cache"},
            {**DATABASE, "alertname": "ConnectionPoolNearlyUsed", "severity": "warning"},
            alert("ServiceDown", "critical", "frontend"),
            alert("ProbeFailing", "warning", "load-balancer", probe="p"),
            alert("CertificateExpiresSoon", "critical", "load-balancer", probe="p"),
            alert("KpiAboveCeiling", "critical", kpi="errors"),
            alert("KpiDropped", "warning", kpi="orders"),
            alert("FalcoCriticalEvent", "critical"),
            alert("Terminal shell in container", "critical", "falco"),
            alert("RequestFlood", "critical"),
            alert("DeadLettersWaiting", "warning", "queue"),
            alert("RdsCpuHigh", "critical", "database", source="cloudwatch"),
            node("AlertsNotDelivered", "critical"),
            API_DOWN,
        ],
    ),
    "an API server that is away inhibits what asks it": (
        API_DOWN,
        [
            node("ExporterGone", "critical", job="kubelet"),
            node("KubeStateMetricsErrors", "warning"),
            node("PrometheusOperatorFailing", "warning", controller="prometheus"),
        ],
        [
            node("ExporterGone", "critical", job="node-exporter"),
            alert("WorkloadUnavailable", "critical", namespace="cloudmart", workload="backend"),
            alert("SloOutage", "critical", "ai-service", objective="a"),
            alert("KpiAboveCeiling", "critical", kpi="errors"),
        ],
    ),
    "the worse of one alert inhibits the lesser": (
        alert("DiskFilling", "critical"),
        [alert("DiskFilling", "warning")],
        [alert("HighMemoryUsage", "warning"), alert("DiskFilling", "warning", "ai-service")],
    ),
    "one KPI inhibits no other": (
        alert("KpiAboveCeiling", "critical", kpi="errors"),
        [alert("KpiAboveCeiling", "warning", kpi="errors")],
        [alert("KpiAboveCeiling", "warning", kpi="cost")],
    ),
    "the certificate of one probe inhibits no other": (
        alert("CertificateExpiresSoon", "critical", probe="shop"),
        [alert("CertificateExpiresSoon", "warning", probe="shop")],
        [alert("CertificateExpiresSoon", "warning", probe="partner"), alert("CertificateExpiresSoon", "warning")],
    ),
    "one queue, one table, one volume of a component inhibits no other": (
        alert("Full", "critical", queue="a", table="a", namespace="a", persistentvolumeclaim="a", instance="a"),
        [alert("Full", "warning", queue="a", table="a", namespace="a", persistentvolumeclaim="a", instance="a")],
        [
            alert("Full", "warning", queue="b", table="a", namespace="a", persistentvolumeclaim="a", instance="a"),
            alert("Full", "warning", queue="a", table="b", namespace="a", persistentvolumeclaim="a", instance="a"),
            alert("Full", "warning", queue="a", table="a", namespace="b", persistentvolumeclaim="a", instance="a"),
            alert("Full", "warning", queue="a", table="a", namespace="a", persistentvolumeclaim="b", instance="a"),
            alert("Full", "warning", queue="a", table="a", namespace="a", persistentvolumeclaim="a", instance="b"),
        ],
    ),
    "escalated copies follow their source": (
        OUTAGE,
        [alert("SloFastBurn", "critical", objective="availability", level=level) for level in ("2", "3", "4")],
        [{**OUTAGE, "level": "2"}],
    ),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alertmanager]:
    with alertmanager(tmp_path_factory.mktemp("alertmanager")) as running:
        for case, (cause, muted, reported) in CASES.items():
            running.tell([{**labels, "cluster": case} for labels in (cause, *muted, *reported)])
            # Each of them in a cluster of its own, far from the cause.
            running.tell([{**labels, "cluster": f"{case}: {index}"} for index, labels in enumerate(muted)])
            # And where nobody named the cluster.
            running.tell([{**labels, "case": case} for labels in (cause, *muted)])
        # It learns of alerts a moment after it took them.
        wait_for(
            lambda: all(
                len(inhibited_in(running, cluster=case)) == len(muted) for case, (_, muted, _) in CASES.items()
            ),
            START_SECONDS,
        )
        yield running


def inhibited_in(server: Alertmanager, **chosen: str) -> list[dict[str, str]]:
    return [
        {name: value for name, value in found["labels"].items() if name != "cluster"}
        for found in server.alerts()
        if chosen.items() <= found["labels"].items() and found["status"]["inhibitedBy"]
    ]


@pytest.mark.parametrize("case", CASES)
def test_a_cause_inhibits_its_symptoms_and_nothing_else(server: Alertmanager, case: str) -> None:
    _, muted, _ = CASES[case]

    def in_order(alerts: list[Any]) -> list[Any]:
        return sorted((dict(one) for one in alerts), key=lambda labels: sorted(labels.items()))

    assert in_order(inhibited_in(server, cluster=case)) == in_order(list(muted))


def test_a_rule_of_auto_remediation_is_refused_by_what_alertmanager_does() -> None:
    """The check of the catalog says of every pair of this file what the real Alertmanager says of it."""
    every = {name for rule in INHIBITIONS for key in ("source_matchers", "target_matchers") for name in rule[key]}
    every = {re.split("[=!]", name)[0] for name in every} | {name for rule in INHIBITIONS for name in rule["equal"]}

    def told(labels: Labels) -> known_alerts.Kind:
        return known_alerts.Kind.of_labels({**dict.fromkeys(every, ""), **labels, "cluster": "c"})

    for case, (cause, muted, reported) in CASES.items():
        found = [
            one
            for one in (*muted, *reported)
            if any(known_alerts.inhibits(rule, told(cause), told(one)) for rule in INHIBITIONS)
        ]
        assert found == muted, case


def test_no_alert_inhibits_one_of_another_cluster_or_of_none(server: Alertmanager) -> None:
    inhibited = {found["labels"].get("cluster") for found in server.alerts() if found["status"]["inhibitedBy"]}
    assert inhibited == {case for case, (_, muted, _) in CASES.items() if muted}


def test_a_silence_of_the_source_silences_its_copies_and_one_of_a_copy_leaves_the_source(tmp_path: Path) -> None:
    with alertmanager(tmp_path) as running:
        copies = [{**OUTAGE, "pod": "a", "level": level} for level in ("2", "3")]
        running.tell([{**OUTAGE, "pod": "a"}, *copies, {**OUTAGE, "pod": "b"}])
        running.wait_for(4)
        running.silence(alertname="SloOutage", system="cloudmart", component="backend", pod="a")
        running.silence(alertname="SloOutage", pod="b", level="2")
        states = {
            (found["labels"]["pod"], found["labels"].get("level", "1")): found["status"]["state"]
            for found in running.alerts()
        }
    assert {at for at, state in states.items() if state == "suppressed"} == {("a", "1"), ("a", "2"), ("a", "3")}


def test_every_alert_that_an_inhibition_names_exists() -> None:
    names = {
        name
        for rule in INHIBITIONS
        for matcher in (*rule["source_matchers"], *rule["target_matchers"])
        if matcher.startswith("alertname")
        for name in re.split(r"[|]", matcher.split('"')[1])
    }
    assert names
    # A catalog may ask for signals that the shipped one does not.
    assert names <= {alert for rules in RULES for alert in rules.alerts} | {a.name for a in SIGNAL_ALERTS.values()}


def test_no_two_alerts_could_inhibit_each_other_over_any_number_of_rules() -> None:
    """By name and severity alone, which is stricter than Alertmanager: it also asks for equal labels."""
    known_alerts = {
        (rule.alert, rule.labels["severity"])
        for file in RULES
        for group in file.groups
        for rule in group.rules
        if rule.alert
    }

    def fits(kind: tuple[str, str], matchers: list[str]) -> bool:
        known = dict(zip(("alertname", "severity"), kind, strict=True))
        parsed = (re.fullmatch(r'(\w+)(=~|!~|!=|=)"(.*)"', matcher) for matcher in matchers)
        return all(
            (known[m[1]] in m[3].split("|")) is (m[2] in {"=", "=~"}) for m in parsed if m is not None and m[1] in known
        )

    below: dict[tuple[str, str], set[tuple[str, str]]] = {kind: set() for kind in known_alerts}
    for rule in INHIBITIONS:
        same_name = "alertname" in rule["equal"]
        for source in (kind for kind in known_alerts if fits(kind, rule["source_matchers"])):
            below[source] |= {
                kind
                for kind in known_alerts
                # Alertmanager itself lets no alert mute another that is source and target of the rule as it is.
                if fits(kind, rule["target_matchers"]) and kind != source and (kind[0] == source[0] or not same_name)
            }

    def reached(kind: tuple[str, str], seen: set[tuple[str, str]]) -> set[tuple[str, str]]:
        for inner in below[kind] - seen:
            seen |= {inner}
            reached(inner, seen)
        return seen

    assert [kind for kind in sorted(known_alerts) if kind in reached(kind, set())] == []


def test_every_inhibition_keeps_to_one_cluster_and_its_source_has_what_must_be_equal() -> None:
    # Absent labels count as equal. Only labels that some alerts have and others have not may be absent on both.
    for rule in INHIBITIONS:
        assert "cluster" in rule["equal"]
        required = set(rule["equal"]) - ({"alertname", *kinds.IDENTITY} if "alertname" in rule["equal"] else set())
        assert {f'{label}!=""' for label in required} <= set(rule["source_matchers"])
