"""Finds words of no trade in texts that people read, with the field's word to use instead.

It reads Markdown, the catalog, rules and runbooks, the texts of dashboards, the pages of the console, and the sentences
in Python programs (errors, output of commands, descriptions). It leaves out code spans and code blocks, which quote a
program, docstrings and comments, tests, and CHANGELOG.md, which is history. In the same texts, programs aside, it finds
fields of templates that were written without their values.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from model.base import Model, Text
from model.file import MAX_ASSET_BYTES, read_text
from model.model_file import read_model

WORDS = "checks/prose_words.yaml"
_HISTORY = "CHANGELOG.md"
# Two pieces of one string of a program, on two lines.
_JOINED = re.compile(r'"\s*\n\s*f?"')
PROGRAMS = ("authoring", "checks", "components", "configs", "engine", "jobs", "lab", "model", "ops", "stacks", "tools")
_TREES = (
    (".", "*.md"),
    (".github", "**/*.md"),
    ("docs", "**/*.md"),
    ("catalog", "**/*.yaml"),
    ("rules", "**/*.yaml"),
    ("dashboards", "**/*.yaml"),
    ("dashboards", "**/*.json"),
    ("lab", "**/*.html"),
    *((folder, "**/*.py") for folder in PROGRAMS),
)
# Keys of Grafana's and CloudWatch's dashboards with values that people read; queries and ids are left out.
_SHOWN = re.compile(
    r'^\s*"(?:title|description|content|markdown|noValue|displayName|legendFormat|label|text)": (".*"),?$', re.MULTILINE
)
# A field of a Python template that nothing filled in: `{threshold.hold}`. `{{` and `${` are Prometheus' and Grafana's.
_UNFILLED = re.compile(r"(?<![{$%])\{[A-Za-z_]\w*(?:\.\w+|\[\w+\])+(?:\(\))?(?:![rsa])?(?::[^{}]*)?\}(?!\})")
# What quotes a program: a fenced block, a code span, the address of a link.
_QUOTED = re.compile(r"^```.*?^```|`[^`\n]+`|\]\([^)\n]*\)", re.MULTILINE | re.DOTALL)


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from None
    return text


class Word(Model):
    """A word to avoid, as a regular expression of whole words, and what to write instead."""

    word: Annotated[Text, AfterValidator(_expression)]
    use: Text

    def pattern(self) -> re.Pattern[str]:
        """Matches across a line break too, also where the next line is a comment."""
        return re.compile(rf"\b(?:{self.word})\b".replace(" ", r"\s+(?:#\s+)?"), re.IGNORECASE)


class Words(Model):
    """The file of words."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A word or a field of a template that a text should not have."""

    file: str
    line: int
    found: str
    use: str

    def __str__(self) -> str:
        return f'{self.file}:{self.line}: "{self.found}": write {self.use}'


def load(root: Path) -> tuple[Word, ...]:
    """Raises BadInput."""
    return read_model(Words, root / WORDS, WORDS).words


def check(root: Path) -> tuple[Finding, ...]:
    """All findings in the texts of the project, sorted. Raises BadInput."""
    words = [(word, word.pattern()) for word in load(root)]
    any_word = re.compile("|".join(pattern.pattern for _, pattern in words), re.IGNORECASE)
    found = []
    for path in _files(root):
        file = path.relative_to(root).as_posix()
        text = read_text(path, file, MAX_ASSET_BYTES)
        if path.suffix not in (".py", ".html"):
            found += [
                Finding(file, text.count("\n", 0, match.start()) + 1, match[0], "the value of this field")
                for match in _UNFILLED.finditer(text)
            ]
        # Most files have none of the words: parsing every program would take ten seconds. JSON escapes line breaks.
        if path.suffix != ".json" and not any_word.search(_JOINED.sub("", text) if path.suffix == ".py" else text):
            continue
        for start, passage in _passages(path.suffix, text):
            for word, pattern in words:
                found += [
                    # A string of JSON or Python counts as one line of its file, wherever the word is in it.
                    Finding(
                        file,
                        text.count("\n", 0, start if path.suffix in (".json", ".py") else match.start()) + 1,
                        re.sub(r"\s+(?:#\s+)?", " ", match[0]),
                        word.use,
                    )
                    for match in pattern.finditer(passage)
                ]
    return tuple(sorted(found))


def _files(root: Path) -> Iterator[Path]:
    for folder, pattern in _TREES:
        for path in sorted((root / folder).glob(pattern)):
            if path.name != _HISTORY:
                yield path


def _passages(suffix: str, text: str) -> Iterator[tuple[int, str]]:
    """Texts to search, each with its place in the file; what is quoted is blank, so that places stay."""
    if suffix == ".json":
        for match in _SHOWN.finditer(text):
            yield match.start(1), json.loads(match[1])
    elif suffix == ".py":
        yield from _sentences(text)
    elif suffix == ".md":
        yield 0, _QUOTED.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    else:
        yield 0, text


def _sentences(program: str) -> Iterator[tuple[int, str]]:
    """Strings of several words, which are for people, with their places; a docstring is for the reader of the code."""
    tree = ast.parse(program)
    starts = [0]
    for line in program.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in docstrings:
            continue
        if " " in node.value.strip():
            # The whole string stands for its line, as in JSON: escapes and joined pieces move its letters.
            yield starts[node.lineno - 1], _QUOTED.sub(" ", node.value)
