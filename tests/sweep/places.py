"""Every place of a document that its JSON Schema knows, and copies of the document with another value there."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from tests.sweep.values import REMOVED

Schema = Mapping[str, Any]
Path = tuple[str | int, ...]
Document = dict[str, Any]


def places(document: Document, schema: Schema) -> Iterator[tuple[str, Path]]:
    """A place of the schema, such as ``components[].load.series``, and one path to it in ``document``.

    Keys that the document leaves out are places too. Each place of the schema once: the first that is found.
    """
    seen = set()
    for place, path in _places(document, [schema], schema, "", ()):
        if place not in seen:
            seen.add(place)
            yield place, path


def _places(node: Any, schemas: list[Schema], root: Schema, place: str, path: Path) -> Iterator[tuple[str, Path]]:
    if isinstance(node, Mapping):
        shapes = [shape for schema in schemas for shape in _objects(schema, node, root)]
        known = {key: shape for each in shapes for key, shape in each.get("properties", {}).items()}
        for key in sorted({*known, *node}):
            # Keys that people choose, such as the names of pins, are one place.
            here = f"{place}.{key if key in known else '*'}".removeprefix(".")
            yield here, (*path, key)
            below = [each["properties"][key] for each in shapes if key in each.get("properties", {})]
            free = [
                each["additionalProperties"] for each in shapes if isinstance(each.get("additionalProperties"), dict)
            ]
            if key in node:
                yield from _places(node[key], below or free, root, here, (*path, key))
    elif isinstance(node, list):
        items = [shape["items"] for schema in schemas for shape in _resolved(schema, root) if "items" in shape]
        for index, item in enumerate(node):
            yield f"{place}[]", (*path, index)
            yield from _places(item, items, root, f"{place}[]", (*path, index))


def _objects(schema: Schema, node: Mapping[str, Any], root: Schema) -> Iterator[Schema]:
    """The shapes that ``node`` may have: of several kinds, those that its own ``kind`` (or other constant) allows."""
    for shape in _resolved(schema, root):
        properties = shape.get("properties", {})
        constants = {key: each["const"] for key, each in properties.items() if "const" in each}
        if all(node.get(key) == value for key, value in constants.items()):
            yield shape


def _resolved(schema: Schema, root: Schema) -> Iterator[Schema]:
    if "$ref" in schema:
        yield from _resolved(root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], root)
        return
    alternatives = [*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])]
    if not alternatives:
        yield schema
    for each in alternatives:
        yield from _resolved(each, root)


def changed(document: Document, path: Path, value: Any) -> Document:
    """A copy of ``document`` with ``value`` at ``path``."""
    result = copy.deepcopy(document)
    put(result, path, value)
    return result


def put(document: Document, path: Path, value: Any) -> None:
    """Write ``value`` at ``path``."""
    node: Any = document
    for step in path[:-1]:
        node = node[step]
    if value is not REMOVED:
        node[path[-1]] = copy.deepcopy(value)
    elif isinstance(node, list):
        del node[int(path[-1])]
    else:
        node.pop(path[-1], None)
