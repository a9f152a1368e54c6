import json

import promql_parser
import pytest
import re2
from hypothesis import example, given
from hypothesis import strategies as st

from model.query_text import matcher, none_of, one_of, pattern, quoted, raw

TEXTS = st.text(st.characters(codec="utf-8"))


@given(TEXTS)
@example('a"} or vector(1) #')
@example("back\\slash\nline")
def test_a_value_is_one_string_of_promql(text: str) -> None:
    selector = promql_parser.parse(f"up{{{matcher('a', text)}}}")
    assert isinstance(selector, promql_parser.VectorSelector)
    [found] = selector.matchers.matchers
    assert (found.name, found.op, found.value) == ("a", promql_parser.MatchOp.Equal, text)


@given(TEXTS, TEXTS)
@example("a.b", "axb")
def test_a_pattern_fits_its_text_alone(text: str, other: str) -> None:
    assert re2.fullmatch(pattern(text), text)
    assert other == text or not re2.fullmatch(pattern(text), other)


@given(TEXTS)
def test_a_raw_string_has_no_escapes_and_ends_where_it_should(text: str) -> None:
    written = raw(text)
    assert written == f"`{text}`" if written.startswith("`") else json.loads(written) == text
    assert "`" not in written[1:-1] or written.startswith('"')


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (matcher("a", "b"), 'a="b"'),
        (matcher("a", 'b"c\\d', "!="), r'a!="b\"c\\d"'),
        (one_of("a", ["b"]), 'a="b"'),
        (one_of("a", ["b-1", "c.d"]), r'a=~"b-1|c\\.d"'),
        (none_of("a", ["b"]), 'a!~"b"'),
        (quoted("é\n"), '"é\\n"'),
        (raw(r"\d+"), r"`\d+`"),
        (raw("a`b"), '"a`b"'),
    ],
)
def test_matchers_read_as_people_write_them(found: str, expected: str) -> None:
    assert found == expected
