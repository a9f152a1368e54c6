"""Pages written from lists and formulas: data paths, sizing, and the default rules that ours replace."""

import re
from pathlib import Path

import pytest

from authoring.docs import data_paths as data_path_docs
from authoring.docs import default_rules
from authoring.docs import sizing as sizing_docs
from model.alerting.prometheus_rules import RuleFile
from model.assets import Asset, BundleKind, read_manifest
from model.cluster.network_paths import PATHS, SUBJECTS
from model.problems import BadInput
from model.sizing.load import Load
from model.sizing.platform import sizing
from model.versions import versions
from tests.tools import PROJECT

((PATH, TEXT),) = data_path_docs.generate().items()


def test_the_shipped_page_is_that_of_the_list() -> None:
    assert (PROJECT / PATH).read_text(encoding="utf-8") == TEXT, "run `make assets`"


def test_every_path_has_a_row_under_its_subject() -> None:
    rows = re.findall(r"^\| (?!from|---)(.+) \|$", TEXT, re.MULTILINE)
    assert len(rows) == len(PATHS) == sum(map(len, SUBJECTS.values()))
    for path in PATHS:
        assert any(path.reason in row and (path.service or "-") in row for row in rows), path


def test_the_way_of_a_finding_of_falco_is_in_the_picture_of_alerts_or_telemetry() -> None:
    assert re.search(r'n_falco_falco -- "2801" --> n_falcosidekick_falco', TEXT)
    assert re.search(r'n_falcosidekick_falco -- "9093" --> n_alertmanager_monitoring', TEXT)


def test_every_end_of_an_arrow_is_a_box() -> None:
    for picture in re.findall(r"```mermaid\n(.+?)```", TEXT, re.DOTALL):
        boxes = set(re.findall(r"^  (n_\w+)\[", picture, re.MULTILINE))
        ends = set(re.findall(r"(n_\w+) -- |--> (n_\w+)", picture))
        assert {end for pair in ends for end in pair if end} <= boxes


def test_the_page_holds_what_the_formulas_say() -> None:
    ((path, text),) = sizing_docs.generate().items()
    assert (PROJECT / path).read_text(encoding="utf-8") == text, "run `make assets`"


def test_the_page_covers_a_hundred_thousand_to_a_hundred_million_series_and_ten_gib_to_ten_tib() -> None:
    text = sizing_docs.generate()[sizing_docs.PATH]
    first_cells = set(re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE))
    assert {"100,000", "1,000,000", "10,000,000", "100,000,000", "10 GiB", "100 GiB", "1 TiB", "10 TiB"} <= first_cells


def test_a_row_is_the_size_of_its_load() -> None:
    one = sizing(Load(series=10_000_000)).prometheus
    row = re.search(r"^\| 10,000,000 \|.*$", sizing_docs.generate()[sizing_docs.PATH], re.MULTILINE)
    assert row
    cells = [cell.strip() for cell in row[0].strip("|").split("|")]
    assert cells[1:3] == [str(one.profile), f"{one.shards} x {one.replicas}"]
    assert cells[5] == f"{one.volume_gib} GiB"


RULES = default_rules.load(PROJECT)


def test_every_alert_that_replaces_a_default_one_is_shipped() -> None:
    shipped: set[str] = set()
    for bundle in read_manifest(PROJECT, "rules").bundles:
        if bundle.kind is BundleKind.PROMETHEUS:
            path = f"rules/{bundle.path}"
            shipped |= set(RuleFile.parse(Asset(bundle, path, (PROJECT / path).read_text(encoding="utf-8"))).alerts)
    assert {alert for fate in RULES.alerts.values() for alert in fate.by} <= shipped


def test_the_decisions_are_about_the_chart_that_is_installed() -> None:
    """Another version brings other rules: `python -m benchmarks.rule_pack` names those that nobody decided on."""
    pinned = versions().charts["kube-prometheus-stack"].version
    assert RULES.chart == f"kube-prometheus-stack {pinned}"


def test_the_page_has_a_line_for_every_default_rule() -> None:
    page = default_rules.generate(PROJECT)[default_rules.PATH]
    assert all(f"| {name} |" in page for name in (*RULES.alerts, *RULES.groups))


def test_a_rule_that_is_neither_replaced_nor_dropped_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model" / "alerting").mkdir(parents=True)
    text = "chart: x 1\nalerts:\n  Lost: {why: Nobody decided.}\ngroups: {}\n"
    (tmp_path / default_rules.SOURCE).write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match="neither of by and dropped"):
        default_rules.generate(tmp_path)
