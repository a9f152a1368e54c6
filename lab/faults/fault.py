"""What a fault is: its effects on the workload, and the alert that must come of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lab.workload.effects import Effect
from model.catalog.catalog import Catalog
from model.vocabulary import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """An alert that must fire. ``objective``: that of an objective's alert, "" for other alerts."""

    alert: str
    severity: Severity
    team: str
    system: str
    component: str
    objective: str = ""

    def __str__(self) -> str:
        return f"{self.alert} of {self.system}/{self.component}{f' {self.objective}' if self.objective else ''}"


@dataclass(frozen=True, slots=True)
class Burn:
    """How long an error budget must burn. ``ratio``: the alert's share of bad events over that of the fault.

    ``window``: seconds of the alert's longer window; with less history than that, it looks at what there is.
    """

    ratio: float
    window: float

    def seconds(self, history: float) -> float:
        """Until the window's share is reached, after ``history`` seconds without errors."""
        return min(self.ratio * self.window, history * self.ratio / (1 - self.ratio))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A part that a fault may hit. ``name``: system/component, or the name of a server.

    ``detect``: seconds until the alert's condition is true at worst, without its hold and without ``burn``.
    ``clears``: seconds until the condition is false again, once the fault is over: the window it looks at, mostly.
    ``ready``: PromQL that answers as soon as there is enough history for the alert. ``counted``: the series of the
    objective's events, whose age is that history.
    """

    name: str
    expected: Expected
    detect: float
    effects: tuple[Effect, ...] = ()
    burn: Burn | None = None
    ready: str = "vector(1)"
    counted: str = ""
    clears: float = 360

    def detected_within(self, history: float) -> float:
        """Seconds until the alert's condition is true at worst, after ``history`` seconds without errors.

        Until the fault shows, nothing is wrong either: a job is young when its queue stops.
        """
        return self.detect + (self.burn.seconds(history + self.detect) if self.burn else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """``targets`` of a catalog, sorted by how well they show it. ``pause``: seconds a restarted server stays away."""

    name: str
    sentence: str
    targets: Callable[[Catalog], Iterable[Target]]
    pause: float | None = None

    def of(self, catalog: Catalog) -> tuple[Target, ...]:
        """The targets in ``catalog``."""
        return tuple(self.targets(catalog))
