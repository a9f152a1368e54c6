"""Reviewed exceptions to a freeze: one file each, with an owner, a reason and an end at most seven days ahead."""

from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, Field, TypeAdapter

from model.base import Model, Name, Text
from model.calendar import Day
from model.catalog.catalog import Catalog
from model.model_file import read_model
from model.problems import Problem, or_problems, raise_if_any
from model.vocabulary import Environment

FOLDER = "exceptions"
LONGEST_DAYS = 7
"""A week: long enough for a release that was announced, too short to become the rule."""
_DAY = 86_400
_MOMENT: TypeAdapter[AwareDatetime] = TypeAdapter(AwareDatetime)


class GateException(Model):
    """Lets features of a system pass a freeze. It opens neither a blocking alert nor an unknown budget."""

    system: Name
    component: Name | None = Field(default=None, description="Absent: all of the system.")
    environments: Annotated[tuple[Environment, ...], Field(min_length=1)]
    owner: Name = Field(description="The team that answers for it.")
    reason: Text
    expires: Day = Field(description="The last day on which it holds, in UTC; at most 7 days ahead.")

    @property
    def end(self) -> float:
        """Unix time, in seconds, from which it no longer holds: the end of its last day."""
        return _MOMENT.validate_python(f"{self.expires}T00:00:00Z").timestamp() + _DAY

    def covers(self, environment: Environment, system: str, component: str | None) -> bool:
        """Whether it is about a deployment of ``component``, or of all of ``system`` where that is None."""
        return self.system == system and environment in self.environments and self.component in (None, component)


def read_exceptions(folder: Path, catalog: Catalog, now: float) -> dict[str, GateException]:
    """File -> the exception in it, those that have expired left out. ``folder``: the catalog's.

    Raises BadInput with all mistakes of all files, expired ones included: a file that lies there is read by people.
    """
    problems: list[Problem] = []
    found = {}
    for path in sorted((folder / FOLDER).glob("*")):
        shown = f"{folder.name}/{FOLDER}/{path.name}"
        if path.suffix != ".yaml":
            problems.append(Problem(shown, "found a file that would be ignored", "the suffix .yaml"))
            continue
        exception = or_problems(lambda path=path, shown=shown: _read(path, shown), problems)  # type: ignore[misc]
        if exception is None:
            continue
        problems += _problems(exception, shown, catalog, now)
        if exception.end > now:
            found[shown] = exception
    raise_if_any(problems)
    return found


def _read(path: Path, shown: str) -> GateException:
    return read_model(GateException, path, shown)


def _problems(exception: GateException, shown: str, catalog: Catalog, now: float) -> list[Problem]:
    systems = {system.system: system for system in catalog.systems}
    problems = []
    if exception.system not in systems:
        known = ", ".join(systems)
        problems.append(Problem(f"{shown}: system", f"found unknown system {exception.system!r}", known))
    elif exception.component is not None:
        names = [component.name for component in systems[exception.system].components]
        if exception.component not in names:
            found = f"found unknown component {exception.component!r}"
            problems.append(Problem(f"{shown}: component", found, ", ".join(names)))
    if exception.owner not in catalog.teams:
        problems.append(
            Problem(f"{shown}: owner", f"found unknown team {exception.owner!r}", ", ".join(sorted(catalog.teams)))
        )
    if exception.end - now > (LONGEST_DAYS + 1) * _DAY:
        problems.append(
            Problem(f"{shown}: expires", f"found {exception.expires}", f"a day at most {LONGEST_DAYS} days ahead")
        )
    return problems
