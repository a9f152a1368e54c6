"""Whatever is written as YAML is read as exactly that, by readers of YAML 1.1 and of 1.2."""

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from model.quantities import Duration
from model.vocabulary import Severity
from model.yaml_text import Inline, scalar, to_yaml

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))


@given(TEXTS, st.dictionaries(TEXTS.filter(lambda key: len(key) < 100), TEXTS, max_size=3))
@example("a\n\n", {"b": "\n"})
@example("a \u2028b\n c", {"x": "- y"})
def test_any_text_is_read_as_it_was_in_a_block_in_a_list_and_on_one_line(text: str, labels: dict[str, str]) -> None:
    document = [{"expr": text, "labels": Inline(labels)}, {"texts": [text, text]}]
    assert yaml.safe_load(to_yaml(document)) == document


@given(st.lists(TEXTS, min_size=1, max_size=4))
@example(["\n", "a\n\n"])
def test_pieces_below_each_other_are_one_document(texts: list[str]) -> None:
    """Rule files are put together of pieces: none may leave its document open or closed."""
    pieces = "".join(to_yaml([{"expr": text}]) for text in texts)
    assert yaml.safe_load(pieces) == [{"expr": text} for text in texts]


@pytest.mark.parametrize(
    "word",
    [
        *("null", "true", "no", "on", "~", "1", "0x1F", "010", "1:30", "2026-01-01", ".inf", "1.5", "=", "<<"),
        # Known to YAML 1.2 or to Go alone; PyYAML would leave them as they are.
        *("y", "N", "1e3", "-1E+5", "0o17", ".5e1", "1."),
    ],
)
def test_a_text_that_some_reader_takes_for_another_type_is_quoted(word: str) -> None:
    assert to_yaml({"a": word}) == f"a: '{word}'\n"
    assert to_yaml({"a": Inline(b=word)}) == f"a: {{b: '{word}'}}\n"


@pytest.mark.parametrize("word", ["5m", "v1.2.3", "e3", "yes-man", "a.b", "component:requests:rate5m", "1e3x"])
def test_unambiguous_text_stays_plain(word: str) -> None:
    assert to_yaml({"a": word}) == f"a: {word}\n"


def test_texts_with_a_meaning_are_texts() -> None:
    assert to_yaml({"for": Duration("5m"), "severity": Severity.CRITICAL}) == "for: 5m\nseverity: critical\n"


def test_a_query_of_several_lines_is_a_block_and_a_long_one_is_not_folded() -> None:
    long = "sum(" + "x " * 200 + ")"
    assert to_yaml({"a": "b\n  and\nc", "d": long}) == f"a: |-\n  b\n    and\n  c\nd: {long}\n"


def test_what_is_there_twice_is_written_twice() -> None:
    labels = {"system": "shop"}
    assert "*" not in to_yaml([{"labels": labels}, {"labels": labels}])


@given(TEXTS)
def test_a_value_can_be_added_to_a_file_that_people_write(text: str) -> None:
    written = scalar(text)
    assert "\n" not in written
    assert yaml.safe_load(f"title: {written}\nsystem: a") == {"title": text, "system": "a"}
