"""Drift that is accepted: who accepts what, why, and until when. After that day it is a finding again."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from model.base import Model, Text
from model.calendar import Day
from model.drift.report import Difference, Side
from model.model_file import read_model
from model.problems import Problem, raise_if_any
from model.vocabulary import Environment

FILE: Final = "policy/drift.yaml"
_Word = Annotated[str, Field(min_length=1)]


class Allowed(Model):
    """One accepted difference."""

    side: Side
    about: _Word = Field(description="A URN, or for side cluster kind/namespace/name.")
    property: _Word | None = Field(default=None, description="A path and all below it; absent: the whole resource.")
    environments: Annotated[tuple[Environment, ...], Field(min_length=1)]
    owner: _Word = Field(description="A team of teams.yaml, who answers for it.")
    reason: Text = Field(description="Why it may differ.")
    until: Day = Field(description="The last day on which it holds, in UTC.")

    def covers(self, found: "Finding", environment: Environment) -> bool:
        """Whether it is about this difference, expired or not."""
        if (self.side, self.about) != (found.side, found.about) or environment not in self.environments:
            return False
        own = self.property
        return own is None or found.property == own or found.property.startswith((f"{own}.", f"{own}["))


class AllowList(Model):
    """``policy/drift.yaml``."""

    allowed: tuple[Allowed, ...] = ()

    @classmethod
    def load(cls, root: Path, teams: Collection[str]) -> "AllowList":
        """The file below ``root``. Raises BadInput, also for an owner that is not one of ``teams``."""
        read = read_model(cls, root / FILE, FILE)
        raise_if_any(
            [
                Problem(f"{FILE}: allowed[{index}].owner", f"found unknown team {each.owner!r}", ", ".join(teams))
                for index, each in enumerate(read.allowed)
                if each.owner not in teams
            ]
        )
        return read


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One difference. ``property`` is empty where the whole resource is there or not."""

    side: Side
    about: str
    change: str
    property: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """``open``: what somebody must look at, each with a note: the acceptance that is over, or nothing."""

    open: tuple[tuple[Finding, str], ...]
    allowed: tuple[tuple[Finding, Allowed], ...]

    def count(self, side: Side) -> int:
        """Open findings of one side."""
        return sum(found.side is side for found, _ in self.open)


def findings(side: Side, differences: Iterable[Difference]) -> Iterator[Finding]:
    """One for each property, so that each can be accepted by itself."""
    for one in differences:
        for path in one.paths or ("",):
            yield Finding(side, one.urn, one.change, path)


def judge(found: Iterable[Finding], listed: AllowList, environment: Environment, today: str) -> Judged:
    """What of the ``found`` is open. ``today``: the day in UTC as ISO text."""
    still: list[tuple[Finding, str]] = []
    allowed: list[tuple[Finding, Allowed]] = []
    for one in sorted(set(found)):
        covering = _covering(one, listed.allowed, environment)
        current = [each for each in covering if each.until >= today]
        if current:
            allowed.append((one, current[0]))
        else:
            over = covering[-1] if covering else None
            note = f"accepted by {over.owner} until {over.until}, which is over" if over else ""
            still.append((one, note))
    return Judged(open=tuple(still), allowed=tuple(allowed))


def _covering(one: Finding, listed: Sequence[Allowed], environment: Environment) -> list[Allowed]:
    return [each for each in listed if each.covers(one, environment)]
