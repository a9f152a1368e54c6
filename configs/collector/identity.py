"""Whose telemetry it is: `service.namespace` is the system, `service.name` the component, as in the catalog.

Pods say so by the labels that Kubernetes recommends, part-of and name; without them the system follows from the
namespace, and the component is what the SDK says. The same two become the labels `system` and `component` of every
series. Routing and objectives rest on them, so what a sender says itself never wins over what the platform knows.
"""

from collections.abc import Iterable, Mapping

from configs.collector.ottl import quote, transform
from configs.collector.parts import NODE_NAME, Config
from model import labels
from model.catalog.system import System

KUBERNETES = "k8s_attributes"
IDENTITY = "transform/identity"
LABELS = "transform/labels"

# What a pod's labels say, as the agent finds it.
POD_SYSTEM = f"k8s.pod.label.{labels.PART_OF}"
POD_COMPONENT = f"k8s.pod.label.{labels.OBJECT_NAME}"
# What the sender said where the platform knows better is kept under this prefix, as Prometheus does when it scrapes.
EXPORTED = "exported_"
SENDER = "transform/sender"

_NAMESPACE = 'resource.attributes["service.namespace"]'
_NAME = 'resource.attributes["service.name"]'
# The first of these that a pod has is its component's name, when no label and no SDK says it.
_WORKLOADS = ("deployment", "statefulset", "daemonset", "cronjob", "job")
_NAMES = (*_WORKLOADS, "container")
# Attributes of a resource that an item may not have of its own: connectors and samplers ask the item first.
_OF_RESOURCE = r"^(service[._](?:name|namespace)|k8s[._]cluster[._]name|deployment[._]environment[._]name)$"


def kubernetes() -> dict[str, Config]:
    """The processor that asks the API server about the node's own pods."""
    return {
        KUBERNETES: {
            # Only this node's pods: a watch on all of them on every node is what brings an API server down.
            "filter": {"node_from_env_var": NODE_NAME.removeprefix("${env:").removesuffix("}")},
            "pod_association": [
                {"sources": [{"from": "resource_attribute", "name": "k8s.pod.uid"}]},  # read from a file's path
                {"sources": [{"from": "resource_attribute", "name": "k8s.pod.ip"}]},
                {"sources": [{"from": "connection"}]},
            ],
            "extract": {
                "metadata": [
                    "k8s.namespace.name",
                    "k8s.pod.name",
                    "k8s.pod.uid",
                    "k8s.node.name",
                    *(f"k8s.{workload}.name" for workload in _WORKLOADS),
                ],
                "labels": [
                    {"tag_name": POD_SYSTEM, "key": labels.PART_OF, "from": "pod"},
                    {"tag_name": POD_COMPONENT, "key": labels.OBJECT_NAME, "from": "pod"},
                ],
            },
        }
    }


def sender() -> dict[str, Config]:
    """The agent's processor that sets aside what a sender says of its own pod: the one after it overwrites nothing."""
    namespace, node = 'resource.attributes["k8s.namespace.name"]', 'resource.attributes["k8s.node.name"]'
    return {
        SENDER: transform(
            resources=[
                *(f'delete_key(resource.attributes, "{label}")' for label in (POD_SYSTEM, POD_COMPONENT)),
                f"set({_exported('k8s.namespace.name')}, {namespace}) where {namespace} != nil",
                'delete_key(resource.attributes, "k8s.namespace.name")',
                # What the node itself sends has no pod.
                f'set({node}, "{NODE_NAME}") where {node} == nil',
            ]
        )
    }


