"""The configuration of a stack as an offline run sees it: plain values as they are, secrets made up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from model.problems import BadInput, Problem
from model.secret_shapes import SECRETS_KEY
from model.yaml_file import read_yaml

Changes = Mapping[str, Mapping[str, Any]]
"""Keys of a stack's configuration -> entries that this run alone puts into their values; None takes one away."""

_MADE_UP = "simulated, because an offline run cannot decrypt"
# Keys of the file that belong to its secrets provider; the throw-away stack has its own.
_ENCRYPTION_KEYS = ("encryptionsalt", "encryptedkey", "secretsprovider")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackConfig:
    """``settings`` is the file to write; ``secrets`` maps a config path to the made-up value to set as a secret."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    made_up: tuple[str, ...] = ()


def offline_config(
    root: Path, environment: str, secrets: Mapping[str, str], changes: Changes = MappingProxyType({})
) -> StackConfig:
    """Read ``Pulumi.<environment>.yaml`` in ``root`` (never written); lay ``changes`` and made-up ``secrets`` over it.

    ``secrets`` are names and values of ``belfry:secrets``. Raises BadInput when the file is missing or no mapping.
    """
    name = f"Pulumi.{environment}.yaml"
    document = read_yaml(root / name, name)
    if not isinstance(document, dict) or not isinstance(document.get("config") or {}, dict):
        raise BadInput([Problem(name, "no mapping", "a mapping with the key 'config'")])
    config: dict[str, Any] = document.get("config") or {}
    config = {**config, **{key: _laid(config.get(key) or {}, entries) for key, entries in changes.items()}}
    encrypted = sorted(path for key, item in config.items() for path in _encrypted(item, key))
    made = dict.fromkeys(encrypted, _MADE_UP)
    made |= {f'{SECRETS_KEY}["{secret}"]': value for secret, value in sorted(secrets.items())}
    notes = [f"the secret {path}" for path in encrypted if not path.startswith(SECRETS_KEY)]
    if names := sorted({path.removeprefix(SECRETS_KEY).strip('["]') for path in made if path.startswith(SECRETS_KEY)}):
        notes.append(f"the secrets in {SECRETS_KEY}: {', '.join(names)}")
    settings = {key: item for key, item in document.items() if key not in (*_ENCRYPTION_KEYS, "environment", "config")}
    if "environment" in document:
        notes.append(f"nothing is read from the Pulumi ESC environments that {name} imports")
    return StackConfig(
        settings={**settings, "config": {key: _blank(item) for key, item in config.items()}},
        secrets=made,
        made_up=tuple(notes),
    )


def _laid(present: Mapping[str, Any], entries: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry for name, entry in {**present, **entries}.items() if entry is not None}


def _is_secure(item: object) -> bool:
    return isinstance(item, dict) and set(item) == {"secure"}


def _encrypted(item: object, at: str) -> Iterator[str]:
    if _is_secure(item):
        yield at
    elif isinstance(item, dict):
        for key, nested in item.items():
            yield from _encrypted(nested, f'{at}["{key}"]')
    elif isinstance(item, list):
        for index, nested in enumerate(item):
            yield from _encrypted(nested, f"{at}[{index}]")


def _blank(item: Any) -> Any:
    """``item`` with each ciphertext emptied: it keeps its place in a list until the made-up value is set there."""
    if _is_secure(item):
        return ""
    if isinstance(item, dict):
        return {key: _blank(nested) for key, nested in item.items()}
    if isinstance(item, list):
        return [_blank(nested) for nested in item]
    return item
