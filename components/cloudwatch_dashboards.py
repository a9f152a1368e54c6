"""CloudWatch dashboards, for whoever works in the AWS console."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import Template
from types import MappingProxyType
from typing import Any

import pulumi
import pulumi_aws as aws

from components.base import Component
from model.assets import Asset
from model.problems import Problem, raise_if_any


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudWatchDashboardsArgs:
    """Bodies that may hold ``${region}``, ``${cluster}`` and ``${account}``: these are filled here.

    ``prefix`` starts the dashboards' names in AWS, which are shared by the whole account.
    ``renamed``: the name of a resource as the bodies have it -> as this environment does.
    """

    dashboards: Sequence[Asset]
    prefix: str
    region: str
    cluster: pulumi.Input[str]
    account: pulumi.Input[str]
    renamed: Mapping[str, str] = field(default_factory=dict)


@pulumi.type_token("belfry:aws:CloudWatchDashboards")
class CloudWatchDashboards(Component):
    """One dashboard for each body. A month of each costs three dollars, so an environment may leave them out.

    Raises BadInput for a placeholder that nothing fills: in the console it would be a graph without data.
    """

    names: Mapping[str, pulumi.Output[str]]

    def __init__(self, name: str, args: CloudWatchDashboardsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        values = {"region": args.region, "cluster": args.cluster, "account": args.account}
        raise_if_any(problem for asset in args.dashboards for problem in _unfilled(asset, values))
        super().__init__(name, opts)
        known = pulumi.Output.all(**values)
        self.names = {asset.bundle.name: self._dashboard(name, asset, args, known) for asset in args.dashboards}
        self.register_outputs({"names": self.names})

    def _dashboard(
        self, name: str, asset: Asset, args: CloudWatchDashboardsArgs, known: pulumi.Output[dict[str, str]]
    ) -> pulumi.Output[str]:
        return aws.cloudwatch.Dashboard(
            f"{name}-{asset.bundle.name}",
            dashboard_name=f"{args.prefix}-{asset.bundle.name}",
            dashboard_body=known.apply(lambda values: filled(asset.text, values, args.renamed)),
            opts=self.child(),
        ).dashboard_name


def filled(text: str, values: Mapping[str, str], renamed: Mapping[str, str] = MappingProxyType({})) -> str:
    """The body with its placeholders filled and its resources named, without spaces: CloudWatch counts bytes."""
    # A value goes into a JSON string, so what JSON would misread is escaped.
    escaped = {key: json.dumps(value)[1:-1] for key, value in values.items()}
    body = _named(json.loads(Template(text).substitute(escaped)), renamed)
    return json.dumps(body, sort_keys=True, separators=(",", ":"))


def _named(node: Any, renamed: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _named(value, renamed) for key, value in node.items()}
    if isinstance(node, list):
        return [_named(item, renamed) for item in node]
    return renamed.get(node, node) if isinstance(node, str) else node


def _unfilled(asset: Asset, values: Mapping[str, object]) -> list[Problem]:
    template = Template(asset.text)
    if not template.is_valid():
        return [Problem(asset.file, "found a lone $", "$$ for a dollar sign, or a placeholder")]
    unknown = sorted(set(template.get_identifiers()) - set(values))
    allowed = ", ".join(f"${{{value}}}" for value in values)
    return [Problem(asset.file, f"found placeholder ${{{each}}}", allowed) for each in unknown]
