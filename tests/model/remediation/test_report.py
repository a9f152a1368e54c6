"""How verdicts are judged, and what the report counts."""

from typing import Any

import pytest

from model.remediation.ledger import Entry, Judgement, escalated
from model.remediation.report import RuleReport, judged, report
from tests.model.remediation.examples import NOW

KEY = ("shop", "restart")


def entry(number: int = 1, **values: Any) -> Entry:
    good: dict[str, Any] = {
        "key": f"f{number}@1",
        "environment": "dev",
        "system": "shop",
        "component": "api",
        "rule": "restart",
        "digest": "now",
        "alert": "SloOutage",
        "starts": NOW - 60,
        "at": NOW,
        "verdict": "shadow",
        "reason": "in-shadow",
        "text": "It.",
        "mode": "shadow",
        "action": "restart-pod",
        "settle": 300,
    }
    return Entry.model_validate({**good, **values})


@pytest.mark.parametrize(
    ("values", "seconds", "silenced_by", "expected"),
    [
        pytest.param({}, 300, "", Judgement.NEEDLESS, id="it ended by itself in the time of an action"),
        pytest.param({}, 301, "", Judgement.OPEN, id="something helped, and only a person knows what"),
        pytest.param({}, 100, "ada", Judgement.WRONG, id="a person left it alone on purpose"),
        pytest.param({"verdict": "stand-down"}, 100, "ada", Judgement.OPEN, id="nothing would have been done"),
        pytest.param(
            {"judgement": "right", "judged_by": "ada"}, 100, "bob", Judgement.RIGHT, id="a person's word stays"
        ),
    ],
)
def test_a_verdict_is_judged_by_what_happened(
    values: dict[str, Any], seconds: int, silenced_by: str, expected: Judgement
) -> None:
    found = judged(entry(**values), NOW + seconds, silenced_by)
    assert (found.judgement, found.ended) == (expected, NOW + seconds)


def test_the_report_counts_judgements_of_verdicts_that_passed() -> None:
    entries = [
        entry(1, judgement="right"),
        entry(2, judgement="needless"),
        entry(3, judgement="wrong"),
        entry(4),
        entry(5, verdict="stand-down", reason="deployment"),
    ]
    assert report(entries, {KEY: "now", ("shop", "quiet"): "x"}) == [
        RuleReport(system="shop", rule="quiet", verdicts=0, passed=0, right=0, needless=0, wrong=0),
        RuleReport(
            system="shop",
            rule="restart",
            verdicts=5,
            passed=4,
            right=1,
            needless=1,
            wrong=1,
            reasons=(("in-shadow", 4), ("deployment", 1)),
        ),
    ]


def test_verdicts_of_a_rule_that_was_changed_since_do_not_count() -> None:
    [found] = report([entry(judgement="right", digest="before")], {KEY: "now"})
    assert found.verdicts == 0


def test_open_verdicts_do_not_arm() -> None:
    right = [entry(number, judgement="right") for number in range(19)]
    [short] = report([*right, entry(20), entry(21)], {KEY: "now"})
    [enough] = report([*right, entry(20, judgement="wrong")], {KEY: "now"})
    assert (short.judged, short.armable, enough.judged, enough.armable) == (19, False, 20, True)


@pytest.mark.parametrize(
    ("values", "later", "needed"),
    [
        pytest.param({"outcome": "not-healed", "finished": NOW}, 86_400, True, id="it still fires"),
        pytest.param({"outcome": "not-healed", "finished": NOW, "ended": NOW + 60}, 3599, True, id="within an hour"),
        pytest.param({"outcome": "failed", "finished": NOW, "ended": NOW + 60}, 3600, False, id="after an hour"),
        pytest.param({"reason": "repeated"}, 10, True, id="needed twice"),
        pytest.param({"reason": "repeated", "ended": NOW + 5}, 10, False, id="needed twice, and over"),
        pytest.param({"outcome": "declined", "finished": NOW}, 10, False, id="a person has looked"),
        pytest.param({"outcome": "healed", "finished": NOW}, 10, False, id="healed"),
    ],
)
def test_a_person_is_needed_while_what_was_not_cured_goes_on(values: dict[str, Any], later: int, needed: bool) -> None:
    assert escalated(entry(**values), NOW + later) is needed
