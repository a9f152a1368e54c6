"""``report.json`` as a stranger sends it."""

import json
from typing import Any

import pytest

from model.changes.report import MAX_BYTES, Report, read_report
from model.problems import BadInput

GOOD: dict[str, Any] = {"format": 1, "base": "a" * 40, "head": "b" * 40}


def test_a_report_is_read_back_as_it_was_written() -> None:
    report = Report(base="a" * 40, head="b" * 40, notes=("one",))
    assert read_report(report.model_dump_json().encode(), "report.json") == report


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b" " * (MAX_BYTES + 1), rf"the file has {MAX_BYTES + 1} bytes", id="too large"),
        pytest.param(b"\xff", "byte 0 is not UTF-8", id="no text"),
        pytest.param(b"{", "Expecting", id="no JSON"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, "nested more than 100 levels deep", id="deep"),
        pytest.param(b'{"a": 1, "a": 2}', "found the key 'a' twice", id="a key twice"),
        pytest.param(b"[]", "report.json", id="a list"),
        pytest.param(json.dumps({**GOOD, "format": 2}).encode(), "format: found 2", id="another format"),
        pytest.param(json.dumps({**GOOD, "head": "main; rm -rf /"}).encode(), "head: found 'main; rm", id="no commit"),
        pytest.param(json.dumps({**GOOD, "html": "<b>"}).encode(), "html: unknown key", id="another key"),
        pytest.param(json.dumps({**GOOD, "notes": ["x"] * 101}).encode(), "notes", id="too many"),
        pytest.param(
            json.dumps({**GOOD, "sections": [{"topic": "rules", "entries": [{"subject": "x"}]}]}).encode(),
            r"(?s)entries\[0\].action: .*entries\[0\].environments: ",
            id="an entry without its keys",
        ),
    ],
)
def test_what_is_no_report_is_one_clear_error(content: bytes, message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        read_report(content, "report.json")
    assert len(str(caught.value)) < 2000


def test_texts_are_one_line_of_a_bounded_length_without_secrets() -> None:
    given = {**GOOD, "notes": ["a\nb\u202ec", "x" * 10_000, "key AKIAIOSFODNN7EXAMPLE"]}
    notes = read_report(json.dumps(given).encode(), "report.json").notes
    assert notes[0] == "a b c"
    assert len(notes[1]) == 400
    assert notes[2] == "[secret]"
