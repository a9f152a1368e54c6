"""The security posture of an account as numbers: what becomes of findings of Inspector, Security Hub and AWS Config."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

PASSED, FAILED = "PASSED", "FAILED"


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """An open finding with a fixed version. ``severity`` is lower case; ``image`` is the repository or the resource."""

    severity: str
    image: str


@dataclass(frozen=True, slots=True)
class ControlResult:
    """The result of one check: ``control`` such as S3.1, ``status`` as Security Hub has it."""

    control: str
    status: str


@dataclass(frozen=True, slots=True)
class Violation:
    """How many resources break a rule now. AWS Config counts to 25 and no further."""

    policy: str
    resources: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """A finding that was resolved; both times in seconds since 1970."""

    created: float
    resolved: float


def open_vulnerabilities(found: Iterable[Vulnerability]) -> Mapping[tuple[str, str], int]:
    """(severity, image) -> number of open vulnerabilities."""
    return Counter((one.severity, one.image) for one in found)


def score(results: Iterable[ControlResult]) -> Decimal | None:
    """Share of passed controls, 0 to 100, as the console of Security Hub shows it; None without any result.

    A control is failed when any of its checks is, and passed when one is and none failed. Checks that say neither
    (a warning, nothing to check) do not count. Source: "Calculating security scores" of the Security Hub user guide.
    """
    worst: dict[str, str] = {}
    for result in results:
        if result.status == FAILED or (result.status == PASSED and result.control not in worst):
            worst[result.control] = result.status
    if not worst:
        return None
    passed = sum(status == PASSED for status in worst.values())
    return Decimal(100 * passed) / len(worst)


def violations(found: Iterable[Violation]) -> Mapping[str, int]:
    """Policy -> number of resources that break it."""
    counted: Counter[str] = Counter()
    for violation in found:
        counted[violation.policy] += violation.resources
    return counted


def mean_time_to_resolve(found: Iterable[Resolved]) -> float | None:
    """Seconds, over all findings that were resolved; None without any. A clock that went back counts as zero."""
    times = [max(0.0, one.resolved - one.created) for one in found]
    return sum(times) / len(times) if times else None
