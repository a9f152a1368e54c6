"""Secrets in plain text in a stack's file: found by the names of their keys, refused without showing a value."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from model.problems import Problem
from model.secret_shapes import SECRETS_KEY, holds_secret
from model.yaml_file import read_yaml


def plain_secrets(config: Mapping[str, Any], stack: str) -> Iterator[Problem]:
    """A mistake for each plain secret in the ``config`` of ``Pulumi.<stack>.yaml``; encrypted ones are ``secure``."""
    for key, value in config.items():
        yield from _found(value, str(key), key == SECRETS_KEY or holds_secret(str(key)), stack)


def plain_secrets_in(root: Path, stack: str) -> tuple[Problem, ...]:
    """The same of the file in ``root``; none where Pulumi keeps the configuration elsewhere. Raises BadInput.

    By the file, not by the engine: that says of a whole value only whether any part of it is encrypted.
    """
    file = f"Pulumi.{stack}.yaml"
    document = read_yaml(root / file, file) if (root / file).exists() else {}
    config = document.get("config") if isinstance(document, dict) else None
    return tuple(plain_secrets(config if isinstance(config, dict) else {}, stack))


def _found(value: Any, path: str, secret: bool, stack: str) -> Iterator[Problem]:
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            return
        for key, inner in value.items():
            yield from _found(inner, f"{path}.{key}", secret or holds_secret(str(key)), stack)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _found(inner, f"{path}[{number}]", secret, stack)
    elif secret and value not in (None, "") and not isinstance(value, bool):
        command = f"`pulumi config set --stack {stack} --secret --path '{path}'`, which encrypts it"
        yield Problem(f"Pulumi.{stack}.yaml: {path}", "found a secret in plain text", command)
