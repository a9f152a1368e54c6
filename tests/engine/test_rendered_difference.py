"""What an update of a chart shows before it is made."""

from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console

from engine.events import Change, Step
from engine.rendered_difference import ObjectDifference, of_steps, show
from tests import tools
from tests.checks.charts.rendered import package

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {mode: {{ .Values.mode }}}\n"
OTHER = """
apiVersion: v1
kind: ConfigMap
metadata: {name: other, namespace: far}
data: {kube: {{ .Capabilities.KubeVersion.Version }}}
"""
TOOLS = tools.BUILT


def step(before: str | None, after: str | None, chart: str = "shop", kind: str = "helm.sh/v3:Release") -> Step:
    def inputs(version: str | None) -> dict[str, Any]:
        if version is None:
            return {}
        return {
            "chart": chart,
            "version": version,
            "name": "shop",
            "namespace": "shop",
            "repositoryOpts": {"repo": "http://127.0.0.1:1"},
            "values": {"mode": version},
        }

    return Step(
        urn=f"urn:pulumi:dev::belfry::{kind}::shop-release",
        type=f"kubernetes:{kind}",
        change=Change.UPDATE,
        parent="",
        inputs=inputs(after),
        changed=("version",),
        before=inputs(before),
    )


def charts(folder: Path) -> Path:
    package(folder, "shop", "1.0.0", {"map.yaml": MAP})
    package(folder, "shop", "2.0.0", {"map.yaml": MAP, "other.yaml": OTHER})
    return folder


def test_each_object_has_its_own_difference(tmp_path: Path) -> None:
    (found,) = of_steps([step("1.0.0", "2.0.0")], tools=TOOLS, mirror=str(charts(tmp_path)))
    assert (found.release, found.chart, found.before, found.after) == ("shop-release", "shop", "1.0.0", "2.0.0")
    changed, added = found.objects[1], found.objects[0]
    assert changed.object == "ConfigMap/settings"
    assert {"-  mode: 1.0.0", "+  mode: 2.0.0"} <= set(changed.lines)
    assert added.object == "ConfigMap/far/other"
    assert all(line.startswith("+") for line in added.lines[3:])


def test_the_clusters_version_is_what_is_rendered_for(tmp_path: Path) -> None:
    cluster = step(None, None, kind="unused")
    cluster.type, cluster.inputs = "aws:eks/cluster:Cluster", {"version": "1.36"}
    (found,) = of_steps([cluster, step("1.0.0", "2.0.0")], tools=TOOLS, mirror=str(charts(tmp_path)))
    assert "+  kube: v1.36" in found.objects[0].lines


def test_nothing_is_rendered_for_equal_versions_new_and_deleted_releases(tmp_path: Path) -> None:
    steps = [step("1.0.0", "1.0.0"), step(None, "1.0.0"), step("1.0.0", None), step("1.0.0", "2.0.0", kind="v1:Pod")]
    assert of_steps(steps, tools=tmp_path / "nowhere", mirror=str(tmp_path)) == []


def test_a_chart_that_is_not_to_be_had_is_a_note_and_no_error(tmp_path: Path) -> None:
    package(tmp_path, "shop", "2.0.0", {"map.yaml": MAP})
    (found,) = of_steps([step("1.0.0", "2.0.0")], tools=TOOLS, mirror=str(tmp_path))
    assert found.objects == ()
    assert found.note.startswith("no rendered difference: chart shop 1.0.0: shop-1.0.0.tgz is not in")


def test_a_missing_helm_is_a_note_and_no_error(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("PATH", "")
    (found,) = of_steps([step("1.0.0", "2.0.0")], tools=tmp_path, mirror=None)
    assert "make tools TOOL=helm" in found.note


def test_the_screen_shows_headline_objects_and_lines(tmp_path: Path) -> None:
    (found,) = of_steps([step("1.0.0", "2.0.0")], tools=TOOLS, mirror=str(charts(tmp_path)))
    console = Console(record=True, width=120, file=StringIO())
    show(console, [found])
    text = console.export_text()
    assert "shop-release: chart shop 1.0.0 -> 2.0.0" in text
    assert "  ConfigMap/settings\n" in text
    assert "    +  mode: 2.0.0\n" in text
    assert "before" not in text
    assert isinstance(found.objects[0], ObjectDifference)
