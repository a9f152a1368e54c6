"""What fires: from ALERTS, which every Prometheus writes for its own rules.

Each alert counts once. Copies for higher escalation levels (label ``level``) repeat their source, and one alert may
have many series (three objectives, ten pods), so counts are of distinct alerts or of distinct components.
"""

from collections.abc import Iterable

from authoring.dashboards.queries import chosen
from model import labels, names
from model.query_text import any_value, matcher
from model.vocabulary import Severity

NOTIFIED = f'{labels.SEVERITY}!="{Severity.NONE}"'
COLUMNS = (labels.SEVERITY, "alertname", labels.SYSTEM, labels.COMPONENT, labels.TEAM, labels.CLUSTER)
_COMPONENT = ", ".join((labels.CLUSTER, labels.SYSTEM, labels.COMPONENT))


def firing(where: str, *by: str) -> str:
    """The series of firing alerts, without escalated copies; ``where`` are more matchers."""
    return chosen.by("ALERTS", *by, where=f'alertstate="firing", {labels.LEVEL}="", {where}')


def firing_series(severity: str, *by: str) -> str:
    """One for each firing alert of a severity, without the labels that tell its series apart."""
    kept = ", ".join((labels.CLUSTER, "alertname", labels.SYSTEM, labels.COMPONENT, labels.TEAM))
    return f"group by ({kept}) ({firing(_equals(labels.SEVERITY, severity), *by)})"


def count(severity: Severity, *by: str) -> str:
    """How many alerts of a severity fire; 0 and not nothing when none does."""
    return f"count({_distinct(_equals(labels.SEVERITY, severity), *by)}) or vector(0)"


def components(severity: Severity, *by: str) -> str:
    """How many components have a firing alert of a severity, in each cluster; 0 and not nothing when none has."""
    return f"count({_components(severity, *by)}) or vector(0)"


def components_by_system(severity: Severity, *by: str) -> str:
    """The same by system; nothing for systems without any."""
    return f"count by ({labels.SYSTEM}) ({_components(severity, *by)})"


def table(*by: str, where: str = "") -> str:
    """A row for each alert that fires, with the number of its series; what asks for a person now comes first.

    ``where`` are more matchers.

    ``or`` keeps the order of its sides. By name or by number, thirty tickets would stand above the one page.
    """
    first = (Severity.CRITICAL, Severity.WARNING)
    others = f'{labels.SEVERITY}!~"{"|".join((*first, Severity.NONE))}"'
    every = (*(_equals(labels.SEVERITY, severity) for severity in first), others)
    more = f", {where}" if where else ""
    return " or ".join(f"count by ({', '.join(COLUMNS)}) ({firing(severity + more, *by)})" for severity in every)


def by_team(*by: str) -> str:
    """Firing alerts by team and severity."""
    return f"count by ({labels.TEAM}, {labels.SEVERITY}) ({_distinct(NOTIFIED, *by)})"


def watchdogs() -> str:
    """Watchdogs that fire: one for each Prometheus. An alert without a cluster counts, too."""
    return f"count({firing(_equals('alertname', names.WATCHDOG))}) or vector(0)"


def by_name(alerts: Iterable[str], *by: str) -> str:
    """How many of the named alerts fire, by name."""
    return f"count by (alertname) ({_distinct(any_value('alertname', alerts), *by)})"


def table_by_name(alerts: Iterable[str], *by: str) -> str:
    """A row for each of the named alerts that fires, with the number of its series."""
    return f"sort_desc(count by ({', '.join(COLUMNS)}) ({firing(any_value('alertname', alerts), *by)}))"


def _distinct(where: str, *by: str) -> str:
    return f"group by ({', '.join(COLUMNS)}) ({firing(where, *by)})"


def _components(severity: Severity, *by: str) -> str:
    return f"group by ({_COMPONENT}) ({firing(_equals(labels.SEVERITY, severity), *by)})"


def _equals(label: str, value: str) -> str:
    return matcher(label, value)
