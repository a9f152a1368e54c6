"""Objects of the Prometheus Operator: what their kinds have in common."""

from collections.abc import Iterable, Mapping, Sequence
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
    parent: Component,
    prefix: str,
    kind: str,
    namespace: pulumi.Input[str],
    objects: Iterable[OperatorObject],
    *,
    after: Sequence[pulumi.Resource] = (),
) -> list[pulumi.Resource]:
    """Register ``objects`` of one ``kind`` below ``parent``, as resources ``<prefix>-<name>``, and return them."""
    made: list[pulumi.Resource] = []
    for one in objects:
        annotations = {"annotations": one.annotations} if one.annotations else {}
        resource = kubernetes.apiextensions.CustomResource(
            f"{prefix}-{one.name}",
            api_version="monitoring.coreos.com/v1",
            kind=kind,
            metadata={"name": one.name, "namespace": namespace, "labels": one.labels, **annotations},
            spec=one.spec,
            opts=parent.child(depends_on=list(after)),
        )
        made.append(resource)
    return made
