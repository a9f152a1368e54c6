"""The pipeline's roles, where the settings name one."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.delivery_roles import DeliveryRoles, DeliveryRolesArgs
from configs.iam import delivery as policies
from configs.state_backend import StateBackend
from model import labels
from model.account.delivery import ProviderIs
from stacks.settings import Settings


def build(settings: Settings, provider: aws.Provider, account: pulumi.Output[str]) -> Mapping[str, pulumi.Output[str]]:
    """ARNs of the roles by name; none without the setting."""
    if settings.delivery is None:
        return {}
    pipeline = settings.delivery.pipeline
    return DeliveryRoles(
        "delivery",
        DeliveryRolesArgs(
            account_id=account,
            host=pipeline.host,
            audience=pipeline.audience,
            makes_provider=settings.delivery.provider is ProviderIs.MADE,
            deploy_subject=pipeline.deploy_subject(settings.environment),
            preview_subject=pipeline.preview_subject,
            drift_subject=pipeline.drift_subject(settings.environment),
            deployer_policy=settings.delivery.deployer_policy,
            boundary=settings.delivery.permissions_boundary,
            preview_policy=account.apply(lambda id_: policies.preview(_state(settings, id_), project=labels.PROJECT)),
            drift_policy=account.apply(lambda id_: policies.drift(_state(settings, id_), project=labels.PROJECT)),
        ),
        opts=pulumi.ResourceOptions(provider=provider),
    ).arns


def _state(settings: Settings, account: str) -> StateBackend:
    return StateBackend(environment=settings.environment, account=account, region=settings.region)
