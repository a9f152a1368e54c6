"""Reads what the files of the other environments say of their accounts."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from model.account.shared_account import AccountWide, EnvironmentInAccount
from model.catalog.catalog import Catalog
from model.catalog.resource_base import ResourceBase
from model.plan import mapping
from model.problems import BadInput
from model.vocabulary import Environment
from model.yaml_file import read_yaml
from stacks.settings import NAMESPACE, Settings

_SHARES: Mapping[Any, AccountWide] = {str(share): share for share in AccountWide}
_NAMED = 5  # resources in a warning; more would hide the other warnings


def this_environment(settings: Settings) -> EnvironmentInAccount:
    """What the settings say."""
    return EnvironmentInAccount(
        environment=settings.environment,
        account=settings.account,
        region=settings.region,
        cluster=settings.cluster.name,
        account_wide=settings.account_wide,
        systems=settings.systems,
    )


def other_environments(root: Path, environment: Environment) -> Iterator[EnvironmentInAccount]:
    """The files beside that of ``environment``. One that cannot be read is refused where it is deployed, not here."""
    for other in Environment:
        file = f"Pulumi.{other}.yaml"
        if other in (environment, Environment.LOCAL) or not (root / file).exists():
            continue
        try:
            document = read_yaml(root / file, file)
        except BadInput:
            continue
        config = mapping(document, "config") if isinstance(document, Mapping) else {}
        yield EnvironmentInAccount(
            environment=other,
            account=str(config.get(f"{NAMESPACE}:account", "")),
            region=str(config.get(f"{NAMESPACE}:region", "")),
            cluster=str(mapping(config, f"{NAMESPACE}:cluster").get("name", "")),
            account_wide=_SHARES.get(config.get(f"{NAMESPACE}:account_wide"), AccountWide.ALL),
            systems=tuple(map(str, config.get(f"{NAMESPACE}:systems") or ())),
        )


def watched_twice(
    catalog: Catalog, here: EnvironmentInAccount, others: Sequence[EnvironmentInAccount]
) -> Iterator[str]:
    """Warnings of the catalog's resources that ``here`` and another environment of the same account and region have.

    Each would have its alarms twice, and notify twice. ``catalog`` is that of all environments.
    """
    own = _resources(catalog, here)
    for other in others:
        if here.shares_region(other):
            theirs = _resources(catalog, other)
            both = sorted(name for name, resource in own.items() if theirs.get(name) == resource)
            if both:
                yield (
                    f"{here.file} and {other.file} are of one account and region, and both watch the same "
                    f"{len(both)} resources, so each of their alarms notifies twice: {', '.join(both[:_NAMED])}"
                    f"{' and more' if both[_NAMED:] else ''}. Say in catalog/ which environment has which "
                    "(environments:), or in both files which systems are watched (belfry:systems)"
                )


def _resources(catalog: Catalog, where: EnvironmentInAccount) -> dict[str, ResourceBase]:
    systems = [system for system in catalog.systems if not where.systems or system.system in where.systems]
    return {
        f"{system.system}/{resource.name}": resource
        for system in (each.in_environment(where.environment)[0] for each in systems)
        for resource in system.resources
    }
