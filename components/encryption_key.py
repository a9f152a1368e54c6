"""A key for what Belfry keeps in the account."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionKeyArgs:
    """``alias`` is without ``alias/``; ``policy`` says who may use the key."""

    alias: str
    description: str
    policy: pulumi.Input[str]


@pulumi.type_token("belfry:aws:EncryptionKey")
class EncryptionKey(Component):
    """A symmetric key that rotates every year, found by a name. Deleting it takes 30 days: with it goes the data."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        key = aws.kms.Key(
            f"{name}-key",
            description=args.description,
            enable_key_rotation=True,
            deletion_window_in_days=30,
            policy=args.policy,
            opts=self.child(),
        )
        aws.kms.Alias(f"{name}-alias", name=f"alias/{args.alias}", target_key_id=key.key_id, opts=self.child())
        self.arn = key.arn
        self.register_outputs({"arn": self.arn})
