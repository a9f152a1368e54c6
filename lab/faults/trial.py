"""One fault under observation: when its alert fired, who was notified when, and when it was resolved."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from lab.errors import LabError
from lab.events import Events
from lab.faults.fault import Fault, Target
from lab.faults.knowledge import Knowledge, Route
from lab.faults.messages import Message
from lab.faults.servers import Servers, notification
from lab.layout import Layout
from lab.manager import Manager
from lab.workload import control
from model.problems import BadInput, Problem
from model.vocabulary import Severity

# Evaluation, sending and the inbox take their time too.
_SLACK = 15.0
_PAGE = "pagerduty"
_WORKLOAD = "workload"
_NEVER = float("inf")
# Seconds. A time server sets a clock that is further off at once; less is made up for bit by bit.
_JUMP = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A fault, its target, and what must follow. ``notified_within``, ``over_within``: seconds at most."""

    fault: Fault
    target: Target
    route: Route
    notified_within: float
    over_within: float

    @classmethod
    def of(cls, fault: Fault, target: Target, known: Knowledge, history: float) -> "Plan":
        """By the rules and routes that are ``known``. Raises BadInput when no rule raises the alert."""
        rule = known.rule(target.expected)
        if rule is None:
            found = f"no rule raises {target.expected}"
            raise BadInput([Problem(f"{fault.name} of {target.name}", found, "a deployment with that rule: `make up`")])
        route = known.route(target.expected)
        return cls(
            fault=fault,
            target=target,
            route=route,
            notified_within=target.detected_within(history) + rule.hold + route.wait + _SLACK,
            over_within=target.clears + rule.keep + route.interval + _SLACK,
        )

    @property
    def label(self) -> str:
        """For people."""
        return f"{self.fault.name} of {self.target.name}"


@dataclass(kw_only=True)
class Trial:
    """What came of a fault so far: seconds since it began; ``cleared`` since it ended. ``injected``: Unix time when the
    workload had its effects, a little later.

    ``heard``: receivers with the ways they were notified by. ``why``: what went wrong, empty when nothing did.
    """

    plan: Plan
    servers: Servers
    since: int
    began: float
    injected: float | None = None
    ended: float | None = None
    fired: float | None = None
    notified: float | None = None
    cleared: float | None = None
    heard: dict[str, set[str]] = field(default_factory=dict)
    muted: str = ""
    why: str = ""
    _ahead: float = field(default_factory=lambda: time.time() - time.monotonic())

    def now(self) -> float:
        """Seconds since 1970, as they would be had nobody set the system's clock since the trial began."""
        return time.monotonic() + self._ahead

    @property
    def over(self) -> bool:
        """Whether there is nothing more to wait for."""
        restarted = self.plan.fault.pause is not None
        return bool(self.why) or self.cleared is not None or (restarted and self.ended is not None)

    def look(self) -> None:
        """Ask the servers what happened since."""
        expected, receiver = self.plan.target.expected, self.plan.route.receiver
        restarted = self.plan.fault.pause is not None
        firing = self.servers.firing(expected)
        if firing:
            self.muted = firing.muted
            if self.fired is None and firing.since >= self.began:
                self.fired = firing.since - self.began
        messages = [each for each in self.servers.messages(self.since) if each.at >= self.began]
        self._hear(messages)
        # A group notifies of several objectives: before this one fired, it notified of another.
        after = self.began if restarted else self.began + (self.fired if self.fired is not None else _NEVER)
        first = notification([each for each in messages if each.at >= after], expected, receiver, firing=True)
        if self.notified is None and first:
            self.notified = first.at - self.began
        if self.ended is not None and self.cleared is None:
            last = notification([each for each in messages if each.at >= self.ended], expected, receiver, firing=False)
            if last and not firing:
                self.cleared = last.at - self.ended
        if restarted:
            self._expect_no_page(messages)

    def judge(self) -> None:
        """Say what went wrong, once it is too late for it to come right."""
        now = self.now()
        # Alerts and notifications bear times of that clock.
        if abs(jump := time.time() - now) > _JUMP:
            self.why = f"the system's clock was set by {jump:+.0f} s during the trial, so the measurements are invalid"
        elif self.notified is None and now - self.began > self.plan.notified_within:
            fired = "nobody was notified" if self.fired is not None else "it did not fire"
            self.why = f"{fired} within {self.plan.notified_within:.0f} s{f', {self.muted}' if self.muted else ''}"
        elif self.ended is not None and self.cleared is None and now - self.ended > self.plan.over_within:
            self.why = f"its end was not notified within {self.plan.over_within:.0f} s"

    def _hear(self, messages: list[Message]) -> None:
        for each in messages:
            if each.firing and each.is_about(self.plan.target.expected):
                self.heard.setdefault(each.receiver, set()).add(each.kind)

    def _expect_no_page(self, messages: list[Message]) -> None:
        """A restart is no news: nobody is called for it."""
        paged = sorted({f"{each.alert} of {each.system}/{each.component}" for each in messages if each.kind == _PAGE})
        if paged and self.plan.target.expected.severity is Severity.NONE:
            self.why = f"it paged besides: {', '.join(paged)}"


@contextmanager
def broken(layout: Layout, workload: str, plan: Plan) -> Iterator[None]:
    """Have the fault; whatever happens, it ends with the block. Raises BadInput and LabError.

    A workload that is gone has no effects. One that does not take them back is an error that says so.
    """
    if plan.fault.pause is not None:
        Manager(layout=layout).restart(plan.target.name, plan.fault.pause)
        yield
        return
    events = Events(layout)
    try:
        control.apply(workload, plan.target.effects)
        # The local environment's stand-in of a deployment: what an incident's timeline shows as the change before it.
        events.say(_WORKLOAD, "fault-began", plan.label)
        yield
    finally:
        try:
            control.clear(workload)
            events.say(_WORKLOAD, "fault-ended", plan.label)
        except LabError as error:
            if layout.endpoints.exists():
                raise LabError(
                    f"{error}; {plan.label} may continue until `make fault`, `make up` or a restart"
                ) from None
