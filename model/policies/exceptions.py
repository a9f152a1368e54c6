"""Findings that are right as they are: by rule and URN, with a reason and a last day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from model.base import Model, Text
from model.calendar import Day
from model.model_file import read_model
from model.policies.registry import RULES
from model.policies.rule import Finding, Resource
from model.problems import Problem, raise_if_any

FILE: Final = "policy/exceptions.yaml"


class PolicyException(Model):
    """One exception, for some resources of one or several environments."""

    rule: str = Field(description="Name of a rule.")
    urns: Annotated[tuple[str, ...], Field(min_length=1, description="Exact URNs; they name their environment.")]
    reason: Text = Field(description="Why it is right as it is.")
    until: Day = Field(description="The last day on which it holds, in UTC.")


class Exceptions(Model):
    """``policy/exceptions.yaml``."""

    exceptions: tuple[PolicyException, ...] = ()

    @classmethod
    def load(cls, root: Path) -> "Exceptions":
        """The file below ``root``. Raises BadInput."""
        return read_model(cls, root / FILE, FILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Findings that stand, and those that are excepted, each with its reason."""

    open: tuple[Finding, ...]
    excepted: tuple[tuple[Finding, str], ...]


def judge(
    findings: Iterable[Finding], exceptions: Exceptions, resources: Iterable[Resource], environment: str, today: str
) -> Judged:
    """The ``findings`` of ``environment`` without what is excepted. ``today``: the day in UTC as ISO text.

    Raises BadInput for an exception of an unknown rule, for a URN of this environment that no resource has or that
    the rule does not find, and for one whose last day is over. A file that nobody tends would hide the next finding.
    """
    found = tuple(findings)
    raise_if_any(_problems(exceptions, found, {resource.urn for resource in resources}, environment, today))
    reasons = {(each.rule, urn): each.reason for each in exceptions.exceptions for urn in each.urns}
    return Judged(
        open=tuple(each for each in found if (each.rule, each.urn) not in reasons),
        excepted=tuple((each, reasons[each.rule, each.urn]) for each in found if (each.rule, each.urn) in reasons),
    )


def _problems(
    exceptions: Exceptions, found: tuple[Finding, ...], known: set[str], environment: str, today: str
) -> Iterator[Problem]:
    rules = [rule.name for rule in RULES]
    broken = {(each.rule, each.urn) for each in found}
    seen: set[tuple[str, str]] = set()
    for index, each in enumerate(exceptions.exceptions):
        where = f"{FILE}: exceptions[{index}]"
        if each.rule not in rules:
            yield Problem(f"{where}.rule", f"found unknown rule {each.rule!r}", ", ".join(rules))
            continue
        if each.until < today:
            yield Problem(f"{where}.until", f"found {each.until}, which is over", "a later day, or no exception")
        for urn in each.urns:
            if (each.rule, urn) in seen:
                yield Problem(f"{where}.urns", f"found {urn} twice for {each.rule}", "each once")
            seen.add((each.rule, urn))
            if not urn.startswith(f"urn:pulumi:{environment}::"):
                continue
            if urn not in known:
                yield Problem(f"{where}.urns", f"found {urn}, which no resource has", f"a URN of {environment}")
            elif (each.rule, urn) not in broken:
                yield Problem(f"{where}.urns", f"found {urn}, which {each.rule} does not find", "no exception")
