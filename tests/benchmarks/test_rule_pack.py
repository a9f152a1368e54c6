"""The comparison of rule packs: what rules read, in which order series are recorded, what is counted for whom."""

from pathlib import Path

import pytest

from authoring.docs.default_rules import DefaultRules
from benchmarks.rule_pack import cluster, recording
from benchmarks.rule_pack.__main__ import Cost, Slowest, main, slowest
from model.catalog.catalog import Catalog
from pictures.synthetic import packs, store
from pictures.synthetic.packs import Group, Read, Rule
from tests.tools import PROJECT

CATALOG = Catalog.load(PROJECT / "catalog")
FILE = """\
kind: Service
---
kind: PrometheusRule
spec:
  groups:
    - {name: slow, interval: 3m, rules: [{record: a:b:c, expr: sum(up)}]}
    - {name: usual, rules: [{alert: Down, expr: up == 0, labels: {severity: none}}]}
"""
DECIDED = DefaultRules.model_validate(
    {
        "chart": "x 1",
        "alerts": {"Down": {"by": ["ServiceDown"]}, "Gone": {"dropped": "So."}},
        "groups": {"slow": "Cheap."},
    }
)


def rule(expr: str, record: str = "", alert: str = "") -> Rule:
    return Rule(record, alert, expr, {})


def group(*rules: Rule, name: str = "g", interval: int = 30) -> Group:
    return Group(name, interval, rules)


@pytest.mark.parametrize(
    ("expr", "newest", "oldest"),
    [
        pytest.param("up", 0, 300, id="an instant looks back five minutes"),
        pytest.param("rate(up[10m])", 0, 600, id="a range"),
        pytest.param("rate(up[10m] offset 1h)", 3600, 4200, id="a range of an hour ago"),
        pytest.param("max_over_time(up[1d:10m] offset 10m)", 600, 87300, id="instants of a day"),
        pytest.param("sum(max_over_time(rate(up[5m])[1h:1m])) > 1", 0, 3900, id="ranges of an hour"),
    ],
)
def test_a_read_knows_how_far_back_it_looks(expr: str, newest: int, oldest: int) -> None:
    assert rule(expr).reads() == [Read("up", (), newest, oldest)]


def test_a_rendered_chart_gives_the_rules_of_its_objects(tmp_path: Path) -> None:
    path = tmp_path / "chart.yaml"
    path.write_text(FILE, encoding="utf-8")
    slow, usual = packs.of_file(path)
    assert (slow.interval, usual.interval) == (180, packs.INTERVAL)
    assert usual.rules == (Rule("", "Down", "up == 0", {"severity": "none"}),)


def test_default_rules_and_the_table_of_them_are_compared_both_ways() -> None:
    slow, down = group(rule("up", "a:b:c"), name="slow"), group(rule("up", alert="Down"), name="usual")
    assert packs.undecided([slow, down, group(rule("up", alert="Gone"))], DECIDED) == []
    new = group(rule("up", "d:e:f"), rule("up", alert="New"), name="new")
    assert packs.undecided([slow, down, new], DECIDED) == ["Gone", "New", "new"]


def test_our_answer_to_the_same_questions_counts_what_is_recorded_for_it() -> None:
    first, second = rule("sum(up)", "job:up:sum"), rule("job:up:sum * 2", "job:up:double")
    asked, other = rule("job:up:double > 1", alert="ServiceDown"), rule("up", "job:other:sum")
    assert packs.same_questions([group(first, second, other, asked)], DECIDED) == [asked, second, first]


def test_a_pattern_stands_for_one_value_of_each_of_its_alternatives() -> None:
    (read,) = rule('up{job=~"(?i)api|web.*", code=~"5..", path=~"[/]x", job!="z", zone="eu"}').reads()
    assert packs.values([read], "job") == ["api", "web"]
    assert packs.values([read], "code") == ["500"]
    assert packs.values([read], "zone") == ["eu"]
    assert packs.values([read], "path") == []


def test_a_read_matches_as_prometheus_does() -> None:
    (read,) = rule('up{job=~"a|b.*", zone!="eu", code!~"5..", path=""}').reads()
    assert read.matches({"job": "bc", "zone": "us", "code": "200"})
    for other in ({"job": "ab"}, {"job": "a", "zone": "eu"}, {"job": "a", "code": "503"}, {"job": "a", "path": "/"}):
        assert not read.matches(other)


def test_a_rule_is_asked_when_all_that_it_reads_is_there_and_of_one_name_the_one_that_reads_it_last() -> None:
    total, bad = rule("sum(up)", "x:events:sum"), rule("x:events:sum - 1", "x:events:sum")
    ratio = rule("x:events:sum / 2", "x:events:ratio")
    assert packs.next_level([ratio, bad, total]) == [total]
    assert packs.next_level([ratio, bad]) == [bad]
    assert packs.next_level([ratio]) == [ratio]


def test_overlapping_spans_become_one() -> None:
    assert store.merged([(0, 300), (300, 600), (3600, 4200), (0, 300)], 15) == [(3600, 4200), (0, 600)]


def test_counters_grow_and_gauges_stand_still() -> None:
    counts = [line.split()[1] for line in store.lines("hits_total", {"job": "a"}, [(0, 60)], 30)]
    assert counts == sorted(counts)
    assert len(set(counts)) == 3
    assert list(store.lines("up", {"job": "a"}, [(0, 30)], 30)) == [
        f'up{{job="a"}} 1 {store.NOW - 30}',
        f'up{{job="a"}} 1 {store.NOW}',
    ]


def series(metric: str, *exprs: str) -> list[dict[str, str]]:
    uses = recording.uses_of([group(*(rule(expr) for expr in exprs))])
    return list(cluster.Cluster(CATALOG, uses).series(metric))


def test_no_series_is_there_twice_and_every_job_that_a_rule_asks_for_has_one() -> None:
    found = series("up", 'up{job="kubelet"}', 'up{job=~".*otel-.*"}')
    assert len({tuple(sorted(labels.items())) for labels in found}) == len(found) == 400
    assert {labels["job"] for labels in found} == {"kubelet", "otel-"}


def test_a_declared_metric_has_series_of_each_component_that_declares_it() -> None:
    found = series("http_requests_total", 'http_requests_total{system="bakhmach", component="backend", status=~"5.."}')
    parts = {(labels["system"], labels["component"]) for labels in found}
    assert ("bakhmach", "backend") in parts
    assert "500" in {labels["status"] for labels in found if labels["component"] == "backend"}


def test_a_part_that_rules_name_has_series_though_an_exporter_speaks_for_it() -> None:
    found = series("probe_success", 'probe_success{system="bakhmach", component="backend", probe="ready"} == 0')
    assert found
    assert all(labels.items() >= {"system": "bakhmach", "probe": "ready"}.items() for labels in found)


def test_the_slowest_group_is_the_one_that_takes_most_of_its_own_interval() -> None:
    seldom = group(rule("a"), rule("b"), name="seldom", interval=300)
    often = group(rule("c"), name="often", interval=15)
    costs = [Cost(g, r, 1, 0.2, idle=False) for g in (seldom, often) for r in g.rules]
    assert slowest(costs) == Slowest("often", 0.2, 0.2 / 15)


def test_without_a_file_or_with_undecided_rules_nothing_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == main([str(tmp_path / "none.yaml")]) == 2
    path = tmp_path / "chart.yaml"
    path.write_text(FILE, encoding="utf-8")
    assert main([str(path)]) == 2
    assert "differ in" in capsys.readouterr().err
