"""What the engine knows about drift, as JSON: resources that differ, and the objects that the cluster should hold."""

from typing import Annotated, Any, Literal

import pydantic
from pydantic import Field

from model.base import Model
from model.problems import BadInput, from_validation
from model.vocabulary import Environment, Vocabulary


class Side(Vocabulary):
    """Which two things differ."""

    PROGRAM = ("program", "The program and the state: somebody did not deploy, or deployed something else.")
    REALITY = ("reality", "The state and AWS or the cluster: somebody changed a resource by hand.")
    CLUSTER = ("cluster", "The manifests and the cluster: somebody changed an object that Helm or Pulumi installed.")


class Difference(Model):
    """One resource that differs. ``paths`` of its properties, without their values, which may be secret."""

    urn: Annotated[str, Field(min_length=1)]
    change: Annotated[str, Field(description="create, update, replace or delete.")]
    paths: tuple[str, ...] = ()


class EngineReport(Model):
    """One run of ``python -m engine drift``. ``reality`` is absent where it cannot be asked."""

    version: Literal[1] = 1
    environment: Environment
    program: tuple[Difference, ...]
    reality: tuple[Difference, ...] | None
    objects: tuple[dict[str, Any], ...] = Field(description="Kubernetes objects of the state, those of charts too.")
    limits: tuple[str, ...] = Field(default=(), description="What cannot be compared, by its nature.")
    failures: tuple[str, ...] = Field(default=(), description="What should have been compared.")


def read_report(document: Any, where: str) -> EngineReport:
    """The report in ``document``; ``where`` names it in errors. Raises BadInput."""
    try:
        return EngineReport.model_validate(document)
    except pydantic.ValidationError as error:
        raise BadInput(from_validation(where, error, EngineReport)) from None
