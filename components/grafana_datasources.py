"""Data sources of Grafana that come to be after Grafana itself."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from configs.grafana.datasources import document
from model import labels


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaDatasourcesArgs:
    """``sources`` name files for what is secret. ``namespace`` is Grafana's own: its sidecar looks nowhere else."""

    namespace: pulumi.Input[str]
    sources: Sequence[Mapping[str, Any]]


@pulumi.type_token("belfry:kubernetes:GrafanaDatasources")
class GrafanaDatasources(Component):
    """One ConfigMap, which Grafana's sidecar hands over without a restart."""

    def __init__(self, name: str, args: GrafanaDatasourcesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        text = json.dumps(document([dict(source) for source in args.sources]), indent=2, sort_keys=True)
        kubernetes.core.v1.ConfigMap(
            f"{name}-document",
            metadata={
                "name": name,
                "namespace": args.namespace,
                "labels": labels.of_object(name) | {labels.GRAFANA_DATASOURCE: "1"},
            },
            data={f"{name}.yaml": f"{text}\n"},  # JSON is YAML, and the sidecar takes a file by its name's end
            opts=self.child(),
        )
        self.register_outputs({})
