"""`make chart CHART=... VERSION=...`: looks at a new version of a Helm chart, then writes the two files that pin it.

Left out: the values themselves. Whoever takes the version adapts the component, and looks by `make charts-check`.
"""

import dataclasses
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydantic
from rich.console import Console
from rich.markup import escape

from checks.charts.check import KUBERNETES
from checks.charts.helm import ChartsUnreachable, Helm, NotRendered, find_helm
from checks.charts.releases import Release, kubernetes_version, releases
from engine.chart_changes import Change, changes, images, owner, tree_of
from engine.chart_package import Package, read_package
from engine.charts import refuse_mirror
from engine.driver import Driver
from engine.modes import Choice, Mode
from model.chart_inventory import inventory_file
from model.charts import INVENTORIES, Chart, read_charts, with_accepted
from model.file import read_text
from model.problems import BadInput, Problem, raise_if_any
from model.versions import FILE, ChartVersion, parse_versions
from model.versions_text import with_keys
from model.vocabulary import Environment

_OFFLINE = Choice(mode=Mode.OFFLINE, reason="the values that an environment gives need no account", other="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bump:
    """What a version brings. ``notes``: what could not be compared, and why."""

    chart: str
    before: str
    after: str
    app_before: str
    app_after: str
    changes: tuple[Change, ...]
    images_gone: tuple[str, ...]
    images_new: tuple[str, ...]
    notes: tuple[str, ...]
    written: tuple[str, ...]

    @property
    def breaks(self) -> int:
        """How many values the chart does not take any more."""
        return sum(change.breaks for change in self.changes)


def bump(driver: Driver, key: str, version: str, mirror: str | None, screen: Console) -> Bump:
    """Compare, then write ``versions.toml`` and the inventory below ``driver.root``.

    ``screen`` sees each step. Raises BadInput for a chart that the table does not have, for what is no exact version
    and for a version that is not to be had; then nothing is written.
    """
    components = driver.root / "components"
    charts = read_charts(components)
    raise_if_any([*_unknown(key, charts.charts), *inexact(version)])
    refuse_mirror(mirror)
    chart = charts.charts[key]
    with tempfile.TemporaryDirectory(prefix="belfry-charts-") as folder:
        helm = Helm(find_helm(driver.tools), Path(folder), mirror)
        screen.print(f"bringing {key} {version}", highlight=False)
        new = brought(helm, chart, version)
        notes = []
        try:
            old = brought(helm, chart, chart.version)
        except BadInput as error:
            old = None
            notes.append(f"defaults and images are not compared: {error.problems[0].found}")
        used, kubernetes = _used(driver, chart, screen)
        tree = tree_of(new)
        found = changes(key, old, new, with_accepted(tree, chart), [(who, release.values) for who, release in used])
        images_after, failures = _images(helm, used, version, kubernetes)
        images_before = _images(helm, used, chart.version, kubernetes)[0] if old else images_after
        notes += failures
    text = with_keys(
        read_text(driver.root / FILE, FILE),
        f"charts.{key}",
        {"version": version, "app": new.app or version, "kube": new.kube},
    )
    parse_versions(text)
    file = components / INVENTORIES / f"{key}.json"
    written = {file: inventory_file(key, version, tree), driver.root / FILE: text}
    changed = [path for path, body in written.items() if not path.is_file() or path.read_text("utf-8") != body]
    for path in changed:
        path.parent.mkdir(exist_ok=True)
        path.write_text(written[path], encoding="utf-8")
    return Bump(
        chart=key,
        before=chart.version,
        after=version,
        app_before=chart.app_version,
        app_after=new.app or version,
        changes=tuple(found),
        images_gone=tuple(sorted(images_before - images_after)),
        images_new=tuple(sorted(images_after - images_before)),
        notes=tuple(notes),
        written=tuple(path.relative_to(driver.root).as_posix() for path in changed),
    )


def show(console: Console, result: Bump) -> None:
    """A headline, then what breaks, what differs, images, and what was written."""

    def line(text: str, style: str | None = None) -> None:
        console.print(escape(text), style=style, highlight=False, soft_wrap=True)

    line(f"{result.chart} {result.before} -> {result.after}, program {result.app_before} -> {result.app_after}", "bold")
    for title, breaks, style in (
        ("no longer taken", True, "red"),
        ("other default of a value that we set", False, None),
    ):
        for change in (change for change in result.changes if change.breaks is breaks):
            line(f"{title}: {change.path}", style)
            line(f"  {change.change}")
            line(f"  set by {', '.join(change.components)}")
    for title, names in (("image gone", result.images_gone), ("new image", result.images_new)):
        for name in names:
            line(f"{title}: {name}")
    for note in result.notes:
        line(note, "yellow")
    for name in result.written:
        line(f"written   {name}")
    counts = f"{result.breaks} values to adapt, {len(result.changes) - result.breaks} other defaults"
    line(f"{counts}; next: `make charts-check`, then read the chart's own release notes")


def machine_readable(result: Bump) -> dict[str, Any]:
    """The same for machines."""
    return dataclasses.asdict(result) | {"breaks": result.breaks}


def _unknown(key: str, known: Iterable[str]) -> list[Problem]:
    if key in known:
        return []
    return [Problem("CHART", f"found {key!r}, which components/charts.yaml does not have", ", ".join(sorted(known)))]


def inexact(version: str) -> list[Problem]:
    """A mistake for what is no exact version."""
    try:
        pydantic.TypeAdapter[str](ChartVersion).validate_python(version)
    except pydantic.ValidationError:
        return [Problem("VERSION", f"found {version!r}", "an exact version, such as 1.2.3")]
    return []


def brought(helm: Helm, chart: Chart, version: str) -> Package:
    """The package of a version. Raises BadInput for one that is not to be had."""
    release = _release(chart, version)
    try:
        helm.bring([release])
    except ChartsUnreachable as error:
        reason = str(error).splitlines()[0]
        raise BadInput([Problem("VERSION", reason, "a version that the repository or CHART_MIRROR has")]) from None
    package = read_package(helm.package(release))
    if (package.name, package.version) != (chart.chart, version):
        said = f"found {package.name} {package.version} in {release.package}"
        raise BadInput([Problem("VERSION", said, f"{chart.chart} {version}")])
    return package


def _release(chart: Chart, version: str) -> Release:
    oci = chart.repository.startswith("oci://")
    return Release(
        resource=chart.release,
        chart=chart.chart,
        location=f"{chart.repository}/{chart.chart}" if oci else chart.chart,
        repository=None if oci else chart.repository,
        version=version,
        name=chart.release,
        namespace=chart.namespace,
        values={},
        skip_crds=False,
        after_definitions=True,
    )


def _used(driver: Driver, chart: Chart, screen: Console) -> tuple[list[tuple[str, Release]], str]:
    """Every release of the chart in the environments, with its component and environment; and a cluster's version."""
    used, kubernetes = [], KUBERNETES
    charts = read_charts(driver.root / "components")
    for environment in Environment:
        screen.print(f"planning {environment}", highlight=False)
        plan = driver.preview(environment, _OFFLINE, plan=True).plan
        assert plan is not None
        kubernetes = kubernetes_version(plan, kubernetes)
        own = [release for release in releases(plan, charts) if release.chart == chart.chart]
        used += [(f"{owner(plan, release)} ({environment})", release) for release in own]
    return used, kubernetes


def _images(
    helm: Helm, used: Sequence[tuple[str, Release]], version: str, kubernetes: str
) -> tuple[set[str], list[str]]:
    """Images of a version with the values of every release, and what does not render."""
    rendered: set[str] = set()
    notes = []
    for who, release in used:
        wanted = dataclasses.replace(release, version=version)
        try:
            helm.bring([wanted])
            rendered |= images(helm.render(wanted, kubernetes))
        except (ChartsUnreachable, NotRendered) as error:
            notes.append(f"{version} does not render with the values of {who}: {error}")
    return rendered, notes
