import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.file import MAX_BYTES
from model.problems import BadInput
from model.yaml_file import MAX_DEPTH, parse_yaml, read_yaml
from model.yaml_text import to_yaml

WORDS = st.text(min_size=1).filter(lambda text: text.isprintable())
DOCUMENTS = st.recursive(
    st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)


def mistake(text: str) -> str:
    with pytest.raises(BadInput) as caught:
        parse_yaml(text, "f.yaml")
    [problem] = caught.value.problems
    return str(problem)


@given(DOCUMENTS)
def test_what_was_written_is_read(document: object) -> None:
    assert parse_yaml(to_yaml([document]), "f.yaml") == [document]


def test_a_file_is_named_as_it_was_given_or_as_it_is_to_be_shown(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("a: [1\n")
    with pytest.raises(BadInput, match=f"{path}: line 2"):
        read_yaml(path)
    with pytest.raises(BadInput, match=r"  - catalog/f.yaml: line 2"):
        read_yaml(path, "catalog/f.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("a: 1\na: 2\n", "f.yaml: line 2, column 1: found the key 'a' twice", id="a key twice"),
        pytest.param("a: {b: 1, b: 2}", "f.yaml: line 1, column 11: found the key 'b' twice", id="a key twice, inside"),
        pytest.param(
            "- {a: 1}\n- {a: 1, 'a': 2}", "f.yaml: line 2, column 10: found the key 'a' twice", id="in a list"
        ),
        pytest.param("a: [1, 2", "f.yaml: line 2, column 1: did not find expected ',' or ']'", id="an open bracket"),
        pytest.param("a:\n\t- b", "f.yaml: line 2, column 1: found character that cannot start", id="a tab"),
        pytest.param("a: *b", "f.yaml: line 1, column 4: found undefined alias", id="an alias of nothing"),
        pytest.param("a: 1\n---\nb: 2", "f.yaml: line 2, column 1: but found another document", id="two documents"),
        pytest.param("[a, b]: 1", "f.yaml: line 1, column 1: found a key that is not a word", id="a list as key"),
        pytest.param("a: \x01", "f.yaml: unacceptable character #x0001", id="a control character"),
        pytest.param("a: 2026-13-45", "f.yaml: found an invalid value: month must be in 1..12", id="a bad date"),
        *(
            pytest.param(
                f"a: {value}", f"f.yaml: line 1, column 4: found the tag {tag!r}; allowed: values without", id=value
            )
            for value, tag in (
                ("!!python/name:os.system", "tag:yaml.org,2002:python/name:os.system"),
                ("!!bool maybe", "tag:yaml.org,2002:bool"),
                ("!!timestamp x", "tag:yaml.org,2002:timestamp"),
                ("!!set {x, y}", "tag:yaml.org,2002:set"),
                ("!own x", "!own"),
                ("! x", "!"),
            )
        ),
        pytest.param("", "f.yaml: the file is empty; allowed: a YAML mapping", id="an empty file"),
        pytest.param("# only a comment", "f.yaml: the file is empty; allowed: a YAML mapping", id="comments only"),
        # These two took the process down, in libyaml's C code, before the depth was counted.
        pytest.param("[" * 200_000, "f.yaml: line 1: nested more than 50 levels deep", id="200,000 brackets"),
        pytest.param("- " * 50_000, "f.yaml: line 1: nested more than 50 levels deep", id="50,000 hyphens"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_with_its_place(text: str, message: str) -> None:
    assert mistake(text).startswith(message)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("010", "8"),
        ("-0_7", "-7"),
        ("0b11", "3"),
        ("0x_f", "15"),
        ("10:30", "630"),
        ("190:20:30", "685230"),
        ("1:30.5", "90.5"),
        ("1_000", "1000"),
        ("1_0.5", "10.5"),
        *((word, "true") for word in ("yes", "Yes", "YES", "on", "On", "ON")),
        *((word, "false") for word in ("no", "No", "NO", "off", "Off", "OFF")),
    ],
)
def test_what_yaml_1_1_alone_takes_for_another_type_is_refused_with_both_ways_to_write_it(
    text: str, value: str
) -> None:
    allowed = f'allowed: "{text}" for the text, or {value}'
    found = f"found {text}, which YAML 1.1 reads as {value} and other versions do not; {allowed}"
    assert mistake(f"a:\n  b: [0, {text}]\n") == f"f.yaml: line 2, column 10: a.b[1]: {found}"
    assert parse_yaml(f'a: "{text}"', "f.yaml") == {"a": text}
    assert parse_yaml(f"a: {value}", "f.yaml") == {"a": json.loads(value)}


def test_all_ambiguous_values_and_keys_are_named_at_once_also_behind_an_alias_of_itself() -> None:
    with pytest.raises(BadInput) as caught:
        parse_yaml("on: &all {start: 10:30, of: *all}\nports: [08080, 22:22]\nagain: *all\n", "f.yaml")
    places = [problem.where for problem in caught.value.problems]
    assert places == [
        "f.yaml: line 1, column 18: on.start",
        "f.yaml: line 1, column 1: on",
        "f.yaml: line 2, column 16: ports[1]",
    ]


@pytest.mark.parametrize("text", ["0", "-1", "1.5", ".5", "1.5e+3", "0x1F", ".inf", "true", "False", "null"])
def test_numbers_and_truth_values_that_every_version_reads_alike_need_no_quotes(text: str) -> None:
    assert not isinstance(parse_yaml(f"a: {text}", "f.yaml")["a"], str)


def test_an_ambiguous_secret_is_refused_without_being_shown() -> None:
    said = mistake("config:\n  belfry:secrets: {pager: 0123, list: [x]}\n")
    found = "found unquoted text that YAML 1.1 reads as a number; allowed: the text in quotes"
    assert said == f"f.yaml: line 2, column 27: config.belfry:secrets.pager: {found}"


def test_the_deepest_allowed_nesting_is_read() -> None:
    assert parse_yaml("[" * MAX_DEPTH + "]" * MAX_DEPTH, "f.yaml")
    assert "nested" in mistake("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))


def test_a_key_that_overrides_a_merged_one_is_no_second_key() -> None:
    text = "deep: {er: {base: &base {<<: &root {a: 0}, a: 1}}}\nuser: {<<: *base, a: 2}\n"
    assert parse_yaml(text, "f.yaml") == {"deep": {"er": {"base": {"a": 1}}}, "user": {"a": 2}}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"- f\.yaml: the file does not exist"):
        read_yaml(tmp_path / "f.yaml", "f.yaml")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"- f\.yaml: found a folder; allowed: a file"):
        read_yaml(tmp_path, "f.yaml")


def test_a_file_that_is_not_utf_8_is_refused_with_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes("a: Köln".encode("latin-1"))
    with pytest.raises(BadInput, match=r"- f\.yaml: byte 4 is not UTF-8; allowed: a file in UTF-8"):
        read_yaml(path, "f.yaml")


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes("a: Köln".encode("utf-8-sig"))
    assert read_yaml(path) == {"a": "Köln"}


def test_a_very_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(BadInput, match=f"the file has {MAX_BYTES + 1} bytes; allowed: at most {MAX_BYTES}"):
        read_yaml(path)


def test_the_largest_allowed_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("a: 1\n#".ljust(MAX_BYTES, "x"))
    assert read_yaml(path) == {"a": 1}


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("a: 1")

    def refuse(self: Path, mode: str) -> None:
        raise PermissionError(13, os.strerror(13), str(self))

    monkeypatch.setattr(Path, "open", refuse)  # root, who runs the tests in containers, may read everything
    with pytest.raises(BadInput, match="the file may not be read; allowed: a file that you may read"):
        read_yaml(path)
