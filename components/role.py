"""The one way to make an IAM role for a service or a workload."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.base import Component


def role(
    parent: Component,
    name: str,
    *,
    trust: pulumi.Input[str],
    managed: Sequence[str] = (),
    own: Sequence[str] = (),
    policy: pulumi.Input[str] | None = None,
    boundary: pulumi.Input[str] | None = None,
) -> pulumi.Output[str]:
    """The ARN of a role below ``parent``, known once its policies are attached.

    ``managed`` are policies of AWS by name, ``own`` those of the account by ARN, ``policy`` is a document of our own;
    ``boundary`` is the ARN of the policy beyond which none of them gives anything. They are attached before the role is
    used, and detached after: without them EKS cannot even delete what it made in the account.
    """
    made = aws.iam.Role(name, assume_role_policy=trust, permissions_boundary=boundary, opts=parent.child())
    attached: list[pulumi.Output[str]] = [
        aws.iam.RolePolicyAttachment(
            f"{name}-{each.rpartition('/')[2]}", role=made.name, policy_arn=each, opts=parent.child()
        ).id
        for each in (*(f"arn:aws:iam::aws:policy/{named}" for named in managed), *own)
    ]
    if policy is not None:
        attached.append(aws.iam.RolePolicy(f"{name}-policy", role=made.name, policy=policy, opts=parent.child()).id)
    return pulumi.Output.all(made.arn, *attached).apply(lambda all_: str(all_[0]))
