"""Bad input, said once and readably: every mistake of a run in one error."""

import re
import reprlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

import pydantic

_LINE = 80
# Of what was found, where a message quotes it whole: a list of names may be that long and is still read.
_LONGEST = 400

# Bounded in depth and width: a plain repr of nested YAML aliases ("billion laughs") would fill the memory.
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _LINE
_SHORT.maxdict = _SHORT.maxlist = _SHORT.maxlevel = 4


ModelType = type[pydantic.BaseModel]
Step = str | int
T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake.

    ``where`` names file and key (``catalog/cloudmart.yaml: components[0].kind``), ``found`` quotes what stands
    there, ``allowed`` says what may stand there instead. A secret's value never goes into ``found``.
    """

    where: str
    found: str
    allowed: str = ""

    def __str__(self) -> str:
        return f"{_line(self.where)}: {_line(self.found)}" + (f"; allowed: {self.allowed}" if self.allowed else "")


def _line(text: str) -> str:
    """One line that a screen can hold: what was pasted into the wrong place may have megabytes, or lines of its own."""
    text = " ".join(text.split("\n"))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} ... {text[-_LONGEST // 2 :]}"


class BadInput(Exception):
    """All mistakes found in the input. The command line prints it and exits with code 2."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        assert self.problems, "bad input needs at least one problem"
        super().__init__(self._text())

    def _text(self) -> str:
        count = len(self.problems)
        head = (
            "1 error in the input, nothing was changed:"
            if count == 1
            else f"{count} errors in the input, nothing was changed:"
        )
        return "\n".join([head, *(f"  - {problem}" for problem in self.problems)])


def raise_if_any(problems: Iterable[Problem]) -> None:
    """Raise :class:`BadInput` with all of ``problems``, or return when there are none."""
    found = tuple(problems)
    if found:
        raise BadInput(found)


def or_problems(load: Callable[[], T], problems: list[Problem]) -> T | None:
    """What ``load`` gives, or None after its mistakes were added to ``problems``: the next one is looked at too."""
    try:
        return load()
    except BadInput as error:
        problems += error.problems
        return None


def duplicates(where: str, names: Iterable[object]) -> Iterator[Problem]:
    """A mistake for each name that stands more than once at ``where``, sorted by name."""
    for name, count in sorted(Counter(map(str, names)).items()):
        if count > 1:
            yield Problem(where, f"found {name!r} {count} times", "each name once")


def from_validation(file: str, error: pydantic.ValidationError, model: ModelType, base: str = "") -> list[Problem]:
    """Translate pydantic's errors about ``model`` into problems of ``file``; ``base`` starts every key."""
    details = [dict(detail) for detail in error.errors(include_url=False)]
    return [_problem(file, base, model, detail) for detail in details if not _follows_from_another(detail)]


def _follows_from_another(detail: dict[str, Any]) -> bool:
    """Pydantic counts only the good items of a list, so one broken item also makes a list of one "too short"."""
    return bool(detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"])


def _problem(file: str, base: str, model: ModelType, detail: dict[str, Any]) -> Problem:
    location, kind, value, message = detail["loc"], detail["type"], detail.get("input"), detail["msg"]
    unknown = kind == "extra_forbidden"
    steps, models = _walk(model, location[:-1] if unknown else location)
    key = base + _path([*steps, location[-1]] if unknown else steps)
    where = f"{file}: {key}" if key else file
    if unknown:
        known = {_shown(one, name) for one in models for name in one.model_fields}
        return Problem(where, "unknown key", ", ".join(sorted(known)))
    if kind == "missing":
        return Problem(where, "missing", "it is required")
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _wrong_tag(where, detail["ctx"])
    if kind == "value_error":
        return Problem(where, message.removeprefix("Value error, "))
    return Problem(where, f"found {_quote(value)}", message[:1].lower() + message[1:])


def _walk(model: ModelType, location: Iterable[Step]) -> tuple[list[Step], list[ModelType]]:
    """The keys of ``location`` as they stand in the file, and the models that may stand there.

    Pydantic also puts the kind of a discriminated union into the location; that is no key of the file.
    """
    steps: list[Step] = []
    models = [model]
    for part in location:
        fields = [f for m in models for name, f in m.model_fields.items() if part == _shown(m, name)]
        kinds = [m for m in models if any(part in get_args(f.annotation) for f in m.model_fields.values())]
        # First the kind: ``probe`` is a kind of indicator and, within it, a field.
        if kinds and len(models) > 1:
            models = kinds
            continue
        if fields:
            models = [found for field in fields for found in _models(field.annotation)]
        steps.append(part)
    return steps, models


def _shown(model: ModelType, name: str) -> str:
    return model.model_fields[name].alias or name


def _models(annotation: Any) -> Iterator[ModelType]:
    """Every model within an annotation such as ``tuple[A | B, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        yield annotation
        # Of the values below keys that are no fields, such as the roles of an escalation.
        yield from _models(annotation.__annotations__.get("__pydantic_extra__"))
    for inner in get_args(annotation):
        yield from _models(inner)


def _wrong_tag(where: str, context: dict[str, Any]) -> Problem:
    """The mistake at the key that tells kinds apart, without the rest of the value and pydantic's enum names."""
    here = f"{where}.{str(context['discriminator']).strip(chr(39))}"
    if "tag" not in context:
        return Problem(here, "missing", "it is required")
    words = re.findall(r"'([^']+)'", str(context["expected_tags"]))
    return Problem(here, f"found {context['tag']!r}", ", ".join(words))


def _quote(value: object) -> str:
    text = _SHORT.repr(value)
    return text if len(text) <= _LINE else text[: _LINE - 3] + "..."


def _path(steps: Iterable[Step]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")
