"""Alertmanager's configuration with the inhibitions of the systems that an environment watches.

They are bundles of their own, one a system: a change of one system's dependencies changes no file of another's.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pydantic

from model.assets import Assets, BundleKind
from model.base import Model
from model.problems import BadInput, Problem, from_validation, or_problems, raise_if_any
from model.yaml_file import parse_yaml
from model.yaml_text import to_yaml


class InhibitionFile(Model):
    """Inhibition rules as Alertmanager reads them, below the key that its configuration has them under."""

    inhibit_rules: tuple[dict[str, Any], ...]


def alertmanager_config(assets: Assets) -> str:
    """The text of ``alertmanager.yaml``, with the inhibitions among ``assets``. Raises BadInput."""
    (config,) = assets.of(BundleKind.ALERTMANAGER)
    inhibitions = {asset.file: asset.text for asset in assets.of(BundleKind.ALERTMANAGER_INHIBITIONS)}
    return with_inhibitions(config.file, config.text, inhibitions)


def with_inhibitions(file: str, config: str, inhibitions: Mapping[str, str]) -> str:
    """``config``, the text of ``file``, with the rules of ``inhibitions`` (file -> text) behind its own.

    Without inhibitions it is ``config``, byte by byte. Raises BadInput with the mistakes of all files.
    """
    if not inhibitions:
        return config
    problems: list[Problem] = []
    rules = [
        rule
        for name, text in sorted(inhibitions.items())
        for rule in or_problems(partial(_rules, name, text), problems) or ()
    ]
    raise_if_any(problems)
    document = parse_yaml(config, file)
    return to_yaml({**document, "inhibit_rules": [*(document.get("inhibit_rules") or ()), *rules]})


def _rules(file: str, text: str) -> tuple[dict[str, Any], ...]:
    try:
        return InhibitionFile.model_validate(parse_yaml(text, file)).inhibit_rules
    except pydantic.ValidationError as error:
        raise BadInput(from_validation(file, error, InhibitionFile)) from None
