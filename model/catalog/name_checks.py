"""Names that would be mixed up: with the platform's own, or with each other once Belfry adds to them."""

from collections.abc import Iterator

from model import names, reserved
from model.catalog.system import System
from model.catalog.teams import Organization
from model.problems import Problem, duplicates
from model.vocabulary import Severity


def of_system(system: System, where: str) -> Iterator[Problem]:
    """Mistakes of a system's name, and of its components' names and namespaces."""
    yield from reserved.name_problems(f"{where}: system", system.system)
    for component in system.components:
        yield from reserved.name_problems(f"{where}: {component.name}.name", component.name)
        if component.namespace is not None:
            yield from reserved.name_problems(f"{where}: {component.name}.namespace", component.namespace)


def of_organization(organization: Organization, where: str) -> Iterator[Problem]:
    """Mistakes of the receivers' secrets, and names of teams and roles that make one receiver of two."""
    for team in organization.teams:
        for secret in sorted(team.secrets | team.api_secrets):
            yield from reserved.secret_problems(f"{where}: teams[{team.name}]", secret)
    # As Alertmanager's receivers are called: <team>-<severity> and <team>-<role>.
    suffixes = [
        *(str(severity) for severity in Severity),
        f"{Severity.CRITICAL}-page",
        *(level.role for level in organization.escalation[1:]),
    ]
    receivers = [f"{team.name}-{suffix}" for team in organization.teams for suffix in suffixes]
    yield from duplicates(f"{where}: receivers of teams and roles", [*receivers, names.DEAD_MANS_SWITCH_SECRET])
