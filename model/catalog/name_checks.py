"""Names that a catalog may not bear: those of the platform, Kubernetes or AWS, and two that Belfry would make one."""

from collections.abc import Iterator

from model import labels, names
from model.catalog.system import System
from model.catalog.teams import Organization
from model.problems import Problem, duplicates
from model.vocabulary import Severity

# Kubernetes makes `default` and reserves the prefix for itself ("Namespaces"); EKS add-ons make the other two.
_OF_THE_CLUSTER = ("amazon-cloudwatch", "amazon-guardduty", "default")
_PREFIX = "kube-"
NAMES = frozenset({*names.POD_SECURITY, labels.OWN_SYSTEM, *_OF_THE_CLUSTER})
# Receivers, databases and the platform share one list of secrets: two of one name would be one value.
SECRETS = frozenset({names.PAGER_SECRET, *(value for key, value in vars(names).items() if key.endswith("_SECRET"))})


def name_problems(where: str, name: str) -> Iterator[Problem]:
    """A mistake for a system, component or namespace that would be mixed up with a part of the platform."""
    if name in NAMES or name.startswith(_PREFIX):
        yield Problem(
            where,
            f"found {name!r}, which the platform or Kubernetes owns",
            f"any name but {', '.join(sorted(NAMES))} and {_PREFIX}...",
        )


def secret_problems(where: str, secret: str) -> Iterator[Problem]:
    """A mistake for a receiver whose secret is one of the platform's own, or the password of a database."""
    if secret in SECRETS or secret.startswith(names.DATABASE_SECRETS):
        yield Problem(
            where,
            f"found the secret {secret!r}, which is not a receiver's",
            f"any name but {', '.join(sorted(SECRETS))} and {names.DATABASE_SECRETS}...",
        )


def of_system(system: System, where: str) -> Iterator[Problem]:
    """Mistakes of a system's name, and of its components' names and namespaces."""
    yield from name_problems(f"{where}: system", system.system)
    for component in system.components:
        yield from name_problems(f"{where}: {component.name}.name", component.name)
        if component.namespace is not None:
            yield from name_problems(f"{where}: {component.name}.namespace", component.namespace)


def of_organization(organization: Organization, where: str) -> Iterator[Problem]:
    """Mistakes of the receivers' secrets, and names of teams and roles that make one receiver of two."""
    for team in organization.teams:
        for secret in sorted(team.secrets | team.api_secrets):
            yield from secret_problems(f"{where}: teams[{team.name}]", secret)
    # As Alertmanager's receivers are called: <team>-<severity> and <team>-<role>.
    suffixes = [
        *(str(severity) for severity in Severity),
        f"{Severity.CRITICAL}-page",
        *(level.role for level in organization.escalation[1:]),
    ]
    receivers = [f"{team.name}-{suffix}" for team in organization.teams for suffix in suffixes]
    yield from duplicates(f"{where}: receivers of teams and roles", [*receivers, names.DEAD_MANS_SWITCH_SECRET])
