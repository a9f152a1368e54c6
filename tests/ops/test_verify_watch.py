"""When a watch of the verb `verify` repeats and ends."""

from model.verification.verdicts import Check, Outcome, Result, Verdict
from ops.verify.command import rounds


def result(verdict: Verdict) -> list[Result]:
    return [Result(Check.ROUTES, Outcome(verdict, "text"), 1)]


def test_a_watch_repeats_until_nothing_is_open_and_waits_in_between() -> None:
    waits: list[float] = []
    verdicts = iter([Verdict.FAILED, Verdict.UNKNOWN, Verdict.PASSED])

    found = list(rounds(lambda before: result(next(verdicts)), 600, waits.append))

    assert [one[0].outcome.verdict for one in found] == [Verdict.FAILED, Verdict.UNKNOWN, Verdict.PASSED]
    assert waits == [15.0, 15.0]


def test_a_watch_ends_after_its_time_although_something_fails() -> None:
    assert len(list(rounds(lambda before: result(Verdict.FAILED), 10, lambda seconds: None))) == 1
