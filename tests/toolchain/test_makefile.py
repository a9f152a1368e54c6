"""The Makefile explains itself and refuses a wrong call before it makes anything."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tools.build import ROOT, load

MAKEFILE = (ROOT / "Makefile").read_text()
INTERNAL = ("need-", "tool-")


def targets() -> set[str]:
    """Targets a user may call."""
    found = re.findall(r"^([a-z][a-z-]*):(?!=)", MAKEFILE, re.MULTILINE)
    return {target for target in found if not target.startswith(INTERNAL)}


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    # What an outer `make test` hands down must not change the inner one.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    for name in ("ENV", "A", "B", "SYSTEM", "TOOL"):
        inherited.pop(name, None)
    command = ["make", "--no-print-directory", "--directory", str(ROOT), *arguments]
    return subprocess.run(command, env=inherited, capture_output=True, text=True, check=False)


def test_help_explains_every_target_in_a_sentence() -> None:
    shown = dict(re.findall(r"^  (\S+) +(\S.*)$", make("help").stdout, re.MULTILINE))
    assert set(shown) == targets()
    assert [name for name, text in shown.items() if len(text.split()) < 4] == []


def test_every_target_is_phony() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == targets()


def test_every_tool_that_a_target_needs_is_in_the_table() -> None:
    needed = set(re.findall(r"\btool-([a-z]+)", MAKEFILE))
    assert needed <= set(load(ROOT / "tools" / "tools.toml"))
    assert needed


@pytest.mark.parametrize(
    ("target", "variable"),
    [("preview", "ENV"), ("plan", "ENV"), ("diff", "A"), ("new", "SYSTEM")],
)
def test_a_target_says_which_variable_it_misses(target: str, variable: str) -> None:
    refused = make(target)
    assert refused.returncode == 2
    assert f"{variable} is missing: make {target} {variable}=..." in refused.stderr
    assert refused.stdout == ""


def test_an_old_python_is_refused_readably(tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit\nexit 1\n')
    old.chmod(0o755)
    refused = make("up", f"PYTHON={old}")
    assert refused.returncode == 2
    assert "Python 3.11 or newer is needed, this is Python 3.9.2" in refused.stderr


def test_a_missing_python_is_refused_readably() -> None:
    refused = make("tools", "PYTHON=no-such-python")
    assert refused.returncode == 2
    assert "there is no no-such-python on PATH" in refused.stderr


def test_the_guides_name_only_targets_that_exist() -> None:
    guides = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    named = {target for guide in guides for target in re.findall(r"`make ([a-z-]+)", guide.read_text("utf-8"))}
    assert named <= targets()
