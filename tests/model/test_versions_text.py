"""Edits of versions.toml change what they should and nothing else."""

import pytest

from model.problems import BadInput
from model.versions_text import with_keys

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
