"""All policies, and what they find in an environment."""

from collections.abc import Iterable
from typing import Final

from model.policies import (
    alarm_delivery,
    availability,
    deletion_protection,
    encryption,
    helm_secrets,
    iam,
    logs,
    owner_tags,
    pinned,
    public_exposure,
    transport,
)
from model.policies.rule import Finding, Resource, Resources, Rule, level_in

RULES: Final[tuple[Rule, ...]] = (
    encryption.RULE,
    transport.RULE,
    public_exposure.RULE,
    public_exposure.OPEN_ENDPOINT,
    iam.RULE,
    logs.RULE,
    alarm_delivery.RULE,
    helm_secrets.RULE,
    owner_tags.RULE,
    deletion_protection.RULE,
    pinned.RULE,
    availability.RULE,
)


def findings(resources: Iterable[Resource], environment: str) -> tuple[Finding, ...]:
    """What breaks a rule in ``environment``, sorted by rule and URN."""
    every = Resources(tuple(resources))
    return tuple(
        sorted(
            {
                Finding(rule=rule.name, urn=resource.urn, message=message, level=level_in(environment), fix=rule.fix)
                for rule in RULES
                if environment in rule.environments
                for resource, message in rule.broken_by(every)
            }
        )
    )
