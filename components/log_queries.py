"""Saved queries of CloudWatch Logs Insights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQueriesArgs:
    """``queries``: name -> query, about each of the log ``groups``. ``folder``: what the console shows them below."""

    folder: str
    groups: Sequence[pulumi.Input[str]]
    queries: Mapping[str, str]


@pulumi.type_token("belfry:aws:LogQueries")
class LogQueries(Component):
    """One saved query for each name; whoever may run queries in the account finds them."""

    def __init__(self, name: str, args: LogQueriesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for key, query in sorted(args.queries.items()):
            aws.cloudwatch.QueryDefinition(
                f"{name}-{key}",
                # The console makes folders of what stands before a slash.
                name=f"{args.folder}/{key}",
                log_group_names=list(args.groups),
                query_string=query,
                opts=self.child(),
            )
        self.register_outputs({})
