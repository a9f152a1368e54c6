"""A workspace of Amazon Managed Prometheus, for samples that outlive Prometheus' volumes."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusWorkspaceArgs:
    """``alias`` is what people see; AWS gives the id. ``days``: how long samples are kept."""

    alias: str
    days: int


@pulumi.type_token("belfry:aws:PrometheusWorkspace")
class PrometheusWorkspace(Component):
    """The workspace and how long it keeps samples; its own default is 150 days.

    Deliberately without: rules and an Alertmanager of the workspace (alerts are evaluated in the cluster), and a key of
    ours (every writer and reader would need a grant on it; AWS encrypts with its own).
    """

    url: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: PrometheusWorkspaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        workspace = aws.amp.Workspace(f"{name}-workspace", alias=args.alias, opts=self.child())
        aws.amp.WorkspaceConfiguration(
            f"{name}-configuration",
            workspace_id=workspace.id,
            retention_period_in_days=args.days,
            opts=self.child(),
        )
        # AWS ends it with a slash; everything here puts a path behind.
        self.url = workspace.prometheus_endpoint.apply(lambda url: url.rstrip("/"))
        self.arn = workspace.arn
        self.register_outputs({"url": self.url, "arn": self.arn})
