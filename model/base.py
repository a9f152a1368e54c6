"""The one base of every value that comes from a file."""

import re
from collections import Counter
from collections.abc import Hashable
from functools import cache
from typing import Annotated, Any, Literal, cast, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

Region = Annotated[
    str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$", description="A region, such as eu-central-1.")
]
"""AWS Regions and Availability Zones, "Regions"."""


class Model(BaseModel):
    """Frozen, and strict about keys: an unknown key is a mistake, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _yes_is_no_number(cls, given: Any) -> Any:
        return without_truth(given, cls) if isinstance(given, dict) else given

    @field_validator("*")
    @classmethod
    def _each_once(cls, value: Any, info: ValidationInfo) -> Any:
        return each_once(value) if _holds_list(cls, str(info.field_name)) else value


@cache
def _holds_list(model: type[Model], field: str) -> bool:
    """Whether a field may be a list. A pair, such as the lowest and the highest value, is none: both may be equal."""
    return _is_list(model.model_fields[field].annotation)


def _is_list(annotation: Any) -> bool:
    parts = get_args(annotation)
    return parts[-1] is ... if get_origin(annotation) is tuple else any(_is_list(part) for part in parts)


def without_truth(given: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """``given`` with `true` as a text where only numbers can be: pydantic takes ``replicas: true`` for one replica.

    As a text it is refused by the field itself, which knows its place in the file.
    """
    fields = model.model_fields
    wrong = [key for key, value in given.items() if isinstance(value, bool) and key in fields]
    numbers = [key for key in wrong if not _kinds(cast(Hashable, fields[key].annotation)) & {bool, str, Any, object}]
    return {**given, **{key: str(given[key]).lower() for key in numbers}}


@cache
def _kinds(annotation: Hashable) -> frozenset[Any]:
    inner = get_args(annotation)
    if not inner:
        return frozenset([annotation])
    if get_origin(annotation) is Literal:
        return frozenset(type(each) for each in inner)
    return frozenset().union(*(_kinds(each) for each in inner))


def each_once(value: Any) -> Any:
    """A value that is no list with two equal entries. Two are a slip: the second would notify, cost or count again.

    Every field of every model is asked; lists below keys that people choose ask it themselves.
    """
    if twice := sorted({_shown(item) for item, count in _counted(value).items() if count > 1}):
        raise ValueError(f"found {', '.join(twice)} more than once; allowed: each once")
    return value


def _counted(value: Any) -> Counter[object]:
    try:
        return Counter(value if isinstance(value, tuple) else ())
    except TypeError:  # of what holds a mapping, such as rules: names tell those apart
        return Counter()


def _shown(item: object) -> str:
    return "an equal entry" if isinstance(item, BaseModel) else repr(str(item))


Name = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        max_length=40,
        description="Lower case, digits and single hyphens; at most 40 characters, so that a Kubernetes name of 63 "
        "characters still has room for what Belfry adds.",
    ),
]

# What YAML refuses even in a comment, and what no reader sees: control characters, a byte order mark, half a pair.
_NO_TEXT = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """The text. Raises ValueError for a character that no reader sees or that YAML refuses."""
    if found := _NO_TEXT.search(text):
        raise ValueError(f"found {found[0]!r} in a text; allowed: printable characters, tabs and line breaks")
    return text


Text = Annotated[str, Field(min_length=1, description="A sentence for people."), AfterValidator(printable)]
"""Any text; it is escaped where it is inserted into a template, a query or YAML (`model.go_template`)."""

# ASCII without blanks, quotes, backslashes and braces; in paths a single brace, for parameters of routes.
_URL_CHARACTER = r"[!#-\[\]_a-z|~]"

UrlPath = Annotated[
    str,
    Field(
        pattern=rf"^/({_URL_CHARACTER}|[}}]|[{{]({_URL_CHARACTER}|[}}]))*$",
        description="A path, or a route with parameters such as /items/{id}: ASCII without blanks, quotes and "
        "backslashes. Two opening braces would be a template where the path is shown.",
    ),
]
