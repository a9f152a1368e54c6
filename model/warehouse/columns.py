"""From the field of a row to its column: the only place that knows the types of DuckDB, Parquet and Athena."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, Final, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel


class Type(NamedTuple):
    """The same type by the names of DuckDB and of Athena."""

    duckdb: str
    athena: str


class Column(NamedTuple):
    """``sentence``: what it holds, where the field says it."""

    name: str
    type: Type
    sentence: str


TEXT: Final = Type("VARCHAR", "string")
# The first that fits; a truth value is an int to Python. Decimals are targets in percent, with at most five places.
_TYPES: Final = (
    (bool, Type("BOOLEAN", "boolean")),
    (str, TEXT),
    (int, Type("BIGINT", "bigint")),
    (float, Type("DOUBLE", "double")),
    (Decimal, Type("DECIMAL(8,5)", "decimal(8,5)")),
)


def type_of(annotation: Any) -> Type:
    """The type of a field's column, also of an optional field and of a list of words. Raises TypeError for others."""
    found = list(_found(annotation))
    if not found:
        raise TypeError(f"found a field of {annotation}; allowed: texts, numbers, truth values, and these or None")
    return found[0]


def columns(model: type[BaseModel], but: Mapping[str, Any]) -> tuple[Column, ...]:
    """One for each field, in their order, without the fields ``but``."""
    return tuple(
        Column(name, type_of(field.annotation), field.description or "")
        for name, field in model.model_fields.items()
        if name not in but
    )


def _found(annotation: Any) -> Iterator[Type]:
    if isinstance(annotation, type):
        yield from (known for kind, known in _TYPES if issubclass(annotation, kind))
    elif get_origin(annotation) is Literal:
        yield TEXT
    elif get_origin(annotation) in (Annotated, Union, UnionType):
        for inner in get_args(annotation):
            yield from _found(inner)
