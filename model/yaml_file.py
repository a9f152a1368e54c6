"""Reads one YAML file strictly, so that nothing in it is lost without a word."""

from pathlib import Path
from typing import Any

import yaml

from model.file import read_text
from model.problems import BadInput, Problem

# The deepest file of the five systems nests 10 levels. Beyond some thousand levels libyaml's composer recurses
# through the C stack and takes the process down, so the depth is counted on the (flat) events first.
MAX_DEPTH = 50


class _StrictLoader(yaml.CSafeLoader):
    """PyYAML keeps the last of two equal keys without a word; here a second one is an error."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._checked: set[int] = set()

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        # The first step of a mapping's construction, before `<<` is merged in: later, a merged key that the mapping
        # overrides would look like a second one.
        if id(node) not in self._checked:
            self._checked.add(id(node))
            _refuse_doubled_keys(node)
        super().flatten_mapping(node)


def _refuse_doubled_keys(node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "found a key that is not a word", key.start_mark)
        if key.value in seen:
            raise yaml.constructor.ConstructorError(None, None, f"found the key {key.value!r} twice", key.start_mark)
        seen.add(key.value)


def read_yaml(path: Path, shown_as: str | None = None) -> Any:
    """The document in ``path``. ``shown_as`` names the file in errors (by default the path as given).

    Raises BadInput for a file that :func:`model.file.read_text` refuses, and for one that is nested deeper than
    ``MAX_DEPTH``, empty or not YAML.
    """
    where = shown_as or str(path)
    return parse_yaml(read_text(path, where), where)


def parse_yaml(text: str, where: str) -> Any:
    """The document in ``text``; ``where`` names it in errors."""
    try:
        _refuse_depth_and_tags(text, where)
        document = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 (a subclass of the safe loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{where}: line {mark.line + 1}, column {mark.column + 1}" if mark else where
        raise BadInput([Problem(place, error.problem or error.context or "does not parse", "valid YAML")]) from None
    except yaml.YAMLError as error:
        raise BadInput([Problem(where, " ".join(str(error).split()), "valid YAML")]) from None
    except ValueError as error:  # such as the date 2026-13-45: the constructor of a value lets it through
        raise BadInput([Problem(where, f"found a value that is none: {error}", "valid YAML")]) from None
    if document is None:
        raise BadInput([Problem(where, "the file is empty", "a YAML mapping")])
    return document


def _refuse_depth_and_tags(text: str, where: str) -> None:
    """A tag makes another type of a value, or fails in PyYAML: a set has no order, `!!bool maybe` is a KeyError."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if tag := getattr(event, "tag", None):
            mark = event.start_mark
            place = f"{where}: line {mark.line + 1}, column {mark.column + 1}" if mark else where
            raise BadInput([Problem(place, f"found the tag {tag!r}", "values without tags")])
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise BadInput(
                [Problem(f"{where}: line {line}", f"nested more than {MAX_DEPTH} levels deep", f"at most {MAX_DEPTH}")]
            )
