"""All faults in turn. While one clears, the next one runs, elsewhere if it can, never on the same part."""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from lab.errors import LabError
from lab.faults.fault import Fault, Target
from lab.faults.healing import Engine
from lab.faults.runner import EVERY, Gone, Runner, Tell
from lab.faults.table import choose, runs
from lab.faults.trial import Plan, Trial
from model.problems import BadInput
from model.vocabulary import Severity

QUIET = "game day: between two faults"


@dataclass(kw_only=True)
class GameDay:
    """``left_out``: fault -> why it was not run. ``now`` hears what is done, ``done`` of each trial that is over."""

    runner: Runner
    now: Tell = field(default=lambda text: None)
    done: Callable[[Trial], None] = field(default=lambda trial: None)
    trials: list[Trial] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    _clearing: list[Trial] = field(default_factory=list)

    def run(self, faults: Sequence[Fault]) -> None:
        """Run them. Raises BadInput when none of them has a target here, and LabError."""
        running = self.runner.running
        possible = [fault for fault in faults if self._possible(fault, running)]
        for number, fault in enumerate(possible, start=1):
            target = self._where(fault, running)
            plan = self.runner.plan(fault, target, running)
            self._wait_for([trial for trial in self._clearing if _disturbs(trial.plan, fault, plan.target)])
            self.runner.tell(f"{number} of {len(possible)}")
            try:
                # Only now is the history known that it has.
                self.runner.wait_until_ready(plan)
                self.now(f"game day: {plan.label}")
                trial = self.runner.until_notified(self.runner.plan(fault, target, running), self._look_at_clearing)
            except Gone:
                raise
            except LabError as error:
                trial = self.runner.start(plan)
                trial.why = str(error)
            self.now(QUIET)
            self.trials.append(trial)
            self._clearing.append(trial)
        self._wait_for(self._clearing)
        if self.runner.engine is not None:
            self._wait_for_proof(self.runner.engine)

    def _wait_for_proof(self, engine: Engine) -> None:
        """An action is proven by minutes of its objective, when its alert may be over already."""
        while pending := [trial.plan.label for trial in self.trials if engine.pends(trial)]:
            self.runner.require()
            self.runner.tell(f"waiting until it is proven: {', '.join(pending)}")
            time.sleep(EVERY)

    def _possible(self, fault: Fault, running: Collection[str]) -> bool:
        try:
            choose(fault, self.runner.catalog, running)
        except BadInput as error:
            self.left_out[fault.name] = error.problems[0].found
            return False
        return True

    def _where(self, fault: Fault, running: Collection[str]) -> str:
        """The target that needs the least waiting, of those that show the fault as well as the first one does.

        Preferably one whose alert has its history, and of a system where nothing clears: a cause that still fires mutes
        what may come of it.
        """
        targets = [target for target in fault.of(self.runner.catalog) if runs(target, running)]
        equal = [target for target in targets if _alert(target) == _alert(targets[0])]

        def busy(target: Target) -> tuple[bool, int, int]:
            plans = [trial.plan for trial in self._clearing]
            same_system = [plan for plan in plans if plan.target.expected.system == target.expected.system]
            new = self.runner.servers.value(target.ready) is None
            return new, sum(_disturbs(plan, fault, target) for plan in plans), len(same_system)

        return min(equal, key=busy).name

    def _wait_for(self, trials: Iterable[Trial]) -> None:
        waiting = list(trials)
        while left := [trial for trial in waiting if trial in self._clearing]:
            self.runner.require()
            self._look_at_clearing()
            self.runner.tell(f"waiting until it is over: {', '.join(trial.plan.label for trial in left)}")
            time.sleep(EVERY)

    def _look_at_clearing(self) -> None:
        for trial in list(self._clearing):
            trial.look()
            trial.judge()
            if trial.over:
                self._clearing.remove(trial)
                self.done(trial)


def _disturbs(clearing: Plan, fault: Fault, target: Target) -> bool:
    """Whether they are about the same part, or a server is to be restarted that tells of the end."""
    mine, theirs = clearing.target.expected, target.expected
    return fault.pause is not None or (mine.system, mine.component) == (theirs.system, theirs.component)


def _alert(target: Target) -> tuple[str, Severity]:
    return target.expected.alert, target.expected.severity
