"""The Makefile explains itself and refuses a wrong call before it makes anything."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tools.table import ROOT, load, needed_for

MAKEFILE = (ROOT / "Makefile").read_text()
GIVEN = re.findall(r"\w+", re.split(r"(?<!\\)\n", MAKEFILE.partition("GIVEN := ")[2])[0])
INTERNAL = ("need-", "tool-")


def targets() -> set[str]:
    """Targets a user may call."""
    found = re.findall(r"^([a-z][a-z-]*):(?!=)", MAKEFILE, re.MULTILINE)
    return {target for target in found if not target.startswith(INTERNAL)}


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    # What an outer `make test` hands down must not change the inner one.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    for name in GIVEN:
        inherited.pop(name, None)
    command = ["make", "--no-print-directory", "--directory", str(ROOT), *arguments]
    return subprocess.run(command, env=inherited, capture_output=True, text=True, check=False)


def test_help_explains_every_target_in_a_sentence() -> None:
    shown = dict(re.findall(r"^  (\S+) +(\S.*)$", make("help").stdout, re.MULTILINE))
    assert set(shown) == targets()
    assert [name for name, text in shown.items() if len(text.split()) < 4] == []


def test_the_help_fits_a_terminal_and_has_every_word() -> None:
    said = make("help").stdout
    sentences = re.findall(r"^[a-z-]+:[^#\n]*## (.*)$", MAKEFILE, re.MULTILINE)
    assert [line for line in said.splitlines() if len(line) > 80] == []
    assert set(" ".join(sentences).split()) <= set(said.split())


def test_every_target_is_phony() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == targets()


def test_every_tool_that_a_target_needs_is_in_the_table() -> None:
    needed = set(re.findall(r"\btool-([a-z]+)", MAKEFILE))
    for names in re.findall(r"\(addprefix tool-,([a-z ]+)\)", MAKEFILE):
        needed |= set(names.split())
    assert "lokitool" in needed
    assert needed <= set(load(ROOT / "tools" / "tools.toml"))


def test_the_tests_have_the_tools_that_they_ask_for_and_no_others() -> None:
    texts = [path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    # Those that the engine, the local environment and `make rules-check` start, which tests run as people do.
    texts += [(ROOT / name).read_text("utf-8") for name in ("checks/rules/command.py", "lab/servers/table.py")]
    named = {tool for tool in TOOLS for text in texts if re.search(rf"[\"']{tool}[\"']", text)}
    assert set(needed_for(load(ROOT / "tools" / "tools.toml"), "test")) == named - {"otelcol-lab"}


@pytest.mark.parametrize(
    ("target", "variable"),
    [
        ("preview", "ENV"),
        ("plan", "ENV"),
        ("diff", "A"),
        ("new", "SYSTEM"),
        ("release", "VERSION"),
        ("chart", "CHART"),
        ("addons", "KUBERNETES"),
    ],
)
def test_a_target_says_which_variable_it_misses(target: str, variable: str) -> None:
    refused = make(target)
    assert refused.returncode == 2
    assert f"{variable} is missing: make {target} {variable}=..." in refused.stderr
    assert refused.stdout == ""


TOOLS = sorted(load(ROOT / "tools" / "tools.toml"))
# What is not made in these tests.
SKIPPED = (
    "venv",
    "need-first-tools",
    "need-tested-tools",
    "need-all-tested-tools",
    *(f"tool-{tool}" for tool in TOOLS),
)
HOSTILE = [
    "a;touch {}",
    "a'b",
    'a"b',
    "a`touch {}`",
    "$(shell touch {})",
    "${{IFS}}$(touch {})",
    "-a #\\",
    "a\nb",
    "*.md",
    "ü",
]
SHOW = "RUN=printf '<%s>\\n'"
READ = {
    "up": ("--system", "SYSTEM"),
    "fault": ("", "NAME"),
    "gameday": ("--only", "ONLY"),
    "alarm": ("", "STATE"),
    "preview": ("", "ENV"),
    "backend": ("--env", "ENV"),
    "gate": ("--reason", "REASON"),
    "promote": ("--evidence", "EVIDENCE"),
    "evidence": ("--run", "RUN_URL"),
    "deploy": ("", "ENV"),
    "cost": ("--budget", "BUDGET"),
    "diff": ("", "B"),
    "addons": ("--kubernetes", "KUBERNETES"),
    "lock": ("--message", "MESSAGE"),
    "new": ("", "SYSTEM"),
    "release": ("", "VERSION"),
}


def test_every_variable_that_the_help_names_is_passed_by_the_environment() -> None:
    named = set(re.findall(r"\b([A-Z]+)=", "".join(line for line in MAKEFILE.splitlines() if "##" in line)))
    assert named - {"CHART_MIRROR"} <= set(GIVEN)
    assert not re.findall(rf"\$\((?:{'|'.join(GIVEN)})\)", MAKEFILE), "expanded by make"


@pytest.mark.parametrize("value", HOSTILE)
def test_a_dry_run_expands_no_value(value: str, tmp_path: Path) -> None:
    given = [f"{name}={value.format(tmp_path / 'harm')}" for name in GIVEN]
    for target in sorted(targets()):
        done = make("--dry-run", target, *given)
        assert done.returncode == 0, done.stderr
        assert value.format(tmp_path / "harm") not in done.stdout
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("target", READ)
@pytest.mark.parametrize("value", HOSTILE)
def test_a_program_gets_a_value_as_it_was_given(target: str, value: str, tmp_path: Path) -> None:
    option, variable = READ[target]
    text = value.format(tmp_path / "harm")
    given = {
        "NAME": "n",
        "STATE": "OK",
        "ENV": "dev",
        "A": "a",
        "B": "b",
        "MESSAGE": "m",
        "SYSTEM": "s",
        "VERSION": "v",
        "FROM": "dev",
        "KIND": "tests",
        "TO": "staging",
    } | {variable: text}
    old = [word for name in SKIPPED for word in ("--old-file", name)]

    done = make(*old, SHOW, target, *(f"{name}={each}" for name, each in given.items()))

    assert done.returncode == 0, done.stderr
    # Of systems there may be several, with blanks between them.
    for word in text.split() if target == "up" else [text]:
        assert f"<{option}{'=' if option else ''}{word}>" in done.stdout
    assert not (tmp_path / "harm").exists()


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
