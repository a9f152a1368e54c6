"""Reads one YAML file strictly, so that nothing in it is lost without a word."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from model.file import read_text
from model.problems import BadInput, Problem
from model.secret_shapes import holds_secret

if TYPE_CHECKING:
    from yaml import CSafeLoader as Loader
else:
    # The job archive has PyYAML without its compiled part, which is ten times as fast and reads the same.
    Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# The deepest file of the five systems nests 10 levels. Beyond some thousand levels libyaml's composer recurses
# through the C stack and takes the process down, so the depth is counted on the (flat) events first.
MAX_DEPTH = 50

# Numbers and truth values as YAML 1.2 and JSON write them too. PyYAML knows 1.1 alone: it reads 010 as 8, 10:30 as 630
# and `on` as true. Pulumi's own reader (Go's yaml.v3) takes `on` and 10:30 for text, so that a preview without
# credentials and the real run would not see the same settings.
_PLAIN_NUMBER_OR_TRUTH = re.compile(
    r"[-+]?(0|[1-9][0-9]*)|0x[0-9a-fA-F]+|[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+][0-9]+)?"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|true|True|TRUE|false|False|FALSE"
)
_TYPED = {
    f"tag:yaml.org,2002:{kind}": words
    for kind, words in (("int", "a number"), ("float", "a number"), ("bool", "true or false"))
}
# What a text of another meaning can begin with; most values are passed by at once.
_FIRST = frozenset("-+.0123456789yYnNoO")
_RESOLVER = yaml.resolver.Resolver()


class _StrictLoader(Loader):
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
        if _refuse_depth_and_tags(text, where):
            raise BadInput(_ambiguous(yaml.compose(text, Loader=_StrictLoader), where))
        document = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 (a subclass of the safe loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{where}: line {mark.line + 1}, column {mark.column + 1}" if mark else where
        raise BadInput([Problem(place, error.problem or error.context or "does not parse", "valid YAML")]) from None
    except yaml.YAMLError as error:
        raise BadInput([Problem(where, " ".join(str(error).split()), "valid YAML")]) from None
    except ValueError as error:  # such as the date 2026-13-45: the constructor of a value lets it through
        raise BadInput([Problem(where, f"found an invalid value: {error}", "valid YAML")]) from None
    if document is None:
        raise BadInput([Problem(where, "the file is empty", "a YAML mapping")])
    return document


def _refuse_depth_and_tags(text: str, where: str) -> bool:
    """Whether any value is ambiguous; raises for what is refused at once.

    A tag makes another type of a value, or fails in PyYAML: a set has no order, `!!bool maybe` is a KeyError.
    """
    depth, ambiguous = 0, False
    for event in yaml.parse(text, Loader=Loader):
        if tag := getattr(event, "tag", None):
            mark = event.start_mark
            place = f"{where}: line {mark.line + 1}, column {mark.column + 1}" if mark else where
            raise BadInput([Problem(place, f"found the tag {tag!r}", "values without tags")])
        ambiguous |= isinstance(event, yaml.ScalarEvent) and not event.style and bool(_type_of_old(event.value))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise BadInput(
                [Problem(f"{where}: line {line}", f"nested more than {MAX_DEPTH} levels deep", f"at most {MAX_DEPTH}")]
            )
    return ambiguous


def _type_of_old(text: str) -> str:
    """The type that YAML 1.1 alone sees in a ``text`` without quotes; empty for all that both versions read alike."""
    if text[:1] not in _FIRST or _PLAIN_NUMBER_OR_TRUTH.fullmatch(text):
        return ""
    tag: str = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return _TYPED.get(tag, "")


def _ambiguous(root: yaml.Node | None, where: str) -> Iterator[Problem]:
    """A mistake for every value and key below ``root`` that the two versions of YAML read differently.

    Only the first use of an anchor is looked at: aliases may nest without an end. What a key of a secret's name holds
    is not quoted.
    """
    seen: set[int] = set()

    def walk(node: yaml.Node | None, key: str, secret: bool) -> Iterator[Problem]:
        if id(node) in seen:
            return
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                below = f"{key}.{name.value}" if key else str(name.value)
                yield from walk(name, below, False)
                yield from walk(value, below, secret or holds_secret(str(name.value)))
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                yield from walk(value, f"{key}[{index}]", secret)
        elif isinstance(node, yaml.ScalarNode) and not node.style and (kind := _type_of_old(node.value)):
            place = f"{where}: line {node.start_mark.line + 1}, column {node.start_mark.column + 1}"
            yield Problem(f"{place}: {key}" if key else place, *_said(node.value, kind, secret))

    return walk(root, "", False)


def _said(text: str, kind: str, secret: bool) -> tuple[str, str]:
    """What was found, and what is allowed."""
    if secret:
        return f"found unquoted text that YAML 1.1 reads as {kind}", "the text in quotes"
    value = json.dumps(yaml.safe_load(text))
    found = f"found {text}, which YAML 1.1 reads as {value} and other versions do not"
    return found, f'"{text}" for the text, or {value}'
