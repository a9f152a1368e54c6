"""Where a rule does not hold, and why. An exception without ``board`` holds for all of them."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """Findings of ``rule`` on ``board`` (and its ``panel``) that are meant. Empty is any."""

    rule: str
    reason: str
    board: str = ""
    panel: str = ""


_BY_COMPONENT: Final = (
    "Dashboards filter by cluster, system and component, which all series of the catalog and all alerts have; a job "
    "is a detail of scraping, an instance is a short-lived pod. Recorded series have neither."
)

# Boards of more than one kind of data source.
_SEVERAL_SOURCES: Final = (
    "belfry-aws",
    "belfry-cost",
    "belfry-dynamodb",
    "belfry-logs",
    "belfry-real-users",
    "belfry-security",
    "belfry-service",
    "belfry-traces",
)
_ONE_NAME: Final = (
    "Links pass the selected Prometheus between dashboards by variable name, so the variable has the same name on "
    "all of them, even with a second kind of data source."
)

EXEMPTIONS: Final = (
    Exemption(rule="template-job-rule", reason=_BY_COMPONENT),
    Exemption(rule="template-instance-rule", reason=_BY_COMPONENT),
    Exemption(rule="target-job-rule", reason=_BY_COMPONENT),
    Exemption(rule="target-instance-rule", reason=_BY_COMPONENT),
    *(Exemption(rule="template-datasource-rule", reason=_ONE_NAME, board=board) for board in _SEVERAL_SOURCES),
)
