"""CloudWatch Contributor Insights: which keys of a DynamoDB table are throttled or asked for most."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from model.catalog.dynamodb import Insights

MODES = {Insights.THROTTLED: "THROTTLED_KEYS", Insights.ACCESSED: "ACCESSED_AND_THROTTLED_KEYS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributorInsightsArgs:
    """A table that exists, by its name in AWS, and its global secondary indexes."""

    table_name: pulumi.Input[str]
    indexes: Sequence[str]
    mode: Insights


@pulumi.type_token("belfry:aws:ContributorInsights")
class ContributorInsights(Component):
    """Insights of the table and of each index, which has hot keys of its own.

    DynamoDB names its rules after the hour in which they were made, so no board of ours can show them: the DynamoDB
    console does, and `docs/dynamodb-tables.md` says how to ask for them.
    """

    def __init__(self, name: str, args: ContributorInsightsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for index in (None, *sorted(args.indexes)):
            aws.dynamodb.ContributorInsights(
                f"{name}-index-{index}" if index else f"{name}-table",
                table_name=args.table_name,
                index_name=index,
                mode=MODES[args.mode],
                opts=self.child(),
            )
        self.register_outputs({})
