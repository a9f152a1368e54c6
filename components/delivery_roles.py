"""Roles that a pipeline takes with a token of its own: no key of AWS is stored anywhere."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.role import role
from configs.iam.delivery import trust_of_pipeline


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRolesArgs:
    """``host`` of the OIDC provider, which is made where ``makes_provider``. A subject is that of the token.

    ``deployer_policy`` and ``boundary`` are ARNs, ``preview_policy`` and ``drift_policy`` documents of these roles.
    """

    account_id: pulumi.Input[str]
    host: str
    audience: str
    makes_provider: bool
    deploy_subject: str
    preview_subject: str | None
    drift_subject: str
    deployer_policy: str
    preview_policy: pulumi.Input[str]
    drift_policy: pulumi.Input[str]
    boundary: str | None = None


@pulumi.type_token("belfry:aws:DeliveryRoles")
class DeliveryRoles(Component):
    """Roles that deploy this environment, look for its drift, and read its state, where pull requests have tokens.

    Deliberately without the rights of the role that deploys: they are a policy that a person made. A pipeline that
    wrote them could give itself any other.
    """

    arns: Mapping[str, pulumi.Output[str]]

    def __init__(self, name: str, args: DeliveryRolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        if args.makes_provider:
            # AWS checks the certificates of both hosts by its own list of authorities, not by a thumbprint.
            aws.iam.OpenIdConnectProvider(
                f"{name}-provider", url=f"https://{args.host}", client_id_lists=[args.audience], opts=self.child()
            )
        arns = {
            "deploy": role(
                self,
                f"{name}-deploy",
                trust=self._trust(args, args.deploy_subject),
                own=[args.deployer_policy],
                boundary=args.boundary,
            ),
            "drift": role(
                self,
                f"{name}-drift",
                trust=self._trust(args, args.drift_subject),
                managed=["ReadOnlyAccess"],
                policy=args.drift_policy,
                boundary=args.boundary,
            ),
        }
        if args.preview_subject:
            arns["preview"] = role(
                self,
                f"{name}-preview",
                trust=self._trust(args, args.preview_subject),
                policy=args.preview_policy,
                boundary=args.boundary,
            )
        self.arns = arns
        self.register_outputs({"arns": dict(arns)})

    @staticmethod
    def _trust(args: DeliveryRolesArgs, subject: str) -> pulumi.Output[str]:
        return pulumi.Output.from_input(args.account_id).apply(
            lambda account: trust_of_pipeline(account=account, host=args.host, audience=args.audience, subject=subject)
        )
