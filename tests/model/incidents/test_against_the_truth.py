"""Onset and restoration of faults whose truth is known, from what Prometheus records of them.

Events reach Prometheus every few seconds, an SLI looks back over a window, and it is evaluated and read every 15 s.
"""

from dataclasses import dataclass

import pytest

from model.incidents.entry import Entry, State
from model.incidents.grouping import groups
from model.incidents.objective_states import states, threshold
from model.incidents.record import record
from model.vocabulary import Environment
from tests.model.incidents.examples import PARTS, alert

EVALUATION = 15.0
SUBJECT = ("shop", "api", "errors")
T0 = 1_800_000_000.0


@dataclass(frozen=True)
class Fault:
    """``share`` of events is bad from ``start`` to ``end``, seconds; ``ramp``: seconds until it is."""

    start: float
    end: float
    share: float = 1.0
    target: float = 0.999
    ramp: float = 0.0

    def bad(self, at: float) -> float:
        if not self.start <= at < self.end:
            return 0.0
        return self.share * min((at - self.start) / self.ramp, 1.0) if self.ramp else self.share


FAULTS = {
    "outage": Fault(1003, 1093),
    "short outage": Fault(1003, 1043),
    "long outage": Fault(1011, 2507),
    "a fifth fails": Fault(1007, 1600, share=0.2),
    "few fail": Fault(1000, 1450, share=0.03),
    "slow for most": Fault(1014, 1900, share=0.7, target=0.95),
    "half of a large budget": Fault(1009, 1800, share=0.62, target=0.9),
    "it grows": Fault(1002, 1700, share=1.0, ramp=45),
}


def lines_of(fault: Fault, window: float, every: float, phase: float, until: float = 4500.0) -> list[Entry]:
    """What is read of it; ``every``: seconds between two arrivals of events, ``phase``: of evaluations."""
    times = [T0 + EVALUATION * number for number in range(int(until / EVALUATION))]
    samples = {}
    for at in times:
        arrived = (at - phase - T0) // every * every
        looked = [fault.bad(arrived - second) for second in range(int(window))]
        samples[at] = sum(looked) / window
    return states(SUBJECT, fault.target, samples, times, window=window, late=phase)


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize(("window", "every"), [(60.0, 10.0), (60.0, 15.0), (300.0, 15.0)])
@pytest.mark.parametrize("phase", [0.0, 4.2, 9.3, 14.9])
def test_onset_and_restoration_are_right_to_one_evaluation(
    name: str, window: float, every: float, phase: float
) -> None:
    fault = FAULTS[name]
    lines = lines_of(fault, window, every, phase)
    fired = next(line for line in lines if line.state is State.BAD).at + window
    told = [alert(fired - T0, system="shop"), alert(fault.end + window, State.RESOLVED)]
    (group,) = groups([*lines, *told], PARTS, T0 + 4400)
    made = record("x", Environment.LOCAL, group, [*lines, *told])
    assert made.times.onset is not None
    assert made.times.restored is not None
    # Of a fault that is shorter than half a window, nothing says how full of bad events a window would be.
    error = EVALUATION if fault.end - fault.start >= window / 2 else window / 2
    assert abs(made.times.onset - T0 - fault.start) <= error + fault.ramp / 2
    assert abs(made.times.restored - T0 - fault.end) <= error


def test_a_reading_that_ends_early_says_the_same_or_nothing_yet() -> None:
    fault = FAULTS["long outage"]
    whole = lines_of(fault, 60.0, 15.0, 4.2)
    for until in range(900, 3000, 15):
        shorter = lines_of(fault, 60.0, 15.0, 4.2, float(until))
        assert shorter == whole[: len(shorter)]


def test_what_never_reaches_the_threshold_is_not_bad() -> None:
    fault = Fault(1000, 2000, share=threshold(0.999) * 0.9)
    assert {line.state for line in lines_of(fault, 60.0, 15.0, 0.0)} == {State.GOOD}
