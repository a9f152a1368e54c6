"""Kubernetes versions of EKS and how long AWS supports them.

Standard support lasts 14 months. After it a cluster costs 0.60 USD an hour instead of 0.10, and after extended support
AWS upgrades it by itself. There is no clock here: a version is compared with the day the table was read, or with the
day the settings name.
Source: EKS user guide, "Amazon EKS Kubernetes release calendar".
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from model.problems import Problem

AS_OF = "2026-11-30"  # dates as ISO text: they compare as they stand


class Support(NamedTuple):
    """Last days of standard and of extended support."""

    standard: str
    extended: str


VERSIONS: Mapping[str, Support] = {
    "1.30": Support("2025-07-23", "2026-07-23"),
    "1.31": Support("2025-11-26", "2026-11-26"),
    "1.32": Support("2026-03-23", "2027-03-23"),
    "1.33": Support("2026-07-29", "2027-07-29"),
    "1.34": Support("2026-12-02", "2027-12-02"),
    "1.35": Support("2027-03-27", "2028-03-27"),
}

DATE = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


def version_problems(where: str, version: str, today: str | None = None) -> list[Problem]:
    """A mistake for a version that EKS does not offer (any more)."""
    day = today or AS_OF
    offered = [known for known, support in VERSIONS.items() if support.extended >= day]
    if version in offered:
        return []
    past = VERSIONS.get(version)
    found = f"version {version}, which EKS ended on {past.extended}" if past else f"unknown EKS version {version!r}"
    return [Problem(where, f"found {found}", ", ".join(offered))]


def version_warning(version: str, today: str | None = None) -> str | None:
    """What to say of a version that EKS offers, but no longer under standard support."""
    day, support = today or AS_OF, VERSIONS[version]
    if support.standard >= day:
        return None
    current = [known for known, other in VERSIONS.items() if other.standard >= day]
    return (
        f"EKS {version} left standard support on {support.standard}: the control plane costs six times as much, and "
        f"AWS upgrades it after {support.extended}. In standard support: {', '.join(current) or 'none known'}"
    )
