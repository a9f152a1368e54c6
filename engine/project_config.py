"""The part `config:` of Pulumi.yaml, written from the types of the settings: what Pulumi fills in and shows.

The texts are the settings' own, so that a new key is described in one file. Pulumi has one level of keys; those below
are named, with their allowed values or their own keys.
"""

import enum
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pydantic
from pydantic.fields import FieldInfo

from engine.workspace import PROJECT_FILE
from model.file import read_text
from model.problems import BadInput, Problem
from stacks.settings import NAMESPACE, SECRETS_KEY, StackFile

_START = "\nconfig:\n"
_SECRETS = "Receivers' secrets by name: pulumi config set --secret --path 'belfry:secrets.NAME'."


def write(root: Path, *, check: bool) -> bool:
    """Write the part into the file below ``root``, or only ``check``; whether it differs. Raises BadInput."""
    path = root / PROJECT_FILE
    text = read_text(path, PROJECT_FILE)
    head, start, _ = text.partition(_START)
    if not start:
        raise BadInput([Problem(PROJECT_FILE, "found no config", "the key config, which is the last one")])
    changed = head + start + config()
    if changed != text and not check:
        path.write_text(changed, encoding="utf-8")
    return changed != text


def config() -> str:
    """The lines below `config:`."""
    parts = [_key(name, _described(field)) for name, field in StackFile.model_fields.items()]
    secrets = {"type": "object", "secret": True, "description": _SECRETS}
    return "".join([*parts, _key(SECRETS_KEY, secrets)])


def _key(name: str, values: dict[str, Any]) -> str:
    # JSON's text is YAML's too.
    lines = [f"    {key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items()]
    return f"  {NAMESPACE}:{name}:\n{''.join(lines)}"


def _described(field: FieldInfo) -> dict[str, Any]:
    kind = _type(field.annotation)
    found: dict[str, Any] = {"type": kind}
    if kind == "array":
        found["items"] = {"type": _type(get_args(field.annotation)[0])}
    models = list(_models(field.annotation))
    text = field.description or (models[0].__doc__ or "").partition("\n")[0].replace("``", "`")
    found["description"] = " ".join([text, *_keys_of(field, models)])
    if not field.is_required():
        # Pulumi demands a key without a default. An empty object is a part without its own keys, or none.
        found["default"] = {"object": {}, "array": []}.get(kind, field.default)
    return found


def _type(annotation: Any) -> str:
    if annotation is bool:
        return "boolean"
    if get_origin(annotation) is tuple:
        return "array"
    return "object" if any(_models(annotation)) else "string"


def _keys_of(field: FieldInfo, models: list[type[pydantic.BaseModel]]) -> Iterator[str]:
    """A sentence about the keys below; of each kind, where the key ``discriminator`` tells kinds apart."""
    if not models:
        yield from (f"Allowed: {allowed}." for allowed in _values(field.annotation))
        return
    tag = field.discriminator
    for model in models if isinstance(tag, str) else models[:1]:
        (kind,) = _values(model.model_fields[tag].annotation) if isinstance(tag, str) else ("",)
        keys = ", ".join(_named(name, one) for name, one in model.model_fields.items() if name != tag)
        yield f"Keys with {tag} {kind}: {keys}." if kind else f"Keys: {keys}."


def _named(name: str, field: FieldInfo) -> str:
    inner = [one.alias or key for model in _models(field.annotation) for key, one in model.model_fields.items()]
    details = ", ".join(dict.fromkeys(inner)) or next(_values(field.annotation), "")
    return (field.alias or name) + (f" ({details})" if details else "")


def _models(annotation: Any) -> Iterator[type[pydantic.BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _values(annotation: Any) -> Iterator[str]:
    """The words that are allowed, if they are few words: `single, ha or distributed`."""
    words: list[str] = []
    for one in (annotation, *get_args(annotation)):
        if get_origin(one) is Literal:
            words += map(str, get_args(one))
        elif isinstance(one, type) and issubclass(one, enum.Enum):
            words += map(str, one)
    if words:
        yield " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))
