"""Logs that AWS's own services write: saved queries about them, and the groups of the catalog's Lambda functions."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from components.log_groups import LogGroup, LogGroups, LogGroupsArgs
from components.log_queries import LogQueries, LogQueriesArgs
from components.network import flow_log_group
from model.account.log_queries import function_group, shipped
from model.catalog.catalog import Catalog
from model.catalog.resources import LambdaFunction
from stacks.cluster import Cluster
from stacks.inputs import Inputs


def build(inputs: Inputs, provider: aws.Provider, reached: Cluster, key: pulumi.Output[str], prefix: str) -> None:
    """Register them."""
    settings, queries = inputs.settings, shipped()
    functions = _functions(inputs.catalog)
    if functions and settings.storage.function_log_groups:
        days = settings.storage.log_group_days
        LogGroups(
            "function-logs",
            LogGroupsArgs(
                groups={name: LogGroup(name=function_group(name), days=days) for name in functions}, key_arn=key
            ),
            # The function goes on writing when Belfry is gone: its lines are not Belfry's to delete.
            opts=pulumi.ResourceOptions(provider=provider, retain_on_delete=True),
        )
    about: dict[str, tuple[Mapping[str, str], Sequence[pulumi.Input[str]]]] = {
        "control-plane": (queries.control_plane, [reached.log_group] if reached.log_group is not None else []),
        "flow-logs": (queries.flow_logs, [flow_log_group(settings.cluster.name)] if reached.network else []),
        "lambda": (queries.functions, [function_group(name) for name in functions]),
    }
    for kind, (named, groups) in about.items():
        if groups:
            LogQueries(
                f"queries-{kind}",
                LogQueriesArgs(folder=f"{prefix}/{kind}", groups=groups, queries=named),
                opts=pulumi.ResourceOptions(provider=provider),
            )


def _functions(catalog: Catalog) -> list[str]:
    """Names in AWS; a function of another region or account is named by its ARN, and is left out."""
    return sorted(
        resource.function
        for system in catalog.systems
        for resource in system.resources
        if isinstance(resource, LambdaFunction)
    )
