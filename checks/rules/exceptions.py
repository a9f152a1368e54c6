"""Where a finding is right as it is: a list with reasons, beside the linter."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Annotated

from pydantic import Field

from checks.finding import Finding
from checks.rules.findings import Kind
from model.base import Model, Text
from model.model_file import read_model
from model.problems import Problem, raise_if_any

FILE = "checks/rules/exceptions.yaml"


class Exceptions(Model):
    """Rules, by name, that one check passes over."""

    kind: Kind
    rules: Annotated[tuple[str, ...], Field(min_length=1)]
    reason: Text


class ExceptionFile(Model):
    """The file."""

    exceptions: tuple[Exceptions, ...]


def load(root: Path) -> ExceptionFile:
    """Raises BadInput."""
    return read_model(ExceptionFile, root / FILE, FILE)


def without(findings: Iterable[Finding], given: ExceptionFile, rules: Collection[str]) -> tuple[Finding, ...]:
    """The findings that no exception covers, sorted. ``rules``: names of all that were looked at.

    Raises BadInput for an exception that its rule does not need any more. One of a rule that is not there is left
    alone: which generated rules there are follows from the catalog, and comes and goes with it.
    """
    findings = tuple(findings)
    covered = {(each.kind, rule) for each in given.exceptions for rule in each.rules}
    unused = covered - {(finding.check, finding.subject) for finding in findings}
    raise_if_any(
        Problem(
            FILE, f"found the exception {kind} of {rule}, which does not need it", "an existing finding, or remove it"
        )
        for kind, rule in unused
        if rule in rules
    )
    return tuple(sorted(finding for finding in findings if (finding.check, finding.subject) not in covered))
