"""What other programs print, as far as evidence is made of it: `ops gate` and `ops verify`, as JSON; and plans."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeVar

import pydantic
from pydantic import BaseModel, ConfigDict, Field

from model.problems import BadInput, Problem, from_validation
from model.promotion.evidence import Line, Moment, Result
from model.vocabulary import Environment

_MOST: Final = 5_000
_RESULTS: Final = {str(word): word for word in Result}
M = TypeVar("M", bound=BaseModel)


class _Output(BaseModel):
    """A part of what a program prints; what else is in it is not read."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class GateAnswer(_Output):
    """``python -m ops gate --json``."""

    environment: Environment
    time: Moment
    system: Line
    answer: Literal["allowed", "blocked", "unknown"]
    passes: bool
    overridden: bool = False


class CheckOutput(_Output):
    """One check of a verification. What was not checked is not known."""

    check: Line
    verdict: Literal["passed", "failed", "unknown", "not checked"]
    text: Line = ""

    @property
    def result(self) -> Result:
        """The verdict as evidence has it."""
        return _RESULTS.get(self.verdict, Result.UNKNOWN)


class VerificationOutput(_Output):
    """``python -m ops verify --json``. ``commit`` is what it verified, where it knows that.

    ``systems_left_out``: those that it did not ask about. Checks that are left out are not among ``checks``.
    """

    exit_code: Annotated[int, Field(ge=0, le=255)]
    environment: Environment
    commit: str | None = None
    time: Moment
    checks: Annotated[tuple[CheckOutput, ...], Field(max_length=_MOST)]
    systems_left_out: Annotated[tuple[Line, ...], Field(max_length=_MOST)]

    @property
    def verdict(self) -> Result:
        """Of the whole, by the exit code: 0 all passed, 1 something failed, and otherwise nobody knows."""
        return {0: Result.PASSED, 1: Result.FAILED}.get(self.exit_code, Result.UNKNOWN)


def read_output(model: type[M], document: Any, where: str) -> M:
    """``document`` as ``model``; ``where`` names it in errors. Raises BadInput."""
    try:
        return model.model_validate(document)
    except pydantic.ValidationError as error:
        raise BadInput(from_validation(where, error, model)) from None


def plan_digest(plan: Mapping[str, Any]) -> str:
    """The sha256 of a plan's content, the same for every way to write the same JSON."""
    text = json.dumps(plan, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def refuse_other(what: str, found: str, asked: str, where: str) -> None:
    """Raise BadInput unless a program's output is about the environment or commit that is ``asked``."""
    if found != asked:
        raise BadInput([Problem(f"{where}: {what}", f"found {found}", asked)])
