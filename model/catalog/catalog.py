"""The catalog: everything that is watched, read from ``catalog/`` and checked as a whole."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeVar

import pydantic

from model.base import Model
from model.catalog.checks import check
from model.catalog.components import Component
from model.catalog.resources import DynamoDbTable, ResourceBase
from model.catalog.system import System
from model.catalog.teams import Organization, Team
from model.problems import BadInput, Problem, from_validation, raise_if_any
from model.vocabulary import Environment
from model.yaml_file import read_yaml

TEAMS_FILE = "teams.yaml"
M = TypeVar("M", bound=Model)


class Catalog(Model):
    """Teams and systems. Systems are sorted by name, so that nothing depends on the order of files."""

    organization: Organization
    systems: tuple[System, ...]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read every ``*.yaml`` of ``folder``: the teams, and one file a system, named after it.

        Raises BadInput with all mistakes of all files at once.
        """
        shown = folder.name
        problems: list[Problem] = []
        organization = _read(Organization, folder / TEAMS_FILE, f"{shown}/{TEAMS_FILE}", problems)
        files = sorted(path for path in folder.glob("*.yaml") if path.name != TEAMS_FILE)
        if not files:
            problems.append(Problem(shown, "the catalog is empty", "at least one <system>.yaml; `make new` writes one"))
        problems += [
            Problem(f"{shown}/{path.name}", "found a file that would be ignored", "the suffix .yaml")
            for path in sorted(folder.glob("*.yml"))
        ]
        systems = []
        for path in files:
            system = _read(System, path, f"{shown}/{path.name}", problems)
            if system is None:
                continue
            systems.append(system)
            if system.system != path.stem:
                problems.append(Problem(f"{shown}/{path.name}: system", f"found {system.system!r}", f"{path.stem!r}"))
        unread = {path.stem for path in files} - {system.system for system in systems}
        problems += check(organization, systems, shown, unread)
        raise_if_any(problems)
        assert organization
        return cls.of(organization, systems)

    @classmethod
    def of(cls, organization: Organization, systems: Iterable[System]) -> Self:
        """A catalog of parts that were checked already."""
        return cls(organization=organization, systems=tuple(sorted(systems, key=lambda system: system.system)))

    def only(self, names: Sequence[str], where: str = "settings: systems") -> Self:
        """The catalog reduced to the systems an environment runs. Unknown names at ``where`` raise BadInput."""
        known = [system.system for system in self.systems]
        raise_if_any(
            Problem(where, f"found unknown system {name!r}", ", ".join(known)) for name in names if name not in known
        )
        return self.of(self.organization, (system for system in self.systems if system.system in names))

    def in_environment(self, environment: Environment) -> tuple[Self, tuple[str, ...]]:
        """The catalog as ``environment`` has it, and the names of the resources and probes that it lacks, sorted."""
        systems = [system.in_environment(environment) for system in self.systems]
        lacking = sorted(name for _, names in systems for name in names)
        return self.of(self.organization, (system for system, _ in systems)), tuple(lacking)

    @cached_property
    def teams(self) -> dict[str, Team]:
        """The teams by name."""
        return {team.name: team for team in self.organization.teams}

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """Names of the secrets the teams' receivers need, sorted."""
        return tuple(sorted({secret for team in self.organization.teams for secret in team.secrets}))

    def tables(self) -> tuple[tuple[System, DynamoDbTable], ...]:
        """Every DynamoDB table with its system."""
        return tuple((s, r) for s in self.systems for r in s.resources if isinstance(r, DynamoDbTable))


def owner_of(system: System, part: Component | ResourceBase) -> str:
    """The team that answers for ``part``: its own owner, or the system's."""
    return part.owner or system.owner


def _read(model: type[M], path: Path, shown: str, problems: list[Problem]) -> M | None:
    """The file as ``model``, or None after its mistakes were added to ``problems``."""
    try:
        document: Any = read_yaml(path, shown)
        return model.model_validate(document)
    except BadInput as error:
        problems += error.problems
    except pydantic.ValidationError as error:
        problems += from_validation(shown, error, model)
    return None
