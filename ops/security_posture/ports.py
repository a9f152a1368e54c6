"""What the reader needs of AWS, in its own words: one method for each number."""

from collections.abc import Iterable
from typing import Protocol

from model.security.posture import ControlResult, Resolved, Violation, Vulnerability


class SourceUnavailable(Exception):
    """A service is switched off, refuses, or does not answer: its numbers are unknown and not zero."""


class Inspector(Protocol):
    """Amazon Inspector."""

    def vulnerabilities(self) -> Iterable[Vulnerability]:
        """Open critical and high vulnerabilities with a fixed version. Raises SourceUnavailable."""


class SecurityHub(Protocol):
    """AWS Security Hub."""

    def control_results(self) -> Iterable[ControlResult]:
        """The results of all checks that are not suppressed. Raises SourceUnavailable."""

    def resolved(self) -> Iterable[Resolved]:
        """Critical and high findings that were resolved in the last 30 days. Raises SourceUnavailable."""


class Config(Protocol):
    """AWS Config."""

    def violations(self) -> Iterable[Violation]:
        """The rules that any resource breaks now. Raises SourceUnavailable."""
