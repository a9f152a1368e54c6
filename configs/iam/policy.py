"""What a policy of AWS is made of, and the few places where AWS itself leaves no choice but a ``*``."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ACCOUNT_KEY, SOURCE_KEY = "aws:SourceAccount", "aws:SourceArn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing that is allowed, and why. ``principal`` stands in policies of a resource only.

    ``others``: it is about all resources but these, for what is denied.
    """

    reason: str
    actions: Sequence[str]
    resources: Sequence[str]
    principal: Mapping[str, str] | None = None
    condition: Mapping[str, Mapping[str, str | Sequence[str]]] = field(default_factory=dict)
    effect: str = "Allow"
    others: bool = False

    def plain(self, number: int) -> dict[str, Any]:
        """As AWS reads it. The reason becomes the statement's id, as far as AWS takes its characters."""
        words = "".join(word.capitalize() for word in self.reason.split())
        return {
            "Sid": f"{''.join(filter(str.isalnum, words))[:60]}{number}",
            "Effect": self.effect,
            **({"Principal": dict(self.principal)} if self.principal else {}),
            "Action": sorted(self.actions),
            "NotResource" if self.others else "Resource": sorted(self.resources),
            **({"Condition": {key: dict(value) for key, value in self.condition.items()}} if self.condition else {}),
        }


def document(statements: Sequence[Statement]) -> str:
    """The policy as JSON, always in the same bytes."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [statement.plain(n) for n, statement in enumerate(statements, 1)]},
        sort_keys=True,
    )


def trust(service: str, *, account: str | None = None, source: str | None = None) -> str:
    """Who may take a role: one AWS service, and where it says for whom it acts, for ``account`` and ``source`` alone.

    ``source``: the ARN of the resource that the service acts for, with ``*`` for what AWS makes up. Without the two,
    anybody could have the service act with our role on a resource of theirs (the confused deputy). EC2 says nothing
    when an instance takes its role, and of Amazon Q Developer (chatbot.amazonaws.com) no source says that it does.
    """
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": service}, "Action": ["sts:AssumeRole"]}
    conditions = {
        **({"StringEquals": {ACCOUNT_KEY: account}} if account else {}),
        **({"ArnLike": {SOURCE_KEY: source}} if source else {}),
    }
    if conditions:
        statement["Condition"] = conditions
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)


def trust_of_pod(*, account: str, cluster: str, namespace: str, service_account: str) -> str:
    """Who may take a role by EKS Pod Identity: one service account of the cluster with the ARN ``cluster``.

    Pod Identity tags each session with them (EKS user guide, "Create IAM role with trust policy required by EKS Pod
    Identity"). No aws:SourceArn: roles that had one were refused (awslabs/mountpoint-s3-csi-driver, issue 781).
    """
    tags = {
        "eks-cluster-arn": cluster,
        "kubernetes-namespace": namespace,
        "kubernetes-service-account": service_account,
    }
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {
            "StringEquals": {ACCOUNT_KEY: account, **{f"aws:RequestTag/{key}": value for key, value in tags.items()}}
        },
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)


def cluster_arn(region: str, account: str, name: str) -> str:
    """The ARN of a cluster of EKS."""
    return f"arn:aws:eks:{region}:{account}:cluster/{name}"


def trust_of_service_account(*, account: str, issuer: str, namespace: str, service_account: str) -> str:
    """Who may take a role by IRSA: exactly one service account of the cluster with that OIDC issuer."""
    host = issuer.removeprefix("https://")
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": f"arn:aws:iam::{account}:oidc-provider/{host}"},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Condition": {
                        "StringEquals": {
                            f"{host}:aud": "sts.amazonaws.com",
                            f"{host}:sub": f"system:serviceaccount:{namespace}:{service_account}",
                        }
                    },
                }
            ],
        },
        sort_keys=True,
    )
