"""`make chart` of a new chart: three files know it afterwards, or nothing is written."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from engine import chart_start, cli
from model.charts import read_charts, read_inventory
from model.problems import BadInput
from tests.engine.test_chart_bump import CHARTS, NEW, VERSIONS, Planned, files, package

REPOSITORY = "https://charts.example.com"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project that has a chart, but not the one of the mirror."""
    project = tmp_path / "project"
    (project / "components").mkdir(parents=True)
    (project / "components" / "charts.yaml").write_text(CHARTS.replace("shop", "other"))
    (project / "versions.toml").write_text(VERSIONS.replace("shop", "other"))
    return project


@pytest.fixture(name="shops")
def packaged(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    folder.mkdir()
    package(folder, "2.0.0", NEW, kubeVersion=">=1.30")
    return folder


def start(root: Path, shops: Path, key: str = "shop", *asked: str) -> chart_start.Started:
    driver: Any = Planned(root, {})
    given = chart_start.Asked(*(asked or ("2.0.0", REPOSITORY, "shops")))
    return chart_start.start(driver, key, given, str(shops), Console(quiet=True))


def test_a_new_chart_is_pinned_placed_and_listed_and_the_rest_stays(root: Path, shops: Path) -> None:
    result = start(root, shops)

    assert set(files(root)) == set(result.written)
    entry = f'[charts.shop]\nrepository = "{REPOSITORY}"\nversion = "2.0.0"\napp = "app-2.0.0"\nkube = ">=1.30"\n\n'
    before = VERSIONS.replace("shop", "other")
    assert (root / "versions.toml").read_text() == before.replace("[images]", f"{entry}[images]")
    assert (root / "components/charts.yaml").read_text().startswith(CHARTS.replace("shop", "other"))
    chart = read_charts(root / "components").charts["shop"]
    assert (chart.namespace, chart.release) == ("shops", "shop")
    assert "replicas" in read_inventory(root / "components", "shop", chart)
    shown = io.StringIO()
    chart_start.show(Console(width=80, file=shown), result)
    assert "written   components/charts.yaml" in shown.getvalue()


def test_all_mistakes_are_named_at_once_and_nothing_is_written(root: Path, shops: Path) -> None:
    before = files(root)
    with pytest.raises(BadInput) as error:
        start(root, shops, "Shop", "latest", "charts", "")
    said = str(error.value)
    for part in ("CHART: found 'Shop'", "VERSION: found 'latest'", "REPOSITORY: found 'charts'", "NAMESPACE: found ''"):
        assert part in said
    with pytest.raises(BadInput, match=r"CHART: found 'other', which versions\.toml has; allowed: a new chart"):
        start(root, shops, "other")
    with pytest.raises(BadInput, match=r"9\.9\.9"):
        start(root, shops, "shop", "9.9.9", REPOSITORY, "shops")
    assert files(root) == before


def test_the_command_line_starts_a_chart_that_has_a_repository(
    root: Path, shops: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "make_driver", lambda: Planned(root, {}))
    where = ["--repository", REPOSITORY, "--namespace", "shops", "--mirror", str(shops)]
    done = CliRunner().invoke(cli.app, ["chart", *where, "--json", "shop", "2.0.0"])

    assert done.exit_code == 0
    assert json.loads(done.stdout)["app"] == "app-2.0.0"
