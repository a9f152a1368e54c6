"""What a policy of AWS is made of, and the few places where AWS itself leaves no choice but a ``*``."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ACCOUNT_KEY = "aws:SourceAccount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing that is allowed, and why. ``principal`` stands in policies of a resource only."""

    reason: str
    actions: Sequence[str]
    resources: Sequence[str]
    principal: Mapping[str, str] | None = None
    condition: Mapping[str, Mapping[str, str | Sequence[str]]] = field(default_factory=dict)
    effect: str = "Allow"

    def plain(self, number: int) -> dict[str, Any]:
        """As AWS reads it. The reason becomes the statement's id, as far as AWS takes its characters."""
        words = "".join(word.capitalize() for word in self.reason.split())
        return {
            "Sid": f"{''.join(filter(str.isalnum, words))[:60]}{number}",
            "Effect": self.effect,
            **({"Principal": dict(self.principal)} if self.principal else {}),
            "Action": sorted(self.actions),
            "Resource": sorted(self.resources),
            **({"Condition": {key: dict(value) for key, value in self.condition.items()}} if self.condition else {}),
        }


def document(statements: Sequence[Statement]) -> str:
    """The policy as JSON, always in the same bytes."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [statement.plain(n) for n, statement in enumerate(statements, 1)]},
        sort_keys=True,
    )


def trust(service: str, *, account: str | None = None) -> str:
    """Who may take a role: one AWS service, on behalf of ``account`` alone where the service says for whom it acts."""
    # A pod's role is taken with tags of the session (cluster, namespace); the other services know no tags.
    actions = ["sts:AssumeRole", "sts:TagSession"] if service.startswith("pods.") else ["sts:AssumeRole"]
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": service}, "Action": actions}
    if account:
        statement["Condition"] = {"StringEquals": {ACCOUNT_KEY: account}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)


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
