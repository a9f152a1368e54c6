"""Who may take a pipeline's roles, and what those for pull requests and for drift may do."""

import json

from configs.iam.policy import Statement, document
from configs.state_backend import StateBackend


def provider_arn(account: str, host: str) -> str:
    """The ARN of an OIDC provider of the account."""
    return f"arn:aws:iam::{account}:oidc-provider/{host}"


def trust_of_pipeline(*, account: str, host: str, audience: str, subject: str) -> str:
    """Who may take a role: whoever has a token of ``host`` with exactly that audience and subject, no pattern."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn(account, host)},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:aud": audience, f"{host}:sub": subject}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)


# Parts of AWS's own ReadOnlyAccess that are data and no configuration.
_DATA = (
    *("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PartiQLSelect", "dynamodb:Query", "dynamodb:Scan"),
    *("logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetLogRecord", "logs:GetQueryResults", "logs:StartQuery"),
    *("logs:StartLiveTail", "sqs:ReceiveMessage", "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"),
)


def drift(backend: StateBackend, *, project: str) -> str:
    """Beside AWS's ReadOnlyAccess: read the state with its secrets, which a refresh needs; and no data at all.

    Objects of buckets are read in the state's bucket and of the job archive alone.
    """
    bucket, key = f"arn:aws:s3:::{backend.bucket}", f"arn:aws:kms:{backend.region}:{backend.account}:key/*"
    objects = [f"{bucket}/.pulumi/*", f"arn:aws:s3:::{project}-{backend.environment}-*-jobs/*"]
    return document(
        [
            Statement(
                reason="Open the state and the secrets in it",
                actions=["kms:Decrypt"],
                resources=[key],
                condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": backend.key_alias}},
            ),
            Statement(reason="No data", actions=_DATA, resources=["*"], effect="Deny"),
            Statement(
                reason="No object but the state and the job archive",
                actions=["s3:GetObject", "s3:GetObjectVersion"],
                resources=objects,
                others=True,
                effect="Deny",
            ),
        ]
    )


def preview(backend: StateBackend, *, project: str) -> str:
    """Read the state of one stack, and no secret in it.

    The key encrypts the state's bucket and, inside the state, its secrets. By way of S3 alone it opens the first and
    not the second: code of a pull request that has this role learns names, and no password.
    """
    bucket = f"arn:aws:s3:::{backend.bucket}"
    stack = f".pulumi/stacks/{project}/{backend.environment}.json"
    return document(
        [
            Statement(
                reason="Read the state of this stack",
                actions=["s3:GetObject"],
                resources=[f"{bucket}/.pulumi/meta.yaml", f"{bucket}/{stack}"],
            ),
            Statement(
                reason="Find it",
                actions=["s3:ListBucket"],
                resources=[bucket],
                condition={"StringLike": {"s3:prefix": [".pulumi/stacks/", f".pulumi/stacks/{project}/*"]}},
            ),
            Statement(
                reason="The bucket is encrypted with this key",
                actions=["kms:Decrypt"],
                resources=[f"arn:aws:kms:{backend.region}:{backend.account}:key/*"],
                condition={
                    "StringEquals": {"kms:ViaService": f"s3.{backend.region}.amazonaws.com"},
                    "ForAnyValue:StringEquals": {"kms:ResourceAliases": backend.key_alias},
                },
            ),
        ]
    )
