"""The workspace of Amazon Managed Prometheus: made, or one that exists."""

from dataclasses import dataclass
from decimal import ROUND_CEILING

import pulumi
import pulumi_aws as aws

from components.prometheus_workspace import PrometheusWorkspace, PrometheusWorkspaceArgs
from model.account.storage import DAY
from model.metrics.long_term_metrics import WORKSPACE_MOST_DAYS, ManagedPrometheusStore
from stacks.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """``url`` ends with the workspace's id."""

    url: pulumi.Output[str]
    arn: pulumi.Output[str]
    region: str


def build(settings: Settings, provider: aws.Provider, account: pulumi.Output[str], prefix: str) -> Workspace | None:
    """Register it where long-term metrics go there and no workspace is named."""
    store = settings.metrics.long_term
    if not isinstance(store, ManagedPrometheusStore):
        return None
    if store.url is not None and store.region is not None:
        start, id_ = f"arn:aws:aps:{store.region}:", store.url.rpartition("/")[2]
        arn = account.apply(lambda number: f"{start}{number}:workspace/{id_}")
        return Workspace(url=pulumi.Output.from_input(store.url), arn=arn, region=store.region)
    days = int((settings.storage.metrics.seconds / DAY).to_integral_value(ROUND_CEILING))
    made = PrometheusWorkspace(
        "long-term",
        PrometheusWorkspaceArgs(alias=prefix, days=min(days, WORKSPACE_MOST_DAYS)),
        # It holds samples: nobody has them back.
        opts=pulumi.ResourceOptions(provider=provider, protect=settings.protect),
    )
    return Workspace(url=made.url, arn=made.arn, region=settings.region)
