"""A YAML file as a typed model, or all of its mistakes."""

from pathlib import Path
from typing import TypeVar

import pydantic

from model.base import Model
from model.problems import BadInput, from_validation
from model.yaml_file import read_yaml

M = TypeVar("M", bound=Model)


def read_model(model: type[M], path: Path, shown_as: str | None = None) -> M:
    """The file ``path`` as ``model``. ``shown_as`` names it in errors, by default its own name. Raises BadInput."""
    shown = shown_as or path.name
    try:
        return model.model_validate(read_yaml(path, shown))
    except pydantic.ValidationError as error:
        raise BadInput(from_validation(shown, error, model)) from None
