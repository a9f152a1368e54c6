"""YAML files as a typed model, or all of their mistakes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import pydantic

from model.base import Model
from model.problems import BadInput, Problem, from_validation, raise_if_any
from model.yaml_file import read_yaml

M = TypeVar("M", bound=Model)


def read_model(model: type[M], path: Path, shown_as: str | None = None) -> M:
    """The file ``path`` as ``model``. ``shown_as`` names it in errors, by default its own name. Raises BadInput."""
    shown = shown_as or path.name
    try:
        return model.model_validate(read_yaml(path, shown))
    except pydantic.ValidationError as error:
        raise BadInput(from_validation(shown, error, model)) from None


def read_table(folder: Path) -> dict[str, Any]:
    """A table that is divided into the YAML files of ``folder``, by name of file. Raises BadInput.

    A key that two files have is a mistake: one of them would be lost.
    """
    found: dict[str, Any] = {}
    file_of: dict[str, str] = {}
    problems = []
    for path in sorted(folder.glob("*.yaml")):
        shown = f"{folder.name}/{path.name}"
        rows = read_yaml(path, shown)
        if not isinstance(rows, Mapping):
            raise BadInput([Problem(shown, f"found {type(rows).__name__}", "a YAML mapping")])
        for key, row in rows.items():
            if key in found:
                problems.append(Problem(f"{shown}: {key}", f"it is in {file_of[key]} too", "one of them"))
            found[key], file_of[key] = row, shown
    raise_if_any(problems)
    return found
