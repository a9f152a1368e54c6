"""`make chart`: what a version changes for our values is shown, and both files are written, or nothing is."""

import io
import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from engine import chart_bump
from model.plan import Plan
from model.problems import BadInput
from model.versions import read_versions
from tests import tools
from tests.plans import plan_document, planned_resource

OLD = {"replicas": 1, "image": {"tag": "1.0.0"}, "server": {"port": 80}, "inner": {"on": True}}
NEW = {"replicas": 2, "image": {"tag": "2.0.0"}, "http": {"port": 80}, "inner": {"on": True}}
TEMPLATE = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec: {template: {spec: {containers: [{name: main, image: "shop:{{ .Values.image.tag }}"}]}}}
"""
VERSIONS = """\
# Kept.
[charts.shop]
repository = "https://charts.example.com"
version = "1.0.0"
app = "1"
kube = ">=1.20"

[images]

[eks.sources]

[eks.versions]
"""
CHARTS = "charts:\n  shop: {namespace: shop, release: shop}\n"


@dataclass
class Answer:
    """What is read of an outcome."""

    plan: Plan


@dataclass
class Planned:
    """A driver that plans one release with ``values`` in every environment."""

    root: Path
    values: Mapping[str, Any]
    tools: Path = tools.BUILT

    def preview(self, environment: str, choice: object, *, plan: bool) -> Answer:
        del choice
        assert plan
        component = planned_resource("belfry:kubernetes:Shop", "shop", environment)
        chart = planned_resource("belfry:kubernetes:Chart", "shop-chart", environment, parent=component["urn"])
        inputs = {"chart": "shop", "version": "1.0.0", "name": "shop", "namespace": "shop", "values": self.values}
        release = planned_resource(
            "kubernetes:helm.sh/v3:Release", "shop-release", environment, parent=chart["urn"], inputs=inputs
        )
        document = plan_document(component, chart, release, environment=environment)
        return Answer(document)


def package(mirror: Path, version: str, values: Mapping[str, Any], **about: Any) -> None:
    folder = mirror.parent / f"shop-{version}"
    (folder / "shop" / "templates").mkdir(parents=True)
    (folder / "shop" / "charts" / "inner").mkdir(parents=True)
    chart = {"apiVersion": "v2", "name": "shop", "version": version, "appVersion": f"app-{version}", **about}
    (folder / "shop" / "Chart.yaml").write_text(yaml.safe_dump(chart))
    (folder / "shop" / "values.yaml").write_text(yaml.safe_dump(values) + "# extra: x\n")
    (folder / "shop" / "templates" / "all.yaml").write_text(TEMPLATE)
    inner = {"apiVersion": "v2", "name": "inner", "version": "0.1.0"}
    (folder / "shop" / "charts" / "inner" / "Chart.yaml").write_text(yaml.safe_dump(inner))
    (folder / "shop" / "charts" / "inner" / "values.yaml").write_text("size: 3\n# hidden: x\n")
    command: list[str | Path] = [tools.find("helm"), "package", folder / "shop", "--destination", mirror]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    folder.mkdir()
    package(folder, "1.0.0", OLD)
    package(folder, "2.0.0", NEW, kubeVersion=">=1.30")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    (project / "components").mkdir(parents=True)
    (project / "components" / "charts.yaml").write_text(CHARTS)
    (project / "versions.toml").write_text(VERSIONS)
    return project


def bump(root: Path, mirror: Path | str, version: str = "2.0.0", chart: str = "shop", **values: Any) -> chart_bump.Bump:
    driver: Any = Planned(root, values)
    return chart_bump.bump(driver, chart, version, str(mirror), Console(quiet=True))


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_both_files_are_written_and_the_rest_of_the_versions_file_stays(root: Path, mirror: Path) -> None:
    assert bump(root, mirror).written == ("components/chart_values/shop.json", "versions.toml")
    expected = VERSIONS.replace('version = "1.0.0"', 'version = "2.0.0"').replace('app = "1"', 'app = "app-2.0.0"')
    assert (root / "versions.toml").read_text() == expected.replace(">=1.20", ">=1.30")
    assert json.loads((root / "components/chart_values/shop.json").read_text()) == {
        "chart": "shop",
        "version": "2.0.0",
        "values": {
            "extra": "any",
            "http": {"port": "number"},
            "image": {"tag": "string"},
            "inner": {"hidden": "any", "on": "bool", "size": "number"},
            "replicas": "number",
        },
    }


def test_our_values_that_break_or_change_are_named_with_the_components_that_set_them(root: Path, mirror: Path) -> None:
    result = bump(root, mirror, replicas=3, server={"port": 8080}, inner={"on": False})
    everywhere = tuple(f"Shop shop ({environment})" for environment in ("dev", "local", "prod", "staging"))
    assert [(change.path, change.change, change.breaks, change.components) for change in result.changes] == [
        ("server", "the chart has no such key; allowed: extra, http, image, inner, replicas", True, everywhere),
        ("replicas", "default 1 -> 2", False, everywhere),
        ("server.port", "default 80 -> none", False, everywhere),
    ]
    assert (result.images_gone, result.images_new) == (("shop:1.0.0",), ("shop:2.0.0",))


def test_what_a_plan_does_not_know_is_no_value_of_a_wrong_type(root: Path, mirror: Path) -> None:
    assert bump(root, mirror, replicas="known-after-deployment").breaks == 0


def test_without_the_old_version_the_new_one_is_still_taken_and_it_says_what_was_not_compared(
    root: Path, mirror: Path
) -> None:
    (mirror / "shop-1.0.0.tgz").unlink()
    result = bump(root, mirror, replicas=3)
    assert result.changes == ()
    assert "defaults and images are not compared" in result.notes[0]
    assert read_versions(root).charts["shop"].version == "2.0.0"


def test_the_same_version_again_writes_the_same_bytes(root: Path, mirror: Path) -> None:
    bump(root, mirror)
    before = files(root)
    assert bump(root, mirror).written == ()
    assert files(root) == before


@pytest.mark.parametrize(
    ("chart", "version", "message"),
    [
        pytest.param("shoop", "2.0.0", "CHART: found 'shoop', which components/charts.yaml does not have", id="chart"),
        pytest.param("shop", "9.9.9", r"chart shop 9\.9\.9: shop-9\.9\.9\.tgz is not in", id="version not there"),
        pytest.param("shop", "latest", "VERSION: found 'latest'; allowed: an exact version", id="no version"),
        pytest.param("shop", "--help", "VERSION: found '--help'", id="an option"),
    ],
)
def test_what_is_not_to_be_had_is_refused_and_nothing_is_written(
    root: Path, mirror: Path, chart: str, version: str, message: str
) -> None:
    before = files(root)
    with pytest.raises(BadInput, match=message):
        bump(root, mirror, version, chart)
    assert files(root) == before


def test_a_package_that_is_none_is_refused_and_nothing_is_written(root: Path, mirror: Path) -> None:
    before = files(root)
    (mirror / "shop-2.0.0.tgz").write_bytes(b"no archive")
    with pytest.raises(BadInput, match=r"shop-2\.0\.0\.tgz: no packaged chart in it"):
        bump(root, mirror)
    shutil.copy(mirror / "shop-1.0.0.tgz", mirror / "shop-2.0.0.tgz")
    with pytest.raises(BadInput, match=r"found shop 1\.0\.0 in shop-2\.0\.0\.tgz"):
        bump(root, mirror)
    assert files(root) == before


def test_the_report_says_what_breaks_and_what_to_do(root: Path, mirror: Path) -> None:
    shown = io.StringIO()
    chart_bump.show(Console(width=80, file=shown), bump(root, mirror, server={"port": 1}))
    text = shown.getvalue()
    assert "shop 1.0.0 -> 2.0.0, program 1 -> app-2.0.0" in text
    assert "no longer taken: server" in text
    assert "1 values to adapt, 1 other defaults; next: `make charts-check`" in text
