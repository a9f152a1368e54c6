"""What a changed chart or changed values mean for the cluster: the rendered objects before and after, line by line."""

import difflib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from checks.charts.check import KUBERNETES
from checks.charts.helm import ChartsUnreachable, Helm, NotRendered, find_helm
from checks.charts.releases import CLUSTER_TYPE, RELEASE_TYPE, Release, release_of
from engine.events import Step
from model.problems import BadInput
from model.yaml_text import to_yaml

_STYLES = {"+": "green", "-": "red", "@": "dim"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectDifference:
    """One object; ``lines`` of a unified difference, all added or removed where the object is on one side only."""

    object: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDifference:
    """One release of another version. ``note`` says why there is nothing to show."""

    release: str
    chart: str
    before: str
    after: str
    objects: tuple[ObjectDifference, ...] = ()
    note: str = ""


def of_steps(steps: Sequence[Step], *, tools: Path, mirror: str | None) -> list[ReleaseDifference]:
    """Of every release among the ``steps`` of a preview or an update whose chart or version is another than before.

    A chart or a helm that is not to be had is a note and no error: a preview must not fail for want of it.
    """
    changed = [step for step in steps if step.type == RELEASE_TYPE and _pinned(step.before) != _pinned(step.inputs)]
    pairs = [_pair(step) for step in changed if step.before and step.inputs]
    if not pairs:
        return []
    clusters = [str(step.inputs["version"]) for step in steps if step.type == CLUSTER_TYPE and "version" in step.inputs]
    kubernetes = clusters[0] if clusters else KUBERNETES
    with tempfile.TemporaryDirectory(prefix="belfry-charts-") as folder:
        try:
            helm = Helm(find_helm(tools), Path(folder), mirror)
        except BadInput as error:
            return [_noted(old, new, str(error)) for old, new in pairs]
        return [_difference(old, new, helm, kubernetes) for old, new in pairs]


def show(console: Console, found: Iterable[ReleaseDifference]) -> None:
    """A headline for each release, then its objects."""
    for release in found:
        headline = f"{release.release}: chart {release.chart} {release.before} -> {release.after}"
        console.print(f"[bold]{escape(headline)}[/]", highlight=False)
        if release.note:
            console.print(escape(release.note), highlight=False, soft_wrap=True)
        for one in release.objects:
            console.print(f"  {escape(one.object)}", highlight=False)
            for line in one.lines[2:]:  # without the names of the two sides
                console.print(f"    {escape(line)}", style=_STYLES.get(line[:1]), highlight=False, soft_wrap=True)


def _difference(old: Release, new: Release, helm: Helm, kubernetes: str) -> ReleaseDifference:
    try:
        helm.bring([old, new])
        objects = tuple(_objects(helm.render(old, kubernetes), helm.render(new, kubernetes)))
    except (ChartsUnreachable, NotRendered) as error:
        return _noted(old, new, str(error))
    return ReleaseDifference(
        release=new.resource, chart=new.chart, before=old.version, after=new.version, objects=objects
    )


def _noted(old: Release, new: Release, why: str) -> ReleaseDifference:
    note = f"no rendered difference: {why}"
    return ReleaseDifference(release=new.resource, chart=new.chart, before=old.version, after=new.version, note=note)


def _objects(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Iterator[ObjectDifference]:
    old, new = _texts(before), _texts(after)
    for name in sorted(old.keys() | new.keys()):
        lines = difflib.unified_diff(old.get(name, []), new.get(name, []), "before", "after", lineterm="", n=2)
        if found := tuple(lines):
            yield ObjectDifference(object=name, lines=found)


def _texts(objects: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Keys are sorted: their order in a template means nothing."""
    return {_name(one): to_yaml(one, sort_keys=True).splitlines() for one in objects}


def _name(one: Mapping[str, Any]) -> str:
    metadata = one.get("metadata") or {}
    return "/".join(str(part) for part in (one.get("kind"), metadata.get("namespace"), metadata.get("name")) if part)


def _pair(step: Step) -> tuple[Release, Release]:
    """Before and after, both in the namespace of the state: the new one may not be known yet."""
    namespace = str(step.before.get("namespace") or "default")
    return (
        release_of(step.name, step.before, namespace=namespace),
        release_of(step.name, step.inputs, namespace=namespace),
    )


def _pinned(inputs: Mapping[str, Any]) -> tuple[Any, Any]:
    return inputs.get("chart"), inputs.get("version")
