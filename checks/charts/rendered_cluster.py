"""One environment as its cluster would hold it: rendered objects, Belfry's own, and the pods they make."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from checks.charts.objects import Labels, Object, Pods
from checks.charts.operators import made_services, of_elastic, of_prometheus_operator
from checks.charts.releases import namespace_of
from checks.finding import Finding
from model.cluster.compute import USUAL, Compute
from model.plan import Plan

OWN = "belfry"  # in the place of a release, for what Belfry makes without a chart
_ENFORCED = "pod-security.kubernetes.io/enforce"
_WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"})


@dataclass(frozen=True, kw_only=True)  # no slots: the pods are kept
class RenderedCluster:
    """``levels``: Pod Security of each namespace; ``releases``: resource -> chart; ``compute``: what the nodes are."""

    environment: str
    releases: Mapping[str, str]
    objects: tuple[Object, ...]
    levels: Mapping[str, str] = field(default_factory=dict)
    compute: Compute = USUAL

    def of(self, *kinds: str) -> Iterator[Object]:
        """The objects of some kinds."""
        return (one for one in self.objects if one.kind in kinds)

    @cached_property
    def pods(self) -> tuple[Pods, ...]:
        """Everything that runs."""
        scaled = {_target(one): int(one.spec.get("minReplicas") or 1) for one in self.of("HorizontalPodAutoscaler")}
        return tuple(pods for one in self.objects for pods in _pods(one, scaled))

    def services(self) -> Iterator[Object]:
        """The Services, also those that operators make for their own objects."""
        yield from self.of("Service")
        for one in self.objects:
            yield from made_services(one)

    def selected(self, namespace: str, wanted: Labels) -> list[Pods]:
        """Pods of a namespace with these labels; none for no labels at all, as a Service has it."""
        if not wanted:
            return []
        return [pods for pods in self.pods if pods.namespace == namespace and wanted.items() <= pods.labels.items()]


def rendered_cluster(
    name: str,
    plan: Plan,
    rendered: Mapping[str, Iterable[Object]],
    releases: Mapping[str, str],
    compute: Compute = USUAL,
) -> RenderedCluster:
    """The environment ``name`` of ``plan`` with its ``rendered`` releases."""
    resources = {resource["urn"]: resource for resource in plan["resources"]}
    own = [
        Object(release=OWN, namespace=namespace_of(resource, resources) or "", body=resource["inputs"])
        for resource in plan["resources"]
        if resource["type"].startswith("kubernetes:") and "kind" in resource["inputs"]
    ]
    objects = (*own, *(one for release in sorted(rendered) for one in rendered[release]))
    labelled = {one.metadata["name"]: one.metadata.get("labels") or {} for one in objects if one.kind == "Namespace"}
    levels = {name: labels[_ENFORCED] for name, labels in labelled.items() if _ENFORCED in labels}
    return RenderedCluster(environment=name, releases=releases, objects=tuple(objects), levels=levels, compute=compute)


def _target(scaler: Object) -> tuple[str, str, str]:
    target = scaler.spec.get("scaleTargetRef") or {}
    return str(target.get("kind")), scaler.namespace, str(target.get("name"))


def _pods(one: Object, scaled: Mapping[tuple[str, str, str], int]) -> Iterator[Pods]:
    key = one.kind, one.namespace, str(one.metadata.get("name"))
    template = one.spec.get("template") or {}
    if one.kind == "CronJob":
        template = one.spec["jobTemplate"]["spec"]["template"]
    if one.kind in _WORKLOADS or one.kind == "CronJob":
        declared = one.spec.get("replicas")
        replicas = None if one.kind == "DaemonSet" else scaled.get(key, 1 if declared is None else int(declared))
        passing = one.kind in ("Job", "CronJob") or one.hook
        labels = (template.get("metadata") or {}).get("labels") or {}
        yield Pods(of=one, labels=labels, spec=template.get("spec") or {}, replicas=replicas, passing=passing)
    elif one.kind == "Pod":
        yield Pods(of=one, labels=one.metadata.get("labels") or {}, spec=one.spec, replicas=1, passing=one.hook)
    elif one.kind in ("Prometheus", "Alertmanager"):
        yield of_prometheus_operator(one)
    elif one.kind in ("Elasticsearch", "Kibana"):
        yield from of_elastic(one)


# Each object that breaks the rule, and how.
Objections = Iterator[tuple[Object, str]]
Rule = Callable[[RenderedCluster], Objections]


def findings(cluster: RenderedCluster, rules: dict[str, Rule]) -> list[Finding]:
    """What breaks a rule in an environment, sorted: by release, then object."""
    return sorted(
        {
            Finding(one.release, 0, one.name, name, message)
            for name, rule in rules.items()
            for one, message in rule(cluster)
        }
    )
