"""Tables that are divided into several files."""

from pathlib import Path

import pytest

from model.model_file import read_table
from model.problems import BadInput


def table(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def test_the_rows_of_all_files_are_one_table(tmp_path: Path) -> None:
    assert read_table(table(tmp_path, b="y: 2", a="x: {z: 1}")) == {"x": {"z": 1}, "y": 2}


def test_rows_that_two_files_have_are_all_named_with_both_files(tmp_path: Path) -> None:
    folder = table(tmp_path, a="x: 1\ny: 1\nz: 1", b="x: 2\ny: 3")

    with pytest.raises(BadInput) as refused:
        read_table(folder)

    name = folder.name
    assert [str(problem) for problem in refused.value.problems] == [
        f"{name}/b.yaml: x: it is in {name}/a.yaml too; allowed: one of them",
        f"{name}/b.yaml: y: it is in {name}/a.yaml too; allowed: one of them",
    ]


def test_a_file_that_is_no_table_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"a\.yaml: found list; allowed: a YAML mapping"):
        read_table(table(tmp_path, a="- x"))
