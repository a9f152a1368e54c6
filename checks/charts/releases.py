"""The Helm releases of a plan or of a state, as Helm needs them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from model.charts import Charts
from model.plan import UNKNOWN_TEXT, Plan, PlannedResource

RELEASE_TYPE = "kubernetes:helm.sh/v3:Release"
NAMESPACE_TYPE = "kubernetes:core/v1:Namespace"
CLUSTER_TYPE = "aws:eks/cluster:Cluster"
# The chart whose release brings the kinds that other charts ask for before they render a ServiceMonitor.
DEFINITIONS = "prometheus-operator-crds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release. ``location`` is Helm's argument: a chart's name with ``repository``, or all of an OCI address.

    ``after_definitions``: whether it is installed after the Prometheus operator's kinds, and so sees them.
    """

    resource: str
    chart: str
    location: str
    repository: str | None
    version: str
    name: str
    namespace: str
    values: Mapping[str, Any]
    skip_crds: bool
    after_definitions: bool

    @property
    def package(self) -> str:
        """The packaged chart's file name, as `helm package` gives it."""
        return f"{self.chart}-{self.version}.tgz"


def releases(plan: Plan, charts: Charts) -> list[Release]:
    """Every release of ``plan``, sorted by resource."""
    resources = {resource["urn"]: resource for resource in plan["resources"]}
    found = [resource for resource in resources.values() if resource["type"] == RELEASE_TYPE]
    definitions = {resource["urn"] for resource in found if _chart(resource["inputs"]) == DEFINITIONS}
    return [
        release_of(
            resource["name"],
            resource["inputs"],
            namespace=namespace_of(resource, resources) or _usual_namespace(resource["inputs"], charts),
            after_definitions=bool(definitions & set(_before(resource, resources))),
        )
        for resource in sorted(found, key=lambda resource: resource["name"])
    ]


def release_of(resource: str, inputs: Mapping[str, Any], *, namespace: str, after_definitions: bool = True) -> Release:
    """The release with the ``inputs`` of a plan or of a state."""
    return Release(
        resource=resource,
        chart=_chart(inputs),
        location=str(inputs["chart"]),
        repository=(inputs.get("repositoryOpts") or {}).get("repo"),
        version=str(inputs["version"]),
        name=str(inputs["name"]),
        namespace=namespace,
        values=inputs.get("values") or {},
        skip_crds=bool(inputs.get("skipCrds")),
        after_definitions=after_definitions,
    )


def namespace_of(resource: PlannedResource, resources: Mapping[str, PlannedResource]) -> str | None:
    """Its namespace. In a first preview that is an output not known yet: then the one Namespace that it waits for."""
    inputs = resource["inputs"]
    said = inputs.get("namespace") or (inputs.get("metadata") or {}).get("namespace")
    if said != UNKNOWN_TEXT:
        return str(said) if said else None
    awaited = [resources[urn] for urn in resource["dependencies"] if urn in resources]
    names = sorted({one["inputs"]["metadata"]["name"] for one in awaited if one["type"] == NAMESPACE_TYPE})
    return names[0] if len(names) == 1 else None


def kubernetes_version(plan: Plan, usual: str) -> str:
    """The version of the plan's own cluster; of somebody else's cluster ``usual``."""
    return next((str(r["inputs"]["version"]) for r in plan["resources"] if r["type"] == CLUSTER_TYPE), usual)


def _chart(inputs: Mapping[str, Any]) -> str:
    return str(inputs["chart"]).rsplit("/", 1)[-1]


def _usual_namespace(inputs: Mapping[str, Any], charts: Charts) -> str:
    named = [chart.namespace for chart in charts.charts.values() if chart.chart == _chart(inputs)]
    return named[0] if named else "default"


def _before(resource: PlannedResource, resources: Mapping[str, PlannedResource]) -> Iterator[str]:
    """Everything that is there before ``resource``, by whatever way it waits for it.

    What a component waits for its children wait for too: none is registered before the component is.
    """
    seen: set[str] = set()
    waiting = [resource]
    while waiting:
        one = waiting.pop()
        for urn in (*one["dependencies"], one["parent"]):
            if urn in resources and urn not in seen:
                seen.add(urn)
                yield urn
                waiting.append(resources[urn])
