"""The report on a change: what a pull request's comment is made of, and the shape of ``report.json``.

Every text is bounded and every list too: the file comes from a run of a fork's own code, so it may hold anything.
"""

from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, ValidationError

from model.base import Model
from model.file import parse_json
from model.policies.rule import Level
from model.problems import BadInput, Problem, from_validation
from model.secret_shapes import one_line
from model.vocabulary import Environment, Vocabulary

LONGEST: Final = 400
MOST: Final = 5_000
MAX_BYTES: Final = 4 * 1024 * 1024
"""Of ``report.json``. Every resource of four environments changed makes about 1 MB."""


class Action(Vocabulary):
    """What happens to something."""

    NEW = ("new", "It was not there.")
    CHANGED = ("changed", "It is another now.")
    REPLACED = ("replaced", "It is deleted and made again.")
    REMOVED = ("removed", "It is gone.")


class Topic(Vocabulary):
    """A section of the report; they come in this order, and are cut from the last."""

    ROUTES = ("routes", "Who is notified")
    ALARMS = ("alarms", "CloudWatch alarms")
    RULES = ("rules", "Alerting rules")
    OBJECTIVES = ("objectives", "Objectives")
    RIGHTS = ("rights", "Rights")
    NETWORK = ("network", "Network paths")
    CHARTS = ("charts", "Helm releases")
    DASHBOARDS = ("dashboards", "Dashboards")
    RECORDING = ("recording", "Recording rules")
    OTHER = ("other", "Other resources")


def _clean(text: str) -> str:
    return one_line(text, LONGEST)


Line = Annotated[str, AfterValidator(_clean)]
Where = Annotated[tuple[Environment, ...], Field(min_length=1, max_length=len(Environment))]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Money = Annotated[Decimal, Field(ge=0, le=10**9)]


class Entry(Model):
    """One change in words, for the environments in which it is the same."""

    action: Action
    subject: Line
    detail: Line = ""
    environments: Where


class Section(Model):
    """Entries of one topic."""

    topic: Topic
    entries: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=MOST)]


class PolicyEntry(Model):
    """One finding of a policy; ``new``: the base does not have it."""

    rule: Line
    level: Level
    subject: Line
    message: Line
    new: bool
    environments: Where


class Summary(Model):
    """Resources of one environment by what happens to them, and dollars a month before and after."""

    environment: Environment
    create: Count
    update: Count
    replace: Count
    delete: Count
    usd_before: Money | None = None
    usd_after: Money | None = None

    @property
    def changes(self) -> int:
        """How many resources change."""
        return self.create + self.update + self.replace + self.delete


class Report(Model):
    """A whole report. ``notes``: what could not be compared, and why."""

    format: Literal[1] = 1
    base: Annotated[str, Field(pattern=r"^[0-9a-f]{7,40}$")]
    head: Annotated[str, Field(pattern=r"^[0-9a-f]{7,40}(\+)?$", description="With +: and what is not committed.")]
    summaries: Annotated[tuple[Summary, ...], Field(max_length=len(Environment))] = ()
    stateful: Annotated[tuple[Entry, ...], Field(max_length=MOST)] = ()
    policies: Annotated[tuple[PolicyEntry, ...], Field(max_length=MOST)] = ()
    sections: Annotated[tuple[Section, ...], Field(max_length=len(Topic))] = ()
    notes: Annotated[tuple[Line, ...], Field(max_length=100)] = ()

    def entries(self, topic: Topic) -> tuple[Entry, ...]:
        """The entries of a topic."""
        return next((section.entries for section in self.sections if section.topic is topic), ())


def read_report(data: bytes, where: str) -> Report:
    """The report in ``data``, which nobody vouches for. Raises BadInput; the message quotes no more than a line."""
    if len(data) > MAX_BYTES:
        raise BadInput([Problem(where, f"the file has {len(data)} bytes", f"at most {MAX_BYTES}")])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput([Problem(where, f"byte {error.start} is not UTF-8", "a file in UTF-8")]) from None
    try:
        return Report.model_validate(parse_json(text, where))
    except ValidationError as error:
        raise BadInput(from_validation(where, error, Report)) from None
