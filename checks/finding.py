"""What a check objects to, in one shape for rules, dashboards and rendered charts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One broken rule.

    ``source``: a file, the uid of a dashboard, or a Helm release. ``line``: of the file, else 0. ``subject``: the rule,
    panel or object in it; empty if the finding is about the whole source. ``check``: the name of what is broken.
    """

    source: str
    line: int
    subject: str
    check: str
    message: str

    def __str__(self) -> str:
        where = f"{self.source}:{self.line}" if self.line else self.source
        return ": ".join((where, *filter(None, (self.subject,)), f"{self.message} [{self.check}]"))
