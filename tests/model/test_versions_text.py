"""Edits of versions.toml change what they should and nothing else."""

import pytest

from model.problems import BadInput
from model.versions_text import with_keys, with_table, without_table

TEXT = """\
# Head.
[charts.a]
version = "1.0.0"  # old
app = "1"
kube = ">=1.2"

# Of b.
[charts.b]
version = "1.0.0"
app = "2"
"""


def test_keys_of_one_table_are_replaced_added_and_removed() -> None:
    changed = with_keys(TEXT, "charts.a", {"version": "2.0.0", "app": "1", "kube": None})
    assert changed == TEXT.replace('version = "1.0.0"  # old\n', 'version = "2.0.0"\n').replace('kube = ">=1.2"\n', "")
    added = with_keys(TEXT, "charts.b", {"version": "1.0.0", "app": "2", "kube": ">=1.3"})
    assert added == f'{TEXT}kube = ">=1.3"\n'


def test_what_is_written_is_quoted() -> None:
    assert 'app = "a\\"b"' in with_keys(TEXT, "charts.b", {"app": 'a"b'})


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(BadInput, match=r"versions\.toml: found no table \[charts\.c\]"):
        with_keys(TEXT, "charts.c", {"version": "1"})


def test_a_table_is_made_in_front_of_another_and_changed_where_it_is() -> None:
    made = with_table(TEXT, "charts.new", {"version": "1", "app": "2"}, before="charts.b")
    table = '[charts.new]\nversion = "1"\napp = "2"\n\n'
    assert made == TEXT.replace("# Of b.\n", f"{table}# Of b.\n")
    assert with_table(made, "charts.new", {"version": "3"}, before="charts.b") == made.replace(
        '"1"\napp = "2"', '"3"\napp = "2"'
    )
    with pytest.raises(BadInput, match=r"versions\.toml: found no table \[charts\.c\]"):
        with_table(TEXT, "charts.new", {"version": "1"}, before="charts.c")


def test_a_table_goes_with_its_comment_and_no_other() -> None:
    assert without_table(TEXT, "charts.b") == TEXT.partition("# Of b.\n")[0]
    assert without_table(TEXT, "charts.a") == "# Of b.\n" + TEXT.partition("# Of b.\n")[2]
    assert without_table(TEXT, "charts.c") == TEXT
