"""DynamoDB tables of the catalog that Belfry makes, and Contributor Insights of any table."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.contributor_insights import ContributorInsights, ContributorInsightsArgs
from components.managed_table import ManagedTable, ManagedTableArgs
from model import labels
from model.catalog.catalog import owner_of
from model.vocabulary import Environment
from stacks.inputs import Inputs


def build(inputs: Inputs, provider: aws.Provider, key_arn: pulumi.Output[str]) -> Mapping[str, ManagedTable]:
    """Register them. Returns those that are made, by the name that their alarms have too."""
    settings, made = inputs.settings, {}
    for system, table in inputs.catalog.tables():
        name = f"{system.system}-{table.name}"
        if table.manage:
            made[name] = ManagedTable(
                f"{name}-table",
                ManagedTableArgs(
                    table=table,
                    key_arn=key_arn,
                    deletion_protection=settings.protect or settings.environment is Environment.PROD,
                    tags={labels.OWNER_TAG: owner_of(system, table), labels.SYSTEM: system.system},
                ),
                opts=pulumi.ResourceOptions(provider=provider, protect=settings.protect),
            )
        if table.contributor_insights:
            ContributorInsights(
                f"{name}-insights",
                ContributorInsightsArgs(
                    table_name=made[name].table_name if table.manage else table.table,
                    indexes=sorted(table.index_names),
                    mode=table.contributor_insights,
                ),
                opts=pulumi.ResourceOptions(provider=provider),
            )
    return made