def identity(systems: Iterable[System], cluster: str, environment: str) -> dict[str, Config]:
    """The processor that writes the identity on the resource: from labels, namespace and workload of the pod."""
    systems = tuple(systems)
    claims = {(component.namespace or each.system, each.system) for each in systems for component in each.components}
    # In a namespace of two systems only a label says whose a pod is; a guess would notify the wrong team.
    alone = {name: system for name, system in sorted(claims) if sum(name == claim[0] for claim in claims) == 1}
    kubernetes_namespace = 'resource.attributes["k8s.namespace.name"]'
    said = _exported("k8s.namespace.name")
    label = f'resource.attributes["{POD_SYSTEM}"]'
    return {
        IDENTITY: transform(
            resources=[
                f"set({kubernetes_namespace}, {said}) where {kubernetes_namespace} == nil",
                f'delete_key(resource.attributes, "{EXPORTED}k8s.namespace.name") '
                f"where {said} == {kubernetes_namespace}",
                # A namespace of one system is that system's, whatever its pods call it; a label says it better still.
                *(
                    f"set({label}, {quote(system)}) where {label} == nil and "
                    f"{kubernetes_namespace} == {quote(namespace)}"
                    for namespace, system in alone.items()
                ),
                *_overrule("service.namespace", POD_SYSTEM),
                # Nobody is called nothing.
                *(f'delete_key(resource.attributes, "{key}") where {value} == ""' for key, value in _OWN.items()),
                f"set({_NAMESPACE}, {kubernetes_namespace}) where {_NAMESPACE} == nil",
                # SDKs that were given no name call themselves `unknown_service:node`.
                f'delete_key(resource.attributes, "service.name") where IsMatch({_NAME}, "^unknown_service")',
                *_overrule("service.name", POD_COMPONENT),
                *(
                    f'set({_NAME}, resource.attributes["k8s.{workload}.name"]) where {_NAME} == nil'
                    for workload in _NAMES
                ),
                f'set(resource.attributes["k8s.cluster.name"], {quote(cluster)})',
                f'set(resource.attributes["deployment.environment.name"], {quote(environment)})',
            ],
            logs=[_set_aside("log")],
            spans=[_set_aside("span")],
        )
    }


def series_labels(cluster: str) -> dict[str, Config]:
    """The processor that writes `cluster`, `system` and `component` on every series, and whose `instance` it is.

    As attributes of the points, and not promoted by Prometheus: they are then the same in whatever stores them. The
    connectors that make series of spans have the identity among the points' attributes already.
    """
    known = {
        labels.SYSTEM: "service.namespace",
        labels.COMPONENT: "service.name",
        labels.NAMESPACE: "k8s.namespace.name",
    }
    return {
        LABELS: transform(
            resources=_instance(),
            datapoints=[
                *_keep(labels.CLUSTER, quote(cluster)),
                f"set({_point(labels.CLUSTER)}, {quote(cluster)})",
                # The catalog has the team; a series has none.
                *_keep(labels.TEAM, quote("")),
                f'delete_key(datapoint.attributes, "{labels.TEAM}")',
                *(
                    statement
                    for label, attribute in known.items()
                    for statement in _keep(label, f'resource.attributes["{attribute}"]')
                ),
                *_labelled({label: known[label] for label in (labels.SYSTEM, labels.COMPONENT)}),
            ],
        )
    }


def _instance() -> list[str]:
    """Prometheus makes the label `instance` of it, and of no other attribute a label: pods would share one series."""
    instance, pod, container, node = (
        f'resource.attributes["{key}"]'
        for key in ("service.instance.id", "k8s.pod.name", "k8s.container.name", "k8s.node.name")
    )
    return [
        f'set({instance}, Concat([{pod}, {container}], "/")) where {instance} == nil and {pod} != nil and '
        f"{container} != nil",
        f"set({instance}, {pod}) where {instance} == nil and {pod} != nil",
        f"set({instance}, {node}) where {instance} == nil and {node} != nil",
    ]


_OWN = {"service.namespace": _NAMESPACE, "service.name": _NAME}


def _overrule(attribute: str, label: str) -> list[str]:
    """What the platform knows becomes ``attribute``; what was there before is kept."""
    own, known = f'resource.attributes["{attribute}"]', f'resource.attributes["{label}"]'
    return [
        f"set({_exported(attribute)}, {own}) where {known} != nil and {own} != nil and {own} != {known}",
        f"set({own}, {known}) where {known} != nil",
        f'delete_key(resource.attributes, "{label}")',
    ]


def _set_aside(context: str) -> str:
    return f'replace_all_patterns({context}.attributes, "key", {quote(_OF_RESOURCE)}, {quote(EXPORTED + "${1}")})'


def _keep(label: str, known: str) -> list[str]:
    """A point's own label gives way to the platform's, and stays under another name; the same value leaves no trace."""
    own = _point(label)
    contradicted = f"{own} != nil and {known} != nil and {own} != {known}"
    return [
        f"set({_point(EXPORTED + label)}, {own}) where {contradicted}",
        f"set({own}, {known}) where {contradicted}",
    ]


def _labelled(known: Mapping[str, str]) -> list[str]:
    return [
        f'set({_point(label)}, {source}["{attribute}"]) where {_point(label)} == nil and {source}["{attribute}"] != nil'
        for label, attribute in known.items()
        for source in ("resource.attributes", "datapoint.attributes")
    ]


def _point(label: str) -> str:
    return f'datapoint.attributes["{label}"]'


def _exported(attribute: str) -> str:
    return f'resource.attributes["{EXPORTED}{attribute}"]'
