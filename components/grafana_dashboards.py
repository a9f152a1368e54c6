"""Grafana dashboards, as ConfigMaps that Grafana's sidecar loads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from model import labels
from model.assets import Asset
from model.dashboards import REPORTS_UNSET, for_environment


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaDashboardsArgs:
    """``folders`` is owner -> folder that Grafana shows its boards in, ``folder`` of those whose owner has none.

    ``runbooks`` is where their links lead; ``reports`` the URL of the SLO reports, where there are any.
    """

    namespace: pulumi.Input[str]
    dashboards: Sequence[Asset]
    folder: str
    runbooks: str
    reports: pulumi.Input[str] = ""
    folders: Mapping[str, str] = field(default_factory=dict)


@pulumi.type_token("belfry:kubernetes:GrafanaDashboards")
class GrafanaDashboards(Component):
    """One ConfigMap for each dashboard. Its name never changes, or the sidecar deletes the board and makes it again."""

    def __init__(self, name: str, args: GrafanaDashboardsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        reports = pulumi.Output.from_input(args.reports)
        for asset in args.dashboards:
            bundle = asset.bundle
            folder = args.folders.get(bundle.owner, args.folder)
            kubernetes.core.v1.ConfigMap(
                f"{name}-{bundle.name}",
                metadata={
                    "name": bundle.name,
                    "namespace": args.namespace,
                    "labels": labels.of_bundle(bundle) | {labels.GRAFANA_DASHBOARD: "1"},
                    "annotations": labels.annotations_of_bundle(bundle) | {labels.GRAFANA_FOLDER: folder},
                },
                data={f"{bundle.name}.json": _text(asset, args.runbooks, reports)},
                opts=self.child(),
            )
        self.register_outputs({})


def _text(asset: Asset, runbooks: str, reports: pulumi.Output[str]) -> pulumi.Input[str]:
    """Only a board with the link waits for the bucket's name: in a plan, the others are known before it."""
    if REPORTS_UNSET not in asset.text:
        return for_environment(asset.text, runbooks)
    return reports.apply(lambda url: for_environment(asset.text, runbooks, url))
