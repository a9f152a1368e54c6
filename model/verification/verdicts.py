"""The checks of a verification and their verdicts. Pure: no clock, no network."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from model.sentences import some
from model.vocabulary import Vocabulary

_FAILED, _NOT_KNOWN = 1, 3
_SHOWN: Final = 3


class Check(Vocabulary):
    """One question to the running environment, in the order of the table."""

    ALARMS = ("alarms", "Every metric alarm of the plan exists at CloudWatch, as planned, with actions enabled.")
    COMPOSITE_ALARMS = ("composite-alarms", "Every composite alarm of the plan exists, with actions enabled.")
    ALARM_DATA = ("alarm-data", "No alarm is in INSUFFICIENT_DATA.")
    ALARM_METRICS = ("alarm-metrics", "CloudWatch has metrics with the dimensions of every alarm.")
    TOPICS = ("topics", "Every SNS topic of the plan exists, encrypted, with a policy that lets CloudWatch publish.")
    SUBSCRIPTIONS = ("subscriptions", "Every planned subscription exists and none waits for its confirmation.")
    CLOCK = ("clock", "The clocks of this machine and of Prometheus agree.")
    TARGETS = ("targets", "Every monitor and probe of the plan has a target, and every target is up.")
    RULES = ("rules", "Prometheus evaluates every rule of the plan, without an error, and did so just now.")
    LOG_RULES = ("log-rules", "Loki evaluates every rule of the plan, without an error, and did so just now.")
    CONFIGURATION = ("configuration", "Alertmanager has loaded the configuration of this project.")
    HEARTBEAT = ("heartbeat", "Prometheus knows its Alertmanager, and the Watchdog arrived there.")
    LOGS = ("logs", "A marked log line, sent to a collector, is found in Loki.")
    TRACES = ("traces", "A marked span, sent to a collector, is found in Jaeger.")
    METRICS = ("metrics", "A marked point, sent to a collector, is found in Prometheus.")
    BOARDS = ("boards", "Grafana has every dashboard of the plan, provisioned, in its folder.")
    ROUTES = ("routes", "A test alert through each route that pages nobody is delivered.")
    PAGING_ROUTES = ("paging-routes", "A test alert through each route that pages or escalates is delivered.")


class Verdict(Vocabulary):
    """The answers to a check."""

    PASSED = ("passed", "As it should be.")
    FAILED = ("failed", "Not as it should be.")
    UNKNOWN = ("unknown", "It was asked, and there is no answer, or none yet.")
    NOT_CHECKED = ("not checked", "It was not asked; the text says why.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict on a check. ``details``: one sentence for each thing that is not as it should be."""

    verdict: Verdict
    text: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """A check with its outcome. ``seconds``: how long it took."""

    check: Check
    outcome: Outcome
    seconds: float


def judged(passed: str, failed: Iterable[str] = (), unknown: Iterable[str] = ()) -> Outcome:
    """Failed if anything failed, otherwise unknown if anything is; ``passed`` is the text if nothing is."""
    wrong, open_ = sorted(set(failed)), sorted(set(unknown))
    if wrong:
        return Outcome(Verdict.FAILED, f"{some(wrong, 1)}", (*wrong, *open_))
    if open_:
        return Outcome(Verdict.UNKNOWN, f"{some(open_, 1)}", tuple(open_))
    return Outcome(Verdict.PASSED, passed)


def not_checked(reason: str) -> Outcome:
    """The outcome of a check that was not asked."""
    return Outcome(Verdict.NOT_CHECKED, reason)


def unanswered(reason: str) -> Outcome:
    """The outcome of a check that got no answer."""
    return Outcome(Verdict.UNKNOWN, reason)


def exit_code(results: Iterable[Result]) -> int:
    """0 if all passed, 1 if any failed, otherwise 3: not failing is not passing."""
    verdicts = {result.outcome.verdict for result in results}
    if Verdict.FAILED in verdicts:
        return _FAILED
    return 0 if verdicts == {Verdict.PASSED} else _NOT_KNOWN


def settled(results: Iterable[Result]) -> bool:
    """Whether waiting can change nothing for the better: nothing failed and nothing is unknown."""
    return {result.outcome.verdict for result in results} <= {Verdict.PASSED, Verdict.NOT_CHECKED}


def changes(before: Sequence[Result], after: Sequence[Result]) -> tuple[Result, ...]:
    """Those results of ``after`` with another verdict or other reasons than ``before``."""
    known = {result.check: result.outcome for result in before}
    return tuple(result for result in after if _said(known.get(result.check)) != _said(result.outcome))


def _said(outcome: Outcome | None) -> tuple[object, ...]:
    """Without the text of what passes: its numbers change with every round."""
    if outcome is None or outcome.verdict is Verdict.PASSED:
        return (outcome and outcome.verdict,)
    return (outcome.verdict, outcome.text, outcome.details)
