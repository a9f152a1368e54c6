"""The one way to read a file that a person can touch: regular, of a bounded size, whole, and text where it says so.

What a path names is asked before it is opened: opening a named pipe waits for a writer, and a device never ends. The
size is counted in what was read, because a size that the file system states is 0 for some files and old for others.
"""

import json
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from model.problems import BadInput, Problem

# The largest file of the five systems has about 40 kB. A mebibyte is 25 times that: whoever passes it
# has most likely given a log or a rendered chart, and parsing that would look like a hang.
MAX_BYTES: Final = 1024 * 1024
# Rules of a system with five hundred services are 30 MB.
MAX_ASSET_BYTES: Final = 64 * 1024 * 1024
# A plan of two thousand resources has 15 MB, an exported state three times that.
MAX_JSON_BYTES: Final = 256 * 1024 * 1024
# The deepest value of a plan, a board within a ConfigMap's JSON apart, nests about 20 levels; what walks through a
# document calls itself for each.
MAX_JSON_DEPTH: Final = 100

_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_bytes(path: Path, where: str | None = None, most: int = MAX_BYTES) -> bytes:
    """All bytes of the regular file ``path``; ``where`` names it in errors (by default the path as given).

    Raises BadInput for one that is missing or no regular file, may not be read, has more than ``most`` bytes, or is
    written to meanwhile.
    """
    where = where or str(path)
    try:
        before = path.stat()
        for is_kind, name in _KINDS:
            if is_kind(before.st_mode):
                raise BadInput([Problem(where, f"found {name}", "a file")])
        with path.open("rb") as stream:
            data = stream.read(most + 1)
        after = path.stat()
    except FileNotFoundError:
        raise BadInput([Problem(where, "the file does not exist")]) from None
    except PermissionError:
        raise BadInput([Problem(where, "the file may not be read", "a file that you may read")]) from None
    except OSError as error:  # such as a symbolic link that leads to itself
        raise BadInput([Problem(where, f"the file cannot be read: {error.strerror}", "a file")]) from None
    if len(data) > most:
        size = max(after.st_size, len(data))
        raise BadInput([Problem(where, f"the file has {size} bytes", f"at most {most}")])
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise BadInput(
            [Problem(where, "the file changed while it was read", "a file that does not change while it is read")]
        )
    return data


def read_text(path: Path, where: str | None = None, most: int = MAX_BYTES) -> str:
    """The same as text. Raises BadInput also for what is not UTF-8."""
    where = where or str(path)
    try:
        return read_bytes(path, where, most).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput([Problem(where, f"byte {error.start} is not UTF-8", "a file in UTF-8")]) from None


def read_json(path: Path, where: str | None = None, most: int = MAX_JSON_BYTES) -> Any:
    """The document in ``path``. Raises BadInput also for what is no JSON, has a key twice, or nests too deep."""
    where = where or str(path)
    return parse_json(read_text(path, where, most), where)


def parse_json(text: str, where: str) -> Any:
    """The document in ``text``; ``where`` names it in errors."""
    try:
        document = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        # Half of a pair of surrogates is a text that nothing can print.
        if re.search(r"\\u[dD][89a-fA-F]", text):
            json.dumps(document, ensure_ascii=False).encode()
    except RecursionError:
        raise BadInput([_too_deep(where)]) from None
    except UnicodeEncodeError:
        raise BadInput([Problem(where, "found half of a surrogate pair", "valid JSON")]) from None
    except ValueError as error:
        raise BadInput([Problem(where, str(error), "valid JSON")]) from None
    if isinstance(document, dict | list):
        _refuse_depth(document, where)
    return document


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Python keeps the last of two equal keys without a word."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"found the key {key!r} twice")
        found[key] = value
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"found {word}, which is no number of JSON")


def _refuse_depth(document: Any, where: str) -> None:
    """Level by level, without recursion: a document may be deeper than Python's own stack."""
    level = [document]
    for _ in range(MAX_JSON_DEPTH):
        inner = (value for one in level for value in (one.values() if isinstance(one, dict) else one))
        level = [value for value in inner if isinstance(value, dict | list)]
        if not level:
            return
    raise BadInput([_too_deep(where)])


def _too_deep(where: str) -> Problem:
    return Problem(where, f"nested more than {MAX_JSON_DEPTH} levels deep", f"at most {MAX_JSON_DEPTH}")
