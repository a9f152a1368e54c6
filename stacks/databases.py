"""Which databases of the catalog are asked by an exporter here, where they are, and which are not and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.database_exporter import located
from model.metrics.database_exporters import (
    DatabaseTarget,
    ExporterProgram,
    Member,
    MemberKind,
    template,
    without_exporter,
)
from model.vocabulary import Environment
from stacks.inputs import Inputs
from stacks.platform_settings import SecretSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Databases:
    """Those that are asked. ``addresses``: key of a target -> those of its members, where nobody states them."""

    targets: Sequence[DatabaseTarget]
    addresses: Mapping[str, Sequence[pulumi.Output[str]]]

    def of(self, exporter: ExporterProgram) -> list[DatabaseTarget]:
        """Those that one program asks."""
        return [target for target in self.targets if target.exporter is exporter]

    def template(self, exporter: ExporterProgram) -> pulumi.Output[str]:
        """The program's file for External Secrets, without a password in it."""
        locked = [located(one, self.addresses) for one in self.of(exporter) if one.access.password]
        return pulumi.Output.all(*locked).apply(lambda known: template(exporter, known))


def find(inputs: Inputs, provider: aws.Provider) -> Databases:
    """Look for them in AWS, and say which of the catalog's have no exporter for want of a password."""
    _report(inputs)
    targets = inputs.databases
    options = pulumi.InvokeOutputOptions(provider=provider)
    return Databases(
        targets=targets,
        addresses={
            target.key: [_address(member, options) for member in target.members]
            for target in targets
            if not target.access.addresses
        },
    )


def _address(member: Member, options: pulumi.InvokeOutputOptions) -> pulumi.Output[str]:
    match member.kind:
        case MemberKind.INSTANCE:
            return aws.rds.get_instance_output(db_instance_identifier=member.identifier, opts=options).address
        case MemberKind.CLUSTER:
            return aws.rds.get_cluster_output(cluster_identifier=member.identifier, opts=options).endpoint
        case MemberKind.NODE:
            nodes = aws.elasticache.get_cluster_output(cluster_id=member.identifier, opts=options).cache_nodes
            return nodes.apply(lambda found: found[0].address)


def _report(inputs: Inputs) -> None:
    settings = inputs.settings
    if settings.environment is Environment.LOCAL:
        return
    lacking = without_exporter(settings.exporters.databases, inputs.catalog, inputs.database_secrets)
    if not lacking:
        return
    if settings.secret_source is SecretSource.STACK:
        reasons = [f"{one.system}/{one.component}: the secret {one.secret} is not set" for one in lacking]
    else:
        reasons = [f"{one.system}/{one.component}: not in exporters.databases" for one in lacking]
    pulumi.info("\n".join(["databases without an exporter (docs/exporters.md):", *reasons]))
