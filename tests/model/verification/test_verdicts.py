"""Verdicts, exit codes, and what a watch reports."""

import pytest

from model.verification.verdicts import (
    Check,
    Outcome,
    Result,
    Verdict,
    changes,
    exit_code,
    judged,
    not_checked,
    settled,
    unanswered,
)


def results(*verdicts: Verdict) -> list[Result]:
    return [Result(check, Outcome(verdict, "why"), 1) for check, verdict in zip(Check, verdicts, strict=False)]


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        pytest.param((Verdict.PASSED, Verdict.PASSED), 0, id="all passed"),
        pytest.param((Verdict.PASSED, Verdict.FAILED, Verdict.UNKNOWN), 1, id="a failure outweighs what is unknown"),
        pytest.param((Verdict.PASSED, Verdict.UNKNOWN), 3, id="unknown is no success"),
        pytest.param((Verdict.PASSED, Verdict.NOT_CHECKED), 3, id="not asked is no success"),
        pytest.param((), 3, id="nothing was asked"),
    ],
)
def test_the_exit_code_is_zero_only_if_every_check_passed(verdicts: tuple[Verdict, ...], code: int) -> None:
    assert exit_code(results(*verdicts)) == code


def test_a_watch_ends_when_waiting_can_change_nothing() -> None:
    assert settled(results(Verdict.PASSED, Verdict.NOT_CHECKED))
    assert not settled(results(Verdict.PASSED, Verdict.UNKNOWN))
    assert not settled(results(Verdict.FAILED))


def test_a_failure_is_the_verdict_and_its_details_name_all_that_is_wrong_or_open() -> None:
    found = judged("fine", ["b is gone", "a is gone", "a is gone"], ["c is new"])

    assert found == Outcome(Verdict.FAILED, "a is gone and 1 more", ("a is gone", "b is gone", "c is new"))
    assert judged("fine", (), ["c is new"]) == Outcome(Verdict.UNKNOWN, "c is new", ("c is new",))
    assert judged("fine") == Outcome(Verdict.PASSED, "fine")
    assert not_checked("no URL").verdict is Verdict.NOT_CHECKED
    assert unanswered("no answer").verdict is Verdict.UNKNOWN


def test_a_change_is_another_verdict_or_another_reason_but_no_other_number_of_what_passes() -> None:
    before = [
        Result(Check.ALARMS, Outcome(Verdict.PASSED, "7 alarms"), 1),
        Result(Check.RULES, Outcome(Verdict.FAILED, "a is gone"), 1),
        Result(Check.TOPICS, Outcome(Verdict.UNKNOWN, "no answer"), 1),
    ]
    after = [
        Result(Check.ALARMS, Outcome(Verdict.PASSED, "8 alarms"), 2),
        Result(Check.RULES, Outcome(Verdict.FAILED, "b is gone"), 2),
        Result(Check.TOPICS, Outcome(Verdict.PASSED, "5 topics"), 2),
    ]

    assert changes(before, after) == tuple(after[1:])
    assert changes([], after) == tuple(after)
