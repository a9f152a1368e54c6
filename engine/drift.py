"""What has drifted, as the engine sees it: the program against the state, and the state against AWS and the cluster.

It decides nothing: `python -m ops drift` takes this report, asks the cluster, and knows what is accepted.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi.automation import EngineEvent
from pulumi.automation.events import OpType

from checks.charts.check import KUBERNETES
from checks.charts.helm import ChartsUnreachable, Helm, NotRendered, find_helm
from checks.charts.releases import CLUSTER_TYPE, RELEASE_TYPE, release_of
from engine.driver import Driver, Outcome
from engine.events import Change, Step, made_by_engine, masked
from engine.modes import Choice
from model.drift.report import Difference, EngineReport
from model.plan import SECRET_TEXT, UNKNOWN_TEXT
from model.problems import BadInput, Problem
from model.vocabulary import Environment

Manifests = tuple[list[dict[str, Any]], list[str], list[str]]
"""Objects, what cannot be compared, and what failed."""
_HOOK = "helm.sh/hook"
_SIMULATED = "state against reality: the offline providers simulate AWS and the cluster, so nothing can differ"
_GONE = (OpType.DELETE, OpType.DELETE_REPLACED, OpType.DISCARD_REPLACED)


@dataclass(slots=True)
class Refreshed:
    """Listens to a refresh: resources whose outputs are not those of the state."""

    found: dict[str, Difference] = field(default_factory=dict)

    def __call__(self, event: EngineEvent) -> None:
        """Take one event of the engine."""
        if not event.res_outputs_event:
            return
        metadata = event.res_outputs_event.metadata
        if metadata.old is None or made_by_engine(metadata.urn):
            return
        if metadata.new is None or metadata.op in _GONE:
            self.found[metadata.urn] = Difference(urn=metadata.urn, change="delete")
            return
        # The event names no properties (pulumi/pulumi#17343), so they are compared here.
        old, new = masked(metadata.old.outputs or {}), masked(metadata.new.outputs or {})
        paths = tuple(sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key)))
        if paths:
            self.found[metadata.urn] = Difference(urn=metadata.urn, change="update", paths=paths)


def drift(driver: Driver, environment: Environment, choice: Choice, mirror: str | None) -> EngineReport:
    """Compare; nothing is changed. Raises BadInput offline, except for ``local``, and EngineError."""
    if choice.offline and environment is not Environment.LOCAL:
        found = f"'{environment}' would be compared with an empty state ({choice.reason})"
        raise BadInput([Problem("drift", found, f"credentials and Pulumi's plugins, or local. {choice.other}")])
    if choice.offline and not driver.kept.exists():
        raise BadInput([Problem(".local/state", "nothing is deployed", "`make up`")])
    previewed = driver.preview(environment, choice)
    reality = None if choice.offline else tuple(driver.refreshed(environment, choice, Refreshed()).found.values())
    # Without a cluster there is nothing to compare the manifests with.
    known: Manifests = ([], [_SIMULATED], []) if choice.offline else manifests(previewed.steps, driver.tools, mirror)
    objects, limits, failures = known
    return EngineReport(
        environment=environment,
        program=tuple(_program(previewed)),
        reality=reality,
        objects=tuple(objects),
        limits=tuple(limits),
        failures=tuple(failures),
    )


def manifests(steps: Sequence[Step], tools: Path, mirror: str | None) -> Manifests:
    """The objects of the state, with those that its Helm releases consist of; what has no object, and what failed."""
    own = [_object(step.before) for step in steps if step.type.startswith("kubernetes:") and "kind" in step.before]
    rendered, failures = _rendered(steps, tools, mirror)
    objects = [one for one in (*own, *rendered) if _HOOK not in ((one.get("metadata") or {}).get("annotations") or {})]
    hidden = [one for one in objects if _has_hidden(one)]
    limits = [f"{len(hidden)} Kubernetes objects with secrets: their values leave the state masked"] if hidden else []
    return [one for one in objects if not _has_hidden(one)], limits, failures


def _program(outcome: Outcome) -> Iterator[Difference]:
    for step in outcome.steps:
        if step.change not in (Change.SAME, Change.READ):
            paths = step.changed if step.change is Change.UPDATE else ()
            yield Difference(urn=step.urn, change=str(step.change), paths=paths)


def _object(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in inputs.items() if key != "status"}


def _rendered(steps: Sequence[Step], tools: Path, mirror: str | None) -> tuple[list[dict[str, Any]], list[str]]:
    """A chart that is not to be had is a failure: what it installed stays unseen."""
    releases = [
        release_of(step.name, step.before, namespace=str(step.before.get("namespace") or "default"))
        for step in steps
        if step.type == RELEASE_TYPE and step.before
    ]
    if not releases:
        return [], []
    versions = [str(step.before["version"]) for step in steps if step.type == CLUSTER_TYPE and "version" in step.before]
    rendered: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="belfry-charts-") as folder:
        try:
            helm = Helm(find_helm(tools), Path(folder), mirror)
            helm.bring(releases)
            for release in releases:
                found = helm.render(release, versions[0] if versions else KUBERNETES)
                rendered += [_in_namespace(one, release.namespace) for one in found]
        except (BadInput, ChartsUnreachable, NotRendered) as error:
            return rendered, [f"manifests of {len(releases)} Helm releases: {error}"]
    return rendered, []


def _in_namespace(one: dict[str, Any], namespace: str) -> dict[str, Any]:
    """Helm installs an object that names no namespace into the release's; one of the cluster's ignores it."""
    metadata = one.get("metadata") or {}
    return {**one, "metadata": {"namespace": namespace, **metadata}}


def _has_hidden(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_hidden, value.values()))
    if isinstance(value, list):
        return any(map(_has_hidden, value))
    return isinstance(value, str) and (SECRET_TEXT in value or UNKNOWN_TEXT in value)
