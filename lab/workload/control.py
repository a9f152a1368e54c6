"""Client of the running workload's control API, for faults and console. ``endpoint`` is `Endpoints.workload`.

``GET /effects`` lists them, ``PUT /effects`` replaces all by a list, ``DELETE /effects`` takes all away, ``GET /state``
says how the workload is.
"""

from collections.abc import Sequence
from http import HTTPStatus

from pydantic import TypeAdapter

from lab.errors import LabError
from lab.process import request
from lab.workload.effects import Effect, Effects
from model.base import Model
from model.problems import BadInput, Problem


class Part(Model):
    """A component or resource that runs. ``kind`` as in the catalog."""

    system: str
    component: str
    kind: str


class State(Model):
    """How the workload is, since it began.

    ``lag_seconds``: how late the generator is at most of the last minute; above `TOO_LATE` the machine does not carry
    the load. ``skipped``: arrivals that were never started because of that.
    """

    parts: tuple[Part, ...]
    load: float
    offered_per_second: float
    lag_seconds: float
    carried: bool
    requests: int
    skipped: int
    spans: int
    log_records: int
    log_lines: int
    log_lines_dropped: int = 0


class _Refused(Model):
    """The answer to effects that nobody can have."""

    problems: tuple[tuple[str, str, str], ...]


def apply(endpoint: str, effects: Sequence[Effect]) -> None:
    """Have exactly ``effects``. Raises BadInput for an unknown part or a field without a meaning, and LabError."""
    _ask("PUT", f"{endpoint}/effects", Effects.dump_json(tuple(effects), exclude_unset=True).decode())


def clear(endpoint: str) -> None:
    """Take every effect away. Raises LabError."""
    _ask("DELETE", f"{endpoint}/effects")


def present(endpoint: str) -> tuple[Effect, ...]:
    """The effects there are. Raises LabError."""
    return Effects.validate_json(_ask("GET", f"{endpoint}/effects"))


def state(endpoint: str) -> State:
    """How the workload is. Raises LabError."""
    return TypeAdapter(State).validate_json(_ask("GET", f"{endpoint}/state"))


def _ask(method: str, url: str, body: str | None = None) -> str:
    status, said = request(method, url, body=body)
    if status == HTTPStatus.BAD_REQUEST:
        raise BadInput([Problem(*each) for each in _Refused.model_validate_json(said).problems])
    if status != HTTPStatus.OK:
        raise LabError(f"the workload does not answer {method} {url}: {said.strip() or status}")
    return said
