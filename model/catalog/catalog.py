"""The catalog: everything that is watched, read from ``catalog/`` and checked as a whole."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial, reduce
from pathlib import Path
from typing import Self

import pydantic

from model.base import Model
from model.catalog import files
from model.catalog.checks import check
from model.catalog.components import Component
from model.catalog.resources import DynamoDbTable, ResourceBase
from model.catalog.system import System
from model.catalog.teams import Organization, Team
from model.model_file import read_model
from model.problems import BadInput, Problem, from_validation, or_problems, raise_if_any
from model.vocabulary import Environment

TEAMS_FILE = "teams.yaml"


class Catalog(Model):
    """Teams and systems. Systems are sorted by name, so that nothing depends on the order of files."""

    organization: Organization
    systems: tuple[System, ...]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read every ``*.yaml`` of ``folder``: the teams, and one file a system, named after it.

        A system may have more files in a folder of its name: :mod:`model.catalog.files`. Raises BadInput with all
        mistakes of all files at once.
        """
        shown = folder.name
        problems: list[Problem] = []
        teams = partial(read_model, Organization, folder / TEAMS_FILE, f"{shown}/{TEAMS_FILE}")
        organization = or_problems(teams, problems)
        found = sorted(path for path in folder.glob("*.yaml") if path.name != TEAMS_FILE)
        if not found:
            problems.append(Problem(shown, "the catalog is empty", "at least one <system>.yaml; `make new` writes one"))
        problems += files.stray(folder) if folder.is_dir() else ()
        systems = []
        for path in found:
            system = or_problems(partial(_system, path, f"{shown}/{path.name}"), problems)
            if system is None:
                continue
            systems.append(system)
            if system.system != path.stem:
                problems.append(Problem(f"{shown}/{path.name}: system", f"found {system.system!r}", f"{path.stem!r}"))
        unread = {path.stem for path in found} - {system.system for system in systems}
        problems += located(check(organization, systems, shown, unread), systems)
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


def located(problems: Iterable[Problem], systems: Sequence[System]) -> Iterator[Problem]:
    """Problems of whole systems, each at its place in one of the system's files."""
    for problem in problems:
        yield reduce(lambda found, system: system.located(found), systems, problem)


def owner_of(system: System, part: Component | ResourceBase) -> str:
    """The team that answers for ``part``: its own owner, or the system's."""
    return part.owner or system.owner


def _system(path: Path, shown: str) -> System:
    document, sources = files.read(path, shown)
    try:
        return System.model_validate(document, context=sources)
    except pydantic.ValidationError as error:
        raise BadInput(map(sources.located, from_validation(shown, error, System))) from None
