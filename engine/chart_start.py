"""`make chart` of a chart that Belfry does not have yet: writes its version, its row and its inventory.

Left out: the component, its values and its connections, which are decisions (docs/contributing.md).
"""

import dataclasses
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydantic
from rich.console import Console
from rich.markup import escape

from checks.charts.helm import Helm, find_helm
from engine.chart_bump import brought, inexact
from engine.chart_changes import tree_of
from engine.charts import refuse_mirror
from engine.driver import Driver
from model.chart_inventory import inventory_file
from model.charts import INVENTORIES, TABLE, Chart, ChartUse, read_charts
from model.file import read_text
from model.problems import Problem, raise_if_any
from model.versions import FILE, ChartName, ChartPin, parse_versions
from model.versions_text import with_table


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person says of a new chart."""

    version: str
    repository: str
    namespace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A new chart, and the files that know it now."""

    chart: str
    version: str
    app: str
    written: tuple[str, ...]


def start(driver: Driver, key: str, asked: Asked, mirror: str | None, screen: Console) -> Started:
    """Fetch the chart, then write ``versions.toml``, ``components/charts.yaml`` and the inventory.

    Its release is named as the chart is. Raises BadInput with all mistakes, also for a chart that is there already;
    then nothing is written.
    """
    components = driver.root / "components"
    raise_if_any(_problems(read_charts(components).charts, key, asked))
    refuse_mirror(mirror)
    version = asked.version
    use = ChartUse(namespace=asked.namespace, release=key)
    chart = Chart(key, ChartPin(repository=asked.repository, version=version, app=version), use)
    with tempfile.TemporaryDirectory(prefix="belfry-charts-") as folder:
        screen.print(f"fetching {key} {version}", highlight=False)
        package = brought(Helm(find_helm(driver.tools), Path(folder), mirror), chart, version)
    versions = read_text(driver.root / FILE, FILE)
    app = package.app or version
    values = {"repository": asked.repository, "version": version, "app": app, "kube": package.kube}
    images = re.search(r"^\[(images[^\]]*)\]$", versions, re.MULTILINE)
    versions = with_table(
        versions,
        f"charts.{key}",
        {name: value for name, value in values.items() if value is not None},
        before=images[1] if images else "images",
    )
    parse_versions(versions)
    table = read_text(components / TABLE, TABLE).rstrip("\n")
    written = {
        components / INVENTORIES / f"{key}.json": inventory_file(key, version, tree_of(package)),
        components / TABLE: f"{table}\n\n  {key}:\n    namespace: {asked.namespace}\n    release: {key}\n",
        driver.root / FILE: versions,
    }
    for path, text in written.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    names = tuple(path.relative_to(driver.root).as_posix() for path in written)
    return Started(chart=key, version=version, app=app, written=names)


def show(console: Console, result: Started) -> None:
    """What was written, and where the rest is described."""
    for text in (
        f"{result.chart} {result.version}, program {result.app}",
        *(f"written   {name}" for name in result.written),
        "next: its component and its connections (docs/contributing.md, A chart)",
    ):
        console.print(escape(text), highlight=False, soft_wrap=True)


def machine_readable(result: Started) -> dict[str, Any]:
    """The same for machines."""
    return dataclasses.asdict(result)


def _problems(known: Iterable[str], key: str, asked: Asked) -> list[Problem]:
    problems = inexact(asked.version)
    repository, namespace = asked.repository, asked.namespace
    if key in known:
        problems.append(Problem("CHART", f"found {key!r}, which {FILE} has", "a new chart, or no REPOSITORY"))
    elif not _fits(pydantic.TypeAdapter(ChartName), key):
        problems.append(Problem("CHART", f"found {key!r}", "lower case, digits and single hyphens"))
    if not _fits(pydantic.TypeAdapter(ChartPin), {"repository": repository, "version": "1.0.0", "app": "1"}):
        problems.append(Problem("REPOSITORY", f"found {repository!r}", "https:// or oci://, no / at the end"))
    if not _fits(pydantic.TypeAdapter(ChartUse), {"namespace": namespace, "release": "a"}):
        problems.append(Problem("NAMESPACE", f"found {namespace!r}", "a namespace of Kubernetes"))
    return problems


def _fits(kind: pydantic.TypeAdapter[Any], value: Any) -> bool:
    try:
        kind.validate_python(value)
    except pydantic.ValidationError:
        return False
    return True
