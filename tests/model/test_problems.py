import pytest
from pydantic import ValidationError

from model.catalog.system import System
from model.problems import BadInput, Problem, from_validation, or_problems, raise_if_any
from tests.model.catalogs import changed, good_system
from tests.model.refusals import refusal

FIRST = Problem("catalog/a.yaml: owner", "found 'x'", "y, z")
SECOND = Problem("catalog/b.yaml", "the file is empty")


def test_a_problem_reads_as_one_line() -> None:
    assert str(FIRST) == "catalog/a.yaml: owner: found 'x'; allowed: y, z"
    assert str(SECOND) == "catalog/b.yaml: the file is empty"


def test_all_mistakes_are_in_one_error_sorted_and_each_once() -> None:
    error = BadInput([SECOND, FIRST, SECOND])
    assert str(error).splitlines() == [
        "2 errors in the input, nothing was changed:",
        f"  - {FIRST}",
        f"  - {SECOND}",
    ]
    assert error.exit_code == 2


def test_one_mistake_is_not_counted_as_many() -> None:
    assert str(BadInput([FIRST])).startswith("1 error in the input")


def test_no_mistakes_raise_nothing() -> None:
    raise_if_any([])
    with pytest.raises(BadInput, match="found 'x'"):
        raise_if_any(iter([FIRST]))


def test_every_mistake_of_a_file_is_translated() -> None:
    broken = changed(changed(good_system(), ("title",), 5), ("components", 1, "kind"), "job")
    with pytest.raises(ValidationError) as caught:
        System.model_validate(broken)
    assert [one.where for one in from_validation("f", caught.value, System)] == ["f: title", "f: components[1].kind"]


def test_the_key_is_the_one_in_the_file_without_the_kind_that_pydantic_adds() -> None:
    message = refusal(System, changed(good_system(), ("components", 0, "objectives", 1, "sli", "threshold"), 5))
    assert message.startswith("components[0].objectives[1].sli.threshold: found 5")


def test_an_unknown_key_is_answered_with_the_known_ones() -> None:
    message = refusal(System, changed(good_system(), ("tracing", "sampling"), 10))
    assert message == "tracing.sampling: unknown key; allowed: sample_percent, slow"


def test_the_known_keys_of_one_kind_are_not_those_of_another() -> None:
    message = refusal(System, changed(good_system(), ("components", 0, "objectives", 3, "sli", "threshold"), "1s"))
    assert message == "components[0].objectives[3].sli.threshold: unknown key; allowed: kind, probe"


def test_a_long_value_is_quoted_in_part() -> None:
    message = refusal(System, changed(good_system(), ("owner",), "x" * 500))
    assert len(message) < 250
    assert "..." in message


def test_a_value_of_nested_aliases_is_quoted_without_writing_it_out() -> None:
    value: list[object] = ["lol"]
    for _ in range(60):
        value = [value] * 9  # written out, more characters than there are atoms
    assert refusal(System, changed(good_system(), ("title",), value)).startswith("title: found [[[")


def test_a_broken_item_does_not_make_its_list_too_short() -> None:
    system = good_system()
    system["components"] = system["components"][:1]
    assert refusal(System, changed(system, ("components", 0, "kind"), "job")).startswith("components[0].kind: found")


def test_a_mistake_is_kept_and_the_next_one_is_looked_at() -> None:
    problems: list[Problem] = []

    def broken() -> int:
        raise BadInput([Problem("a", "found b")])

    assert or_problems(broken, problems) is None
    assert or_problems(lambda: 1, problems) == 1
    assert problems == [Problem("a", "found b")]


def test_what_was_pasted_into_the_wrong_place_is_one_line_that_a_screen_holds() -> None:
    text = str(Problem("a.yaml: key", "found " + "x" * 5000 + "\nthe end", "a word"))

    assert "\n" not in text
    assert len(text) < 500
    assert text.startswith("a.yaml: key: found xxx")
    assert text.endswith("the end; allowed: a word")


def test_a_key_of_several_lines_is_named_in_one() -> None:
    assert str(Problem("a.yaml: one\ntwo", "unknown key")) == "a.yaml: one two: unknown key"
