"""Every file that a person can touch is read by one reader, which ends, and says in one line what is wrong."""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from authoring.bundles import assets
from engine.state import read_state
from model.assets import read_manifest
from model.catalog.catalog import Catalog
from model.file import MAX_BYTES, MAX_JSON_DEPTH, parse_json, read_bytes, read_json, read_text
from model.plan import read_plan
from model.problems import BadInput
from model.yaml_file import read_yaml


def mistake(work: Callable[[], object]) -> str:
    with pytest.raises(BadInput) as caught:
        work()
    [problem] = caught.value.problems
    return str(problem)


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def listener(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


NO_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a link to itself": (loop, "the file cannot be read: Too many levels of symbolic links; allowed: a file"),
    "a device": (endless, "found a device; allowed: a file"),
    "a pipe": (os.mkfifo, "found a pipe; allowed: a file"),
    "a socket": (listener, "found a socket; allowed: a file"),
    "a folder": (lambda path: path.mkdir(), "found a folder; allowed: a file"),
    "nothing": (lambda path: None, "the file does not exist"),
}
READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "yaml": ("f", lambda root: read_yaml(root / "f", "f")),
    "plan": ("f", lambda root: read_plan(root / "f")),
    "state": ("f", lambda root: read_state(root / "f", "salt")),
    "manifest": ("rules/manifest.yaml", lambda root: read_manifest(root, "rules")),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", NO_FILES)
def test_what_is_no_file_is_one_clear_mistake(tmp_path: Path, kind: str, reader: str) -> None:
    (name, read), (make, message) = READERS[reader], NO_FILES[kind]
    (tmp_path / name).parent.mkdir(exist_ok=True)
    make(tmp_path / name)
    assert mistake(lambda: read(tmp_path)).endswith(f"{name}: {message}")


@pytest.mark.parametrize("kind", ["a link to itself", "a device", "a pipe", "a folder"])
@pytest.mark.parametrize("name", ["teams.yaml", "shop.yaml"])
def test_a_catalog_of_no_files_is_refused_and_not_waited_for(tmp_path: Path, name: str, kind: str) -> None:
    NO_FILES[kind][0](tmp_path / name)
    with pytest.raises(BadInput) as caught:
        Catalog.load(tmp_path)
    assert f"{tmp_path.name}/{name}: {NO_FILES[kind][1]}" in str(caught.value)


@pytest.mark.parametrize("kind", ["a link to itself", "a pipe", "a folder"])
def test_a_generated_file_takes_the_place_of_files_alone(tmp_path: Path, kind: str) -> None:
    NO_FILES[kind][0](tmp_path / "f")
    assert NO_FILES[kind][1] in mistake(lambda: assets.write(tmp_path, {"f": "text"}))


def test_a_path_through_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    assert mistake(lambda: read_bytes(tmp_path / "f" / "g", "g")) == (
        "g: the file cannot be read: Not a directory; allowed: a file"
    )


def test_a_file_is_read_as_far_as_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x" * 50)
    assert mistake(lambda: read_bytes(tmp_path / "f", "f", most=49)) == "f: the file has 50 bytes; allowed: at most 49"
    assert read_bytes(tmp_path / "f", "f", most=50) == b"x" * 50


def test_a_file_that_changes_meanwhile_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, usual = tmp_path / "f", Path.open
    path.write_text("a: 1\n")

    def opened(self: Path, mode: str) -> Any:
        with usual(self, "a") as writer:
            writer.write("b: 2\n")
        return usual(self, mode)

    monkeypatch.setattr(Path, "open", opened)
    assert mistake(lambda: read_text(path, "f")) == (
        "f: the file changed while it was read; allowed: a file that does not change while it is read"
    )


JSON = {
    "[" * 100_000: f"nested more than {MAX_JSON_DEPTH} levels deep; allowed: at most {MAX_JSON_DEPTH}",
    "[" * 101 + "]" * 101: f"nested more than {MAX_JSON_DEPTH} levels deep; allowed: at most {MAX_JSON_DEPTH}",
    '{"a": ' * 101 + "1" + "}" * 101: f"nested more than {MAX_JSON_DEPTH} levels deep",
    '{"a": 1, "b": {"c": 1, "c": 2}}': "found the key 'c' twice; allowed: valid JSON",
    '{"a": NaN}': "found NaN, which is no number of JSON; allowed: valid JSON",
    '["\\ud800"]': "found half of a surrogate pair; allowed: valid JSON",
    "": "Expecting value: line 1 column 1 (char 0); allowed: valid JSON",
    "\ufeff[]": "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0); allowed: valid JSON",
    "9" * 5_000: "Exceeds the limit (4300 digits) for integer string conversion",
}


@pytest.mark.parametrize("text", JSON, ids=[text[:12] for text in JSON])
def test_json_that_cannot_be_meant_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "f").write_text(text)
    assert mistake(lambda: read_json(tmp_path / "f", "f")).startswith(f"f: {JSON[text]}")


def test_good_json_is_read() -> None:
    assert parse_json('{"a": [1, 2.5, "\\ud83d\\ude00", null]}', "f") == {"a": [1, 2.5, "\N{GRINNING FACE}", None]}
    assert parse_json("[" * 100 + "]" * 100, "f")


def test_json_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes('"Köln"'.encode("latin-1"))
    assert mistake(lambda: read_json(tmp_path / "f", "f")) == "f: byte 2 is not UTF-8; allowed: a file in UTF-8"


def test_the_size_of_yaml_is_that_of_a_catalog(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("#" * (MAX_BYTES + 1))
    assert "at most 1048576" in mistake(lambda: read_yaml(tmp_path / "f", "f"))
