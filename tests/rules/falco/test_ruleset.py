"""The reader of Falco's rules, which the tests of the shipped rules use."""

import pytest

from tests.rules.falco.conditions import FIELDS, Unknown, parse
from tests.rules.falco.ruleset import load
from tests.rules.falco.test_falco_rules import RULES


@pytest.mark.parametrize(
    "condition",
    [
        "proc.nam = x", "proc.name == x", "proc.name like x", "unheard_of", "proc.tty contains 3", "proc.name > 3",
        "(proc.name = x", "proc.name in (a b)", "proc.name = x y", "evt.is_open_read = yes", "proc.name = 'x", "not",
    ],
)  # fmt: skip
def test_the_reader_refuses_what_it_does_not_know(condition: str) -> None:
    with pytest.raises(Unknown):
        parse(condition, {}, {})


@pytest.mark.parametrize(
    "text",
    [
        "- {rule: X, desc: d, condition: proc.tty=1, output: '%fd.nam', priority: WARNING, tags: []}",
        "- {rule: X, desc: d, condition: proc.tty=1, output: o, priority: WARNING, tags: [], warn: 1}",
        "- {macro: m, condition: other}",
        "- {rule: X, enabled: false, override: {enabled: append}}",
        "- {rule: X, condition: x, override: {condition: replace}}",
        "- {something: else}",
        "- {rule: X, desc: d, condition: proc.tty=1, output: o, priority: WARNING, tags: [], exceptions: [{name: e}]}",
    ],
)
def test_the_reader_refuses_a_file_that_it_would_misread(text: str) -> None:
    with pytest.raises(Unknown):
        load(text)


def test_an_event_with_a_field_that_falco_has_not_is_an_error() -> None:
    assert "proc.nam" not in FIELDS
    with pytest.raises(Unknown):
        RULES.findings({"proc.nam": "bash"})


def test_a_field_that_an_event_lacks_compares_false_with_everything() -> None:
    for condition in (
        "proc.name = x",
        "proc.name != x",
        "proc.tty < 1",
        "proc.name contains x",
        "fd.snet in (10.0.0.0/8)",
    ):
        assert parse(condition, {}, {})({}) is False


def test_not_binds_closer_than_and_and_that_closer_than_or() -> None:
    found = parse("not proc.name=a and proc.tty=1 or proc.name=c", {}, {})

    assert found({"proc.name": "b", "proc.tty": 1})
    assert not found({"proc.name": "a", "proc.tty": 1})
    assert found({"proc.name": "c", "proc.tty": 0})
