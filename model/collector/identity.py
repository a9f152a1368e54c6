"""Whose telemetry it is: `service.namespace` is the system, `service.name` the component, as in the catalog.

Pods say so by the labels that Kubernetes recommends, part-of and name; an SDK that names itself is believed. What a
pod leaves open follows from its namespace. The same two become the labels `system` and `component` of every series.
"""

from collections.abc import Iterable

from model import labels
from model.catalog.system import System
from model.collector.ottl import quote, transform
from model.collector.parts import NODE_NAME, Config

KUBERNETES = "k8s_attributes"
IDENTITY = "transform/identity"
LABELS = "transform/labels"

_NAMESPACE = 'resource.attributes["service.namespace"]'
_NAME = 'resource.attributes["service.name"]'
# The first of these that a pod has is its component's name, when no label and no SDK says it.
_WORKLOADS = ("deployment", "statefulset", "daemonset", "cronjob", "job")
_NAMES = (*_WORKLOADS, "container")


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
                    {"tag_name": "service.namespace", "key": labels.PART_OF, "from": "pod"},
                    {"tag_name": "service.name", "key": labels.OBJECT_NAME, "from": "pod"},
                ],
            },
        }
    }


def identity(systems: Iterable[System], cluster: str, environment: str) -> dict[str, Config]:
    """The processor that fills in what a pod left open, from its namespace and its workload."""
    namespaces = {
        component.namespace or system.system: system.system for system in systems for component in system.components
    }
    kubernetes_namespace = 'resource.attributes["k8s.namespace.name"]'
    return {
        IDENTITY: transform(
            resources=[
                *(
                    f"set({_NAMESPACE}, {quote(system)}) where {_NAMESPACE} == nil and "
                    f"{kubernetes_namespace} == {quote(namespace)}"
                    for namespace, system in sorted(namespaces.items())
                ),
                f"set({_NAMESPACE}, {kubernetes_namespace}) where {_NAMESPACE} == nil",
                # SDKs that were given no name call themselves `unknown_service:node`.
                f'delete_key(resource.attributes, "service.name") where IsMatch({_NAME}, "^unknown_service")',
                *(
                    f'set({_NAME}, resource.attributes["k8s.{workload}.name"]) where {_NAME} == nil'
                    for workload in _NAMES
                ),
                f'set(resource.attributes["k8s.cluster.name"], {quote(cluster)})',
                f'set(resource.attributes["deployment.environment.name"], {quote(environment)})',
            ]
        )
    }


def series_labels(cluster: str) -> dict[str, Config]:
    """The processor that writes `cluster`, `system` and `component` on every series.

    As attributes of the points, and not promoted by Prometheus: they are then the same in whatever stores them. The
    connectors that make series of spans have the identity among the points' attributes already.
    """

    def first_of(label: str, attribute: str) -> list[str]:
        point, resource = f'datapoint.attributes["{label}"]', f'resource.attributes["{attribute}"]'
        own = f'datapoint.attributes["{attribute}"]'
        return [f"set({point}, {source}) where {point} == nil and {source} != nil" for source in (resource, own)]

    return {
        LABELS: transform(
            datapoints=[
                f'set(datapoint.attributes["{labels.CLUSTER}"], {quote(cluster)})',
                *first_of(labels.SYSTEM, "service.namespace"),
                *first_of(labels.COMPONENT, "service.name"),
            ]
        )
    }
