"""Decisions against labelled situations: what must not act does not, and every miss is known."""

import re

import pytest
from pydantic import ValidationError

from benchmarks.remediation import decisions
from benchmarks.remediation.situations import FILE, Decided, Labelled, Rate, decided, rates
from model.problems import BadInput

FOUND = decided()


def names(found: list[Decided]) -> list[str]:
    return [f"{one.labelled.name}: {one.answer} ({one.text}); {one.labelled.why}" for one in found]


def test_nothing_acts_that_a_careful_person_would_leave_alone() -> None:
    assert names([one for one in FOUND if one.labelled.label == "stand-down" and one.answer == "act"]) == []


def test_every_other_miss_rests_on_what_no_fact_says() -> None:
    """A situation that is decided rightly although its label rests on such a thing has lost its meaning."""
    assert names([one for one in FOUND if one.is_right is bool(one.labelled.unseen)]) == []


def test_there_are_enough_situations_of_each_label_each_with_a_name_of_its_own() -> None:
    counts = [sum(one.labelled.label == label for one in FOUND) for label in ("act", "ask", "stand-down")]
    assert len(FOUND) >= 60
    assert min(counts) >= 20
    assert len({one.labelled.name for one in FOUND}) == len(FOUND)


def test_precision_and_recall_are_of_the_labels_and_of_acting_by_kind_of_action() -> None:
    def one(label: str, answer: str, action: str) -> Decided:
        return Decided(Labelled(name="x", label=label, why="It."), action, answer, "")  # type: ignore[arg-type]

    found = [one("act", "act", "a"), one("ask", "act", "a"), one("act", "ask", "b"), one("ask", "ask", "b")]
    table = rates(found)
    assert (table["act"], table["act"].precision, table["act"].recall) == (Rate(1, 2, 2), "50%", "50%")
    assert (table["a"], table["b"], table["b"].precision) == (Rate(1, 2, 1), Rate(0, 0, 1), "-")
    assert table["stand-down"].recall == "-"


def test_a_situation_with_a_word_that_nobody_reads_and_a_rule_that_the_catalog_refuses_are_errors() -> None:
    text = FILE.read_text(encoding="utf-8")
    with pytest.raises(ValidationError, match="silenced"):
        decided(text.replace("stops: [silence]", "silenced: true"))
    with pytest.raises(BadInput, match="which has no autoscaler"):
        decided(text.replace("alert: HighCpuUsage, component: backend", "alert: HighCpuUsage, component: mailer"))


def test_the_report_has_the_matrix_the_rates_and_every_miss(capsys: pytest.CaptureFixture[str]) -> None:
    decisions.main()
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 80
    assert re.search(r"^stand-down +0 +0 +\d+ *$", told, re.MULTILINE)
    assert "a dependency was deployed ten minutes ago: act" in told
