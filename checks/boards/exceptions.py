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
    "Boards choose by cluster, system and component, which every series of the catalog has and alerts carry; a job is "
    "a detail of scraping, an instance a pod that will be gone tomorrow. Recorded series have neither."
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
    "Links carry the chosen Prometheus from board to board by the name of its variable, so it has one name on all of "
    "them, also beside a second kind of data source."
)

EXEMPTIONS: Final = (
    Exemption(rule="template-job-rule", reason=_BY_COMPONENT),
    Exemption(rule="template-instance-rule", reason=_BY_COMPONENT),
    Exemption(rule="target-job-rule", reason=_BY_COMPONENT),
    Exemption(rule="target-instance-rule", reason=_BY_COMPONENT),
    *(Exemption(rule="template-datasource-rule", reason=_ONE_NAME, board=board) for board in _SEVERAL_SOURCES),
)
