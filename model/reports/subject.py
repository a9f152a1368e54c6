"""What a report is about: the objectives and agreements of an environment, and its maintenance windows.

``declared.py`` reads it from the catalog; a job in the cluster is given it as a JSON document.
"""

from collections.abc import Collection
from decimal import Decimal

from pydantic import Field

from model.alerting.maintenance import MaintenanceWindow
from model.base import Model
from model.calendar import TimeZone, day_at, midnight
from model.catalog.sla import Agreement
from model.problems import Problem, raise_if_any
from model.reports.periods import Period
from model.reports.rows import Unit
from model.vocabulary import Environment

Key = tuple[str, str, str]
"""System, component and objective."""


class Expected(Model):
    """An objective that the environment should have measured.

    ``conditional``: it counts only some of the time by design, so that its gaps are those of the rules' evaluation.
    """

    system: str
    component: str
    objective: str
    feature: str = ""
    team: str
    target: Decimal
    window: str
    unit: Unit
    time_zone: TimeZone = "UTC"
    conditional: bool = False
    agreement: Agreement | None = None

    @property
    def key(self) -> Key:
        """What identifies it among all systems."""
        return self.system, self.component, self.objective


class Subject(Model):
    """All of an environment."""

    environment: Environment
    objectives: tuple[Expected, ...]
    windows: tuple[MaintenanceWindow, ...] = Field(default=(), description="Of the environment's settings.")

    @property
    def systems(self) -> tuple[str, ...]:
        """Names of the systems, sorted."""
        return tuple(sorted({one.system for one in self.objectives}))

    def zone(self, system: str) -> str:
        """The time zone of a system's days; UTC of one that the catalog does not know."""
        return next((one.time_zone for one in self.objectives if one.system == system), "UTC")

    def only(self, *, systems: Collection[str], features: Collection[str], teams: Collection[str]) -> "Subject":
        """Reduced to what is in every collection that is not empty. Raises BadInput for names that nothing has."""
        chosen = (("--system", "system", systems), ("--feature", "feature", features), ("--team", "team", teams))
        problems = []
        for option, field, names in chosen:
            known = sorted({str(getattr(one, field)) for one in self.objectives} - {""})
            allowed = ", ".join(known) or "none: the catalog has none"
            problems += [
                Problem(option, f"found unknown {field} {name!r}", allowed) for name in names if name not in known
            ]
        raise_if_any(problems)
        left = [
            o for o in self.objectives if all(not names or getattr(o, field) in names for _, field, names in chosen)
        ]
        if not left:
            given = " ".join(f"{option} {name}" for option, _, names in chosen for name in names)
            raise_if_any([Problem(given, "found no objective that has all of these", "names that belong together")])
        return self.model_copy(update={"objectives": tuple(left)})


def span(subject: Subject, period: Period) -> tuple[int, int]:
    """Unix time from the first beginning of the period in any of its time zones to the last end."""
    zones = {one.time_zone for one in subject.objectives} or {"UTC"}
    starts = [midnight(day_at(period.first), zone) for zone in zones]
    return min(starts), max(midnight(day_at(period.last + 1), zone) for zone in zones)
