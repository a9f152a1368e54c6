"""What the recorded series of the boards on infrastructure, security and noise say, evaluated by promtool."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from authoring.rule_file import Rule, rule_file
from authoring.rules.recording import alerts, capacity, monitoring, security, thresholds
from authoring.rules.recording import cluster as series_cluster
from model.catalog.catalog import Catalog
from model.catalog.system import System
from model.vocabulary import Signal
from tests.tools import PROJECT, run

CATALOG = Catalog.load(PROJECT / "catalog")

Answers = dict[str, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """``answers``: labels -> value of ``query`` at ``at``."""

    query: str
    at: str
    answers: Answers = field(default_factory=dict)


def of_all_systems(rules: Callable[[System], Iterable[Rule]]) -> list[Rule]:
    return [rule for system in CATALOG.systems for rule in rules(system)]


def evaluated(folder: Path, rules: Iterable[Rule], given: Mapping[str, str], *asked: Asked, every: str = "1m") -> None:
    file = folder / "rules.yaml"
    file.write_text(rule_file("Of a test.", [("belfry.test", rules)]), encoding="utf-8")
    cases = {
        "rule_files": [str(file)],
        "evaluation_interval": every,
        "tests": [
            {
                "interval": every,
                "input_series": [{"series": name, "values": values} for name, values in given.items()],
                "promql_expr_test": [
                    {
                        "expr": one.query,
                        "eval_time": one.at,
                        "exp_samples": [{"labels": labels, "value": value} for labels, value in one.answers.items()],
                    }
                    for one in asked
                ],
            }
        ],
    }
    path = folder / "cases.test.yaml"
    path.write_text(json.dumps(cases), encoding="utf-8")
    run("promtool", "test", "rules", path)


FIRING = (
    'ALERTS{alertstate="firing", alertname="HighLatency", severity="warning", team="t", system="shop", component="web"'
)
ITS = '{alertname="HighLatency", severity="warning", team="t", system="shop", component="web", cluster="a"}'


def test_an_alert_that_ends_leaves_one_sample_with_the_time_it_fired(tmp_path: Path) -> None:
    evaluated(
        tmp_path,
        alerts.rules(),
        {f'{FIRING}, cluster="a"}}': "_x5 1x19 stale _x40 1x4 stale _x60"},
        Asked(f"time() - {alerts.SINCE}", "15m", {ITS: 600}),
        Asked(f"count_over_time({alerts.ENDED}[1h])", "20m"),
        # It fired from minute 5 to 24: twenty minutes until it was seen to have ended.
        Asked(f"sum_over_time({alerts.ENDED}[1h])", "40m", {ITS: 1200}),
        Asked(f"count_over_time({alerts.ENDED}[2h])", "119m", {ITS: 2}),
        Asked(f"sum_over_time({alerts.ENDED}[2h])", "119m", {ITS: 1500}),
        Asked(f"count_over_time({alerts.ENDED_EARLY}[2h])", "119m", {ITS: 1}),
    )


def test_two_series_of_one_alert_are_one_trouble_that_ends_with_the_last(tmp_path: Path) -> None:
    evaluated(
        tmp_path,
        alerts.rules(),
        {
            f'{FIRING}, cluster="a", objective="x"}}': "1x9 stale",
            f'{FIRING}, cluster="a", objective="y"}}': "_x5 1x24 stale",
            # The copy for a higher level is the same trouble, the watchdog is none.
            f'{FIRING}, cluster="a", level="2"}}': "1x90",
            'ALERTS{alertstate="firing", alertname="Watchdog", severity="none"}': "1x90",
        },
        Asked(f"sum_over_time({alerts.ENDED}[1h])", "50m", {ITS: 1800}),
        Asked(alerts.SINCE, "50m"),
    )


@pytest.mark.parametrize(
    ("ready", "pressure", "cordoned", "state"),
    [(1, 0, 0, 3), (1, 0, 1, 2), (1, 1, 0, 1), (1, 1, 1, 1), (0, 0, 0, 0), (0, 1, 1, 0)],
)
def test_a_node_is_in_the_worst_state_it_reports(
    tmp_path: Path, ready: int, pressure: int, cordoned: int, state: int
) -> None:
    condition = 'kube_node_status_condition{cluster="a", node="n"'
    evaluated(
        tmp_path,
        series_cluster.rules(),
        {
            f'{condition}, condition="Ready", status="true"}}': f"{ready}x5",
            f'{condition}, condition="MemoryPressure", status="true"}}': f"{pressure}x5",
            f'{condition}, condition="DiskPressure", status="true"}}': "0x5",
            'kube_node_spec_unschedulable{cluster="a", node="n"}': f"{cordoned}x5",
        },
        Asked(series_cluster.NODE_STATE, "3m", {f'{series_cluster.NODE_STATE}{{cluster="a", node="n"}}': float(state)}),
    )


POD = 'cluster="a", namespace="shop", pod='
WAITS = "kube_pod_container_status_waiting_reason"
OWNER = "namespace_workload_pod:kube_pod_owner:relabel"


def test_of_each_cluster_the_ten_rule_groups_that_take_longest_are_kept(tmp_path: Path) -> None:
    duty = "rule_group:prometheus_rule_evaluation:duty_ratio"
    given = {
        f'{duty}{{cluster="{cluster}", rule_group="g{number}", pod="p{pod}"}}': f"{number + pod}x10"
        for cluster, count in (("a", 12), ("b", 2))
        for number in range(count)
        for pod in (0, 1)
    }
    kept = monitoring.HIGHEST_DUTIES
    evaluated(
        tmp_path,
        monitoring.rules(),
        given,
        Asked(f"count by (cluster) ({kept})", "5m", {'{cluster="a"}': 10, '{cluster="b"}': 2}),
        Asked(f"min by (cluster) ({kept})", "5m", {'{cluster="a"}': 3, '{cluster="b"}': 1}),
    )


def test_pods_that_cannot_start_are_counted_by_workload_and_reason(tmp_path: Path) -> None:
    evaluated(
        tmp_path,
        series_cluster.rules(),
        {
            **{f'{OWNER}{{{POD}"web-{n}", replicaset="web", workload="web"}}': "1x5" for n in (1, 2, 3)},
            f'{WAITS}{{{POD}"web-1", container="a", reason="CrashLoopBackOff"}}': "1x5",
            f'{WAITS}{{{POD}"web-2", container="a", reason="CrashLoopBackOff"}}': "1x5",
            f'{WAITS}{{{POD}"web-3", container="a", reason="ContainerCreating"}}': "1x5",
            f'kube_pod_status_unschedulable{{{POD}"web-3"}}': "1x5",
        },
        Asked(
            f"sum by (workload, reason) ({series_cluster.WAITING})",
            "3m",
            {'{workload="web", reason="CrashLoopBackOff"}': 2, '{workload="web", reason="Unschedulable"}': 1},
        ),
    )


def test_a_dns_without_failures_has_a_share_of_zero_and_one_without_answers_none(tmp_path: Path) -> None:
    evaluated(
        tmp_path,
        series_cluster.rules(),
        {
            'coredns_dns_responses_total{cluster="a", rcode="NOERROR"}': "0+60x10",
            'coredns_dns_responses_total{cluster="b", rcode="NOERROR"}': "0+45x10",
            'coredns_dns_responses_total{cluster="b", rcode="SERVFAIL"}': "0+15x10",
            'coredns_dns_responses_total{cluster="c", rcode="NOERROR"}': "0x10",
        },
        Asked(f"sum by (cluster) ({series_cluster.DNS_ERRORS})", "9m", {'{cluster="a"}': 0, '{cluster="b"}': 0.25}),
    )


def test_time_until_full_follows_each_trend_and_what_does_not_fill_is_left_out(tmp_path: Path) -> None:
    volume = 'namespace_volume:kubelet_volume_stats_used:ratio{cluster="a", namespace="shop", persistentvolumeclaim='
    hours, days = (f"max by (item) ({capacity.UNTIL_FULL.format(trend)})" for trend in capacity.TRENDS)
    evaluated(
        tmp_path,
        capacity.rules(),
        {
            f'{volume}"grows"}}': "0.2+0.01x48",
            # Still for nearly two days, then a batch of some hours.
            f'{volume}"batch"}}': "0.5x44 0.51+0.01x4",
            f'{volume}"shrinks"}}': "0.9-0.01x48",
        },
        # A hundredth an hour: 0.33 are left after 47 hours, by both trends.
        Asked(f"round({hours}) == round({days})", "47h", {'{item="shop grows"}': 33 * 3600}),
        # By two days it would take months, of which a line says nothing.
        Asked(f"round({hours} unless {days}, 3600)", "47h", {'{item="shop batch"}': 75 * 3600}),
        every="1h",
    )


def test_peaks_of_a_week_are_kept_and_kills_for_memory_are_added_up(tmp_path: Path) -> None:
    workload = 'cluster="a", namespace="shop", workload="web"'
    kills = "namespace_workload:memory_kills:increase1h"
    evaluated(
        tmp_path,
        capacity.rules(),
        {
            f"namespace_workload:container_cpu_usage:ratio_max1h{{{workload}}}": "0.1x10 0.95 0.1x160",
            f"namespace_workload:memory_of_request:ratio_max1h{{{workload}}}": "0.2x10 0.9 0.2x160",
            f"{kills}{{{workload}}}": "0x10 1 0x20 2 0x160",
            f'{kills}{{cluster="a", namespace="shop", workload="api"}}': "0x190",
        },
        Asked(capacity.CPU_PEAK, "160h", {f"{capacity.CPU_PEAK}{{{workload}}}": 0.95}),
        Asked(capacity.MEMORY_PEAK, "160h", {f"{capacity.MEMORY_PEAK}{{{workload}}}": 0.9}),
        Asked(capacity.MEMORY_KILLS, "160h", {f"{capacity.MEMORY_KILLS}{{{workload}}}": 3}),
        every="1h",
    )


def test_a_threshold_is_the_components_own_or_its_systems(tmp_path: Path) -> None:
    found = {
        (rule.labels["system"], rule.labels["component"], rule.labels["signal"]): rule.labels["threshold"]
        for rule in of_all_systems(thresholds.rules)
    }
    for system in CATALOG.systems:
        for part in system.components:
            own = {t.signal: t.warning for t in (*system.thresholds, *part.thresholds)}
            shown = found.get((system.system, part.name, "memory-usage"))
            assert shown is None or shown == f"{own[Signal.MEMORY_USAGE]:f} %"
    assert found["alchemorsel", "api", "memory-usage"] == "75 %"
    # Nothing of a service of another company runs in the cluster.
    assert ("alchemorsel", "openai-api", "memory-usage") not in found


def test_violations_are_those_of_the_hour_or_those_that_stand(tmp_path: Path) -> None:
    evaluated(
        tmp_path,
        of_all_systems(security.rules),
        {
            'alchemorsel_policy_violations_total{cluster="a", system="alchemorsel", component="api", policy="p"}': (
                "5x30 7x60"
            ),
            'security_policy_violations{cluster="a", system="cloudmart", component="security-reporter", policy="p"}': (
                "3x90"
            ),
        },
        Asked(
            f"round(sum by (system) ({security.VIOLATIONS}))",
            "80m",
            {'{system="alchemorsel"}': 2, '{system="cloudmart"}': 3},
        ),
    )


def test_each_event_of_falco_counts_once_the_first_of_a_kind_too_and_none_that_was_there(tmp_path: Path) -> None:
    total = "cluster_rule_namespace:falco_events:sum"
    evaluated(
        tmp_path,
        security.events(),
        {
            'up{cluster="a", job="falco-falcosidekick"}': "_x10 1x60",
            # Stood before Prometheus looked: nobody knows when these came.
            f'{total}{{cluster="a", rule="old"}}': "_x10 4x20 6x40",
            f'{total}{{cluster="a", rule="first"}}': "_x20 1x50",
        },
        Asked(
            f"sum by (rule) (sum_over_time({security.FALCO}[1h]))",
            "60m",
            {'{rule="old"}': 2, '{rule="first"}': 1},
        ),
    )


def test_a_component_that_counts_attacks_without_a_line_is_recorded_and_none_is_recorded_twice() -> None:
    found = [(rule.name, rule.labels["system"]) for rule in of_all_systems(security.rules)]
    assert (security.ATTACKS, "cloudmart") in found
    # It has a line, and its alert's bundle records it.
    assert (security.ATTACKS, "alchemorsel") not in found
    assert len(found) == len(set(found))
