"""The whole check of some plans: bring the charts, render the releases, ask the rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from checks.charts import compute, monitors, network, pod_security, secret_material, workloads
from checks.charts.helm import Helm, NotRendered
from checks.charts.objects import Object
from checks.charts.releases import Release, kubernetes_version, releases
from checks.charts.rendered_cluster import Rule, findings, rendered_cluster
from checks.charts.requested import Requested, requested
from checks.finding import Finding
from model.charts import Charts
from model.cluster.compute import USUAL, Compute
from model.plan import Plan

# Of a cluster that the plan does not make.
KUBERNETES = "1.35"
RULES: dict[str, Rule] = {
    "no alert on an absent control plane": monitors.absent_control_plane,
    "no secret material": secret_material.secret_material,
    "requests set": workloads.requests,
    "pod security fits": pod_security.pod_security,
    "network policies let it through": network.policies,
    "data paths end at something": network.data_paths,
    "monitors present": monitors.monitors,
    "disruption budgets valid": workloads.disruption_budgets,
    "images pinned": workloads.images,
    "no alert on a target that cannot exist": compute.impossible_targets,
    "no DaemonSet waits on Fargate": compute.waiting_daemonsets,
    "listeners reached by the cluster's addresses": compute.unreachable_listeners,
    "nodes and volumes that the cluster has": compute.chosen_nodes,
}
RENDERS = "renders with the pinned chart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was looked at in one environment. ``profile``: the forced one; none: as the stack's file has it.
    ``nodes``: the forced kind of compute, likewise.
    """

    environment: str
    profile: str | None
    nodes: str | None
    releases: int
    objects: int
    requested: Requested
    findings: tuple[Finding, ...]

    @property
    def name(self) -> str:
        """The environment, with what was forced for it."""
        return _name(self.environment, self.profile or self.nodes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan and what was forced for it: a profile, or nodes by their words."""

    plan: Plan
    profile: str | None = None
    nodes: str | None = None
    compute: Compute = USUAL

    @property
    def name(self) -> str:
        """The environment, with what was forced for it."""
        return _name(self.plan["environment"], self.profile or self.nodes)


def _name(environment: str, forced: str | None) -> str:
    return environment + (f" ({forced})" if forced else "")


def check(
    plans: Sequence[Planned], charts: Charts, helm: Helm, tell: Callable[[str], None] = lambda line: None
) -> list[Checked]:
    """Check ``plans``. Raises ChartsUnreachable before anything is rendered."""
    found = [(planned, releases(planned.plan, charts)) for planned in plans]
    tell("bringing the charts")
    helm.bring([release for _, wanted in found for release in wanted])
    checked = [_check(planned, wanted, helm, tell) for planned, wanted in found]
    tell(f"rendered {sum(one.releases for one in checked)} releases, {helm.renderings} of them distinct")
    return checked


def _check(planned: Planned, wanted: Sequence[Release], helm: Helm, tell: Callable[[str], None]) -> Checked:
    plan = planned.plan
    kubernetes = kubernetes_version(plan, KUBERNETES)
    rendered: dict[str, list[Object]] = {}
    refused = []
    for release in wanted:
        tell(f"{planned.name}: {release.resource}")
        try:
            bodies = helm.render(release, kubernetes)
        except NotRendered as error:
            refused.append(
                Finding(release.resource, 0, f"chart {release.chart} {release.version}", RENDERS, str(error))
            )
            continue
        rendered[release.resource] = [_object(release, body) for body in bodies]
    known = {release.resource: release.chart for release in wanted if release.resource in rendered}
    cluster = rendered_cluster(planned.name, plan, rendered, known, planned.compute)
    return Checked(
        environment=plan["environment"],
        profile=planned.profile,
        nodes=planned.nodes,
        releases=len(wanted),
        objects=sum(map(len, rendered.values())),
        requested=requested(cluster.pods),
        findings=(*refused, *findings(cluster, RULES)),
    )


# Without a namespace of their own; anything else that says none lands in the release's.
_OF_THE_CLUSTER = frozenset(
    (
        "APIService",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "MutatingWebhookConfiguration",
        "Namespace",
        "PriorityClass",
        "StorageClass",
        "ValidatingWebhookConfiguration",
    )
)


def _object(release: Release, body: dict[str, Any]) -> Object:
    said = (body.get("metadata") or {}).get("namespace")
    usual = "" if body.get("kind") in _OF_THE_CLUSTER else release.namespace
    return Object(release=release.resource, namespace=str(said or usual), body=body)
