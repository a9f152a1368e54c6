"""The functions of auto-remediation in Lambda, each with its own role, and the group that reaches the cluster's API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.role import role
from configs.iam.policy import trust

HANDLER, RUNTIME = "ops.remediation.function.handler", "python3.13"
# Half a virtual CPU, with which reading the catalog takes seconds and not tens of them.
MEMORY_MIB = 1024
HTTPS = 443


@dataclass(frozen=True, slots=True, kw_only=True)
class RemediationFunctionsArgs:
    """``names``: name of a function by its family. ``policies``: its rights, by the same; ``boundary``: of all.

    ``groups``: families that ask the Kubernetes API of ``cluster_name``, and their groups there. They ask from
    ``subnet_ids`` of ``vpc_id``, where the API has the security group ``cluster_group``. ``bucket`` and ``key``: the
    job archive; ``catalog``: the folder. ``variables``: of every function's environment.
    """

    prefix: str
    names: Mapping[str, str]
    policies: Mapping[str, pulumi.Input[str]]
    boundary: pulumi.Input[str]
    groups: Mapping[str, str]
    cluster_name: pulumi.Input[str]
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    cluster_group: pulumi.Input[str]
    bucket: pulumi.Input[str]
    key: pulumi.Input[str]
    catalog: Path
    variables: Mapping[str, pulumi.Input[str]]
    family_variable: str
    seconds: int
    log_days: int
    log_key_arn: pulumi.Input[str]


@pulumi.type_token("belfry:aws:RemediationFunctions")
class RemediationFunctions(Component):
    """One function and one role a family, within a permissions boundary that holds for all of them.

    The boundary is the union of their rights: a policy that somebody attaches to one of the roles later adds nothing
    that none of them has. No function has a URL, and nothing but the state machine has the right to call one. In the
    cluster an access entry puts a role into its group, without an access policy of EKS: the narrowest one that may
    change anything may change everything in its namespaces.
    """

    arns: Mapping[str, pulumi.Output[str]]
    role_arns: Mapping[str, pulumi.Output[str]]
    boundary_arn: pulumi.Output[str]

    def __init__(self, name: str, args: RemediationFunctionsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.boundary_arn = aws.iam.Policy(
            f"{name}-boundary",
            name=f"{args.prefix}-remediation-boundary",
            description="What no role of Belfry's auto-remediation can go beyond",
            policy=args.boundary,
            opts=self.child(),
        ).arn
        # Not in the job archive: there each change of the catalog would replace pods that never read it.
        layer = aws.lambda_.LayerVersion(
            f"{name}-catalog",
            layer_name=f"{args.prefix}-remediation-catalog",
            code=pulumi.AssetArchive({"catalog": pulumi.FileArchive(str(args.catalog))}),
            compatible_runtimes=[RUNTIME],
            opts=self.child(),
        ).arn
        group = self._group(name, args)
        roles, arns = {}, {}
        for family, function in sorted(args.names.items()):
            logs = aws.cloudwatch.LogGroup(
                f"{name}-{family}",
                name=f"/aws/lambda/{function}",
                retention_in_days=args.log_days,
                kms_key_id=args.log_key_arn,
                opts=self.child(),
            )
            # Without a condition on the account: no source says that Lambda sends one when it takes the role.
            roles[family] = role(
                self,
                f"{name}-{family}",
                trust=trust("lambda.amazonaws.com"),
                policy=args.policies[family],
                boundary=self.boundary_arn,
            )
            arns[family] = aws.lambda_.Function(
                f"{name}-{family}",
                # The log group comes first: otherwise Lambda makes its own, without an end.
                opts=self.child(depends_on=[logs]),
                layers=[layer],
                **_properties(args, family, function, roles[family], group),
            ).arn
            if family in args.groups:
                aws.eks.AccessEntry(
                    f"{name}-{family}",
                    cluster_name=args.cluster_name,
                    principal_arn=roles[family],
                    kubernetes_groups=[args.groups[family]],
                    opts=self.child(),
                )
        self.arns, self.role_arns = arns, roles
        self.register_outputs({"arns": arns, "role_arns": roles, "boundary_arn": self.boundary_arn})

    def _group(self, name: str, args: RemediationFunctionsArgs) -> pulumi.Output[str]:
        """Nothing comes in; out goes HTTPS, and the cluster's API lets it in."""
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            name=f"{args.prefix}-remediation",
            description="Functions of auto-remediation",
            vpc_id=args.vpc_id,
            egress=[{"protocol": "tcp", "from_port": HTTPS, "to_port": HTTPS, "cidr_blocks": ["0.0.0.0/0"]}],
            opts=self.child(),
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-api",
            description="Auto-remediation asks the Kubernetes API",
            security_group_id=args.cluster_group,
            referenced_security_group_id=group.id,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            opts=self.child(),
        )
        return group.id.apply(str)


def _properties(
    args: RemediationFunctionsArgs, family: str, function: str, role_arn: pulumi.Output[str], group: pulumi.Output[str]
) -> dict[str, Any]:
    vpc = {"subnet_ids": list(args.subnet_ids), "security_group_ids": [group]}
    return {
        "name": function,
        "description": f"Belfry's auto-remediation: {family}",
        "role": role_arn,
        "runtime": RUNTIME,
        "architectures": ["arm64"],
        "handler": HANDLER,
        "s3_bucket": args.bucket,
        "s3_key": args.key,
        "memory_size": MEMORY_MIB,
        "timeout": args.seconds,
        "environment": {"variables": {**args.variables, args.family_variable: family}},
        **({"vpc_config": vpc} if family in args.groups else {}),
    }
