"""What the deployment tells the world: the contract with other stacks, the engine's summary and the lab."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pulumi

from components.network import Network
from model.account.storage import BucketUse
from model.cluster.workloads import Workload
from model.vocabulary import Severity
from stacks.inputs import Inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Counts of what this environment got. Plain numbers: they follow from the input alone."""

    systems: int
    components: int
    aws_resources: int
    objectives: int
    kpis: int
    cloudwatch_alarms: int
    alerts: int
    recording_rules: int
    dashboards: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Exported under the names of the fields."""

    environment: str
    cluster_name: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]
    namespaces: Mapping[str, pulumi.Output[str]]
    alarm_topics: Mapping[Severity, pulumi.Output[str]]
    grafana_url: str
    region: str
    network: Network | None
    security_group_id: pulumi.Output[str] | None
    oidc_issuer: pulumi.Input[str] | None
    buckets: Mapping[BucketUse, pulumi.Output[str]]
    data_key_arn: pulumi.Output[str]
    role_arns: Mapping[Workload, pulumi.Output[str]]
    delivery_roles: Mapping[str, pulumi.Output[str]]
    summary: Summary

    def exports(self) -> dict[str, Any]:
        """Name -> value, as `pulumi.export` takes them. Of an adopted cluster's network nothing is known."""
        made: dict[str, Any] = {}
        if self.network is not None:
            made = {
                "vpc_id": self.network.vpc_id,
                "private_subnet_ids": list(self.network.private_subnet_ids),
                "public_subnet_ids": list(self.network.public_subnet_ids),
                "private_route_table_ids": list(self.network.private_route_table_ids),
                "cluster_security_group_id": self.security_group_id,
                "oidc_issuer": self.oidc_issuer,
            }
        return {
            "environment": self.environment,
            "cluster_name": self.cluster_name,
            "kubeconfig": self.kubeconfig,
            "namespaces": dict(self.namespaces),
            "alarm_topics": {str(severity): arn for severity, arn in self.alarm_topics.items()},
            "grafana_url": self.grafana_url,
            "region": self.region,
            **made,
            "buckets": {str(use): name for use, name in self.buckets.items()},
            "data_key_arn": self.data_key_arn,
            "role_arns": {workload.name: arn for workload, arn in self.role_arns.items()},
            **({"delivery_roles": dict(self.delivery_roles)} if self.delivery_roles else {}),
            "summary": asdict(self.summary),
        }


def summarize(inputs: Inputs, cloudwatch_alarms: int) -> Summary:
    """The counts of ``inputs``."""
    systems = inputs.catalog.systems
    rules = [
        rule
        for file in (*inputs.rules.values(), *inputs.log_rules.values())
        for group in file.groups
        for rule in group.rules
    ]
    parts = [part for system in systems for part in (*system.components, *system.resources)]
    return Summary(
        systems=len(systems),
        components=sum(len(system.components) for system in systems),
        aws_resources=sum(len(system.resources) for system in systems),
        objectives=sum(len(part.objectives) for part in parts),
        kpis=sum(len(system.kpis) for system in systems),
        cloudwatch_alarms=cloudwatch_alarms,
        alerts=sum(rule.alert is not None for rule in rules),
        recording_rules=sum(rule.record is not None for rule in rules),
        dashboards=len(inputs.dashboards),
    )
