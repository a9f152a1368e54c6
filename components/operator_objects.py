"""Objects of the Prometheus Operator: what their kinds have in common."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorObject:
    """One object; ``name`` is unique among the component's."""

    name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str] = field(default_factory=dict)
    spec: Mapping[str, Any]


def operator_objects(
    parent: Component, prefix: str, kind: str, namespace: pulumi.Input[str], objects: Iterable[OperatorObject]
) -> None:
    """Register ``objects`` of one ``kind`` below ``parent``, as resources ``<prefix>-<name>``."""
    for one in objects:
        annotations = {"annotations": one.annotations} if one.annotations else {}
        kubernetes.apiextensions.CustomResource(
            f"{prefix}-{one.name}",
            api_version="monitoring.coreos.com/v1",
            kind=kind,
            metadata={"name": one.name, "namespace": namespace, "labels": one.labels, **annotations},
            spec=one.spec,
            opts=parent.child(),
        )
