"""What auto-remediation made of faults: the verdict on each, and how soon its alert was over with and without it.

Without: the fault is taken back the moment that its alert is notified, as by a person who sits there and knows the
cure. That is the best that people can do, so the comparison favours them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from lab.endpoints import Endpoints
from lab.faults.fault import Expected
from lab.faults.trial import Trial
from lab.layout import Layout
from lab.process import request
from lab.remedy import Acts
from model.catalog.catalog import Catalog
from model.remediation.decision import rules_of

# A verdict comes with the notification or 15 s later; evaluation and a busy machine take their time too.
VERDICT_SECONDS = 60.0
_PENDING = ("acting", "acted")
NO_RULE = "no rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Healing:
    """Of one fault. ``seconds``: by mode, from the fault until its alert was over; None where that was not seen."""

    fault: str
    target: str
    verdict: str
    reason: str
    outcome: str
    seconds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Engine:
    """The engine of the running local environment, in a game day in which it ``acts`` or not."""

    at: Endpoints
    catalog: Catalog
    acts: Acts

    def verdict(self, expected: Expected, since: float) -> dict[str, Any] | None:
        """The first verdict on the alert after ``since``; None also while the engine does not answer."""
        status, text = request("GET", f"{self.at.remediation}/verdicts")
        found: list[dict[str, Any]] = json.loads(text) if status == HTTPStatus.OK else []
        wanted = (expected.alert, expected.system, expected.component)
        mine = [one for one in found if (one["alert"], one["system"], one["component"]) == wanted]
        return next((one for one in reversed(mine) if one["at"] >= since), None)

    def considers(self, trial: Trial) -> bool:
        """Whether a verdict is still to come."""
        if not self.has_rule(trial) or trial.fired is None:
            return False
        late = trial.now() - trial.began > trial.fired + VERDICT_SECONDS
        return not late and self.verdict(trial.plan.target.expected, trial.began) is None

    def pends(self, trial: Trial) -> bool:
        """Whether it is still unknown what an action did."""
        found = self.verdict(trial.plan.target.expected, trial.began)
        return found is not None and found["outcome"] in _PENDING

    def has_rule(self, trial: Trial) -> bool:
        """Whether a rule is about the alert."""
        expected = trial.plan.target.expected
        return (expected.system, expected.alert, expected.component) in rules_of(self.catalog)


def healings(layout: Layout, engine: Engine, trials: Sequence[Trial]) -> list[Healing]:
    """Of each trial; keeps the seconds, for the comparison with game days in the other mode."""
    before = _read(layout)
    made = []
    for trial in trials:
        name = trial.plan.label
        seconds = dict(before.get(name, {}))
        seconds.pop(str(engine.acts), None)
        if trial.cleared is not None and trial.ended is not None:
            seconds[str(engine.acts)] = round(trial.ended - trial.began + trial.cleared, 1)
        before[name] = seconds
        found = engine.verdict(trial.plan.target.expected, trial.began) if engine.has_rule(trial) else None
        made.append(
            Healing(
                fault=trial.plan.fault.name,
                target=trial.plan.target.name,
                verdict=found["verdict"] if found else NO_RULE if not engine.has_rule(trial) else "none",
                reason=found["reason"] if found else "",
                outcome=found["outcome"] if found else "",
                seconds=seconds,
            )
        )
    layout.write(_file(layout), json.dumps(before, indent=2, sort_keys=True) + "\n")
    return made


def _file(layout: Layout) -> Any:
    return layout.folder.parent / "remediation" / "gamedays.json"


def _read(layout: Layout) -> dict[str, dict[str, float]]:
    """Of earlier game days; a file that is damaged is written again."""
    try:
        found = json.loads(_file(layout).read_text(encoding="utf-8"))
        return {name: dict(seconds) for name, seconds in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
