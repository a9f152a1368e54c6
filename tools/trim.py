"""Leave parts of other programs out of their builds, by edits that ``tools.toml`` lists.

A program for every cloud takes in the libraries of every cloud, and those are most of the time of a build. Where it has
no build tag for that, it is built from a copy of the module that Go fetched and checked, with the edits done in it. An
edit whose text is not there exactly once stops the build: a new version of the program has to be looked at.

Trap avoided: Go's `-overlay` would need no copy, but takes no file of the module cache.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

Edits = Sequence[tuple[str, str]]


class TrimError(Exception):
    """A module cannot be trimmed; the text is for the user."""


def trimmed(without: Mapping[str, Edits], folder: Path, work: Path, go: Mapping[str, str]) -> list[str]:
    """Flags of ``go build`` for the edits ``without``, of modules that ``folder/go.mod`` pins.

    ``without``: module:file -> pairs of what is there and what takes its place; none: without the file. ``work``: an
    empty folder, which must stay until the build is done. ``go``: the environment of Go. Raises TrimError.
    """
    if not without:
        return []
    copies: dict[str, Path] = {}
    for place, edits in without.items():
        module, _, name = place.partition(":")
        if module not in copies:
            copies[module] = _copy(module, folder, work / str(len(copies)), go)
        _edit(place, copies[module] / name, edits)
    # A path from one to the other, for the program notes it: it must not depend on the place of the checkout.
    replaced = "".join(f"replace {module} => {os.path.relpath(copy, folder)}\n" for module, copy in copies.items())
    (work / "go.mod").write_text((folder / "go.mod").read_text() + replaced)
    shutil.copy(folder / "go.sum", work)
    return [f"-modfile={work / 'go.mod'}"]


def _edit(place: str, file: Path, edits: Edits) -> None:
    if not file.is_file():
        raise TrimError(f"{place} is not there; see `without` in tools/tools.toml")
    if not edits:
        file.unlink()
        return
    text = file.read_text(encoding="utf-8")
    for old, new in edits:
        if text.count(old) != 1:
            found = f"{text.count(old)} times and not once"
            raise TrimError(f"{place}: {old.strip()!r} is there {found}; see `without` in tools/tools.toml")
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def _copy(module: str, folder: Path, copy: Path, go: Mapping[str, str]) -> Path:
    """A writable copy of a module, after Go fetched it and compared its checksum."""
    command = ["go", "mod", "download", "-json", module]
    done = subprocess.run(command, cwd=folder, env=go, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout or "{}")
    if "Dir" not in found:
        raise TrimError(str(found.get("Error") or done.stderr.strip()))
    # Not the modes, for the module cache is read-only; and not the tests, which are most of the files.
    tests = shutil.ignore_patterns("testdata", "*_test.go")
    shutil.copytree(found["Dir"], copy, copy_function=shutil.copyfile, ignore=tests)
    for made in (copy, *copy.rglob("*")):
        if made.is_dir():
            made.chmod(0o755)
    return copy
