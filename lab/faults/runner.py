"""Runs faults against the running local environment, one at a time."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from lab.endpoints import read_endpoints
from lab.errors import LabError
from lab.faults.fault import Fault, Target
from lab.faults.healing import Engine
from lab.faults.servers import Servers
from lab.faults.table import choose
from lab.faults.trial import Plan, Trial, broken
from lab.layout import Layout
from lab.remedy import Acts
from lab.workload import control
from model.catalog.catalog import Catalog
from model.problems import BadInput, Problem

EVERY = 1.0
# What else is sent with the first notification arrives this soon.
_TOGETHER = 3.0
# A lab that has just started has no objective's data yet, and one without traffic never will.
_HISTORY_SECONDS = 20 * 60
# Seconds between two evaluations of an objective.
_EVALUATED = 15
Tell = Callable[[str], None]


class Gone(LabError):
    """The local environment ended while something waited for it."""


@dataclass(kw_only=True)
class Runner:
    """``tell`` hears what is being waited for. ``engine``: of auto-remediation, where the game day watches it."""

    layout: Layout
    tell: Tell = field(default=lambda text: None)
    engine: Engine | None = None

    def __post_init__(self) -> None:
        """Raises BadInput when the lab or its workload does not run."""
        at = read_endpoints(self.layout.root)
        if not at.workload:
            raise BadInput([Problem("workload", "no demo workload runs", "`make up`")])
        self.workload = at.workload
        self.servers = Servers(at)
        self.catalog = Catalog.load(self.layout.root / "catalog")

    @property
    def running(self) -> set[str]:
        """The systems whose workload runs."""
        return {part.system for part in control.state(self.workload).parts}

    def plan(self, fault: Fault, target: str | None, running: Collection[str]) -> Plan:
        """What will be done, and what is to be expected. Raises BadInput."""
        chosen = choose(fault, self.catalog, running, target)
        return Plan.of(fault, chosen, self.servers.knowledge(), self._history(chosen))

    def wait_until_ready(self, plan: Plan) -> None:
        """Wait until the alert has the history that it needs, and does not fire any more. Raises LabError."""
        end = time.monotonic() + _HISTORY_SECONDS
        while True:
            self.require()
            fires = plan.fault.pause is None and self.servers.firing(plan.target.expected)
            if self.servers.value(plan.target.ready) is not None and not fires:
                return
            if time.monotonic() > end:
                missing = "fires all the time" if fires else f"has no history: {plan.target.ready}"
                raise LabError(f"{plan.label} shows nothing: {plan.target.expected} {missing}")
            self.tell(f"{plan.label}: waiting until its alert {'is over' if fires else 'has enough history'}")
            time.sleep(EVERY)

    def require(self, plan: Plan | None = None) -> None:
        """Raise Gone when the local environment was stopped meanwhile, or has not the effects of ``plan`` any more."""
        nothing = "no verdict"
        try:
            there = read_endpoints(self.layout.root)
        except BadInput:
            raise Gone(f"the local environment was stopped, and the fault ended with it; {nothing}") from None
        if there != self.servers.at or (plan and plan.target.effects and not control.present(self.workload)):
            raise Gone(f"the local environment was started again, without the fault; {nothing}")

    def start(self, plan: Plan) -> Trial:
        """Begin to observe."""
        since = self.servers.newest_notification()
        return Trial(plan=plan, servers=self.servers, since=since, began=time.time())

    def hold(self, plan: Plan, duration: float) -> Trial:
        """Have the fault for ``duration`` seconds."""
        trial = self.start(plan)
        with broken(self.layout, self.workload, plan):
            trial.injected = trial.now()
            while (passed := trial.now() - trial.began) < duration:
                self.require(plan)
                trial.look()
                self.tell(f"{plan.label}: {passed:.0f} of {duration:.0f} s; {_seen(trial)}")
                time.sleep(EVERY)
        trial.ended = trial.now()
        trial.judge()
        return trial

    def until_notified(self, plan: Plan, also: Callable[[], None] = lambda: None) -> Trial:
        """Keep the fault until the notification is sent or the limit has passed. ``also`` is called repeatedly."""
        trial = self.start(plan)
        with broken(self.layout, self.workload, plan):
            trial.injected = trial.now()
            while not trial.why and self._waits(trial):
                # What the engine heals has no effects any more.
                self.require(None if self.engine and self.engine.acts is Acts.ACT else plan)
                trial.look()
                trial.judge()
                also()
                passed = f"{trial.now() - trial.began:.0f} of at most {plan.notified_within:.0f} s"
                self.tell(f"{plan.label}: {passed}; {_seen(trial)}")
                time.sleep(EVERY)
        trial.ended = trial.now()
        return trial

    def _waits(self, trial: Trial) -> bool:
        """For the notification and what comes with it, and for the verdict of auto-remediation."""
        if trial.notified is None or trial.now() - trial.began < trial.notified + _TOGETHER:
            return True
        return self.engine is not None and self.engine.considers(trial)

    def _history(self, target: Target) -> float:
        """For how long the objective's events have been counted, of the last six hours."""
        if target.burn is None:
            return 0.0
        return _EVALUATED * (self.servers.value(f"count_over_time({target.counted}[6h])") or 0)


def _seen(trial: Trial) -> str:
    if trial.notified is not None:
        return f"notified after {trial.notified:.0f} s"
    if trial.fired is not None:
        return f"fires since {trial.fired:.0f} s{f', {trial.muted}' if trial.muted else ', no notification yet'}"
    return "no alert fires yet"
