"""What fires: from ALERTS, which every Prometheus writes for its own rules."""

from collections.abc import Iterable

from authoring.dashboards.queries import chosen
from model import labels, names
from model.vocabulary import Severity

TOLD = f'{labels.SEVERITY}!="{Severity.NONE}"'
OF_A_ROW = (labels.SEVERITY, "alertname", labels.SYSTEM, labels.COMPONENT, labels.TEAM, labels.CLUSTER)


def firing_series(severity: str, *by: str) -> str:
    """One for each firing alert of a severity, without the labels that tell its series apart."""
    kept = ", ".join((labels.CLUSTER, "alertname", labels.SYSTEM, labels.COMPONENT, labels.TEAM))
    return f"group by ({kept}) ({_firing(_equals(labels.SEVERITY, severity), *by)})"


def count(severity: Severity, *by: str) -> str:
    """How many alerts of a severity fire; 0 and not nothing when none does."""
    return f"count({_firing(_equals(labels.SEVERITY, severity), *by)}) or vector(0)"


def by_system(severity: Severity, *by: str) -> str:
    """Firing alerts of a severity by system."""
    return f"count by ({labels.SYSTEM}) ({_firing(_equals(labels.SEVERITY, severity), *by)})"


def table(*by: str) -> str:
    """A row for each alert that fires, with the number of its series; what asks for a person now comes first.

    ``or`` keeps the order of its sides. By name or by number, thirty tickets would stand above the one page.
    """
    first = (Severity.CRITICAL, Severity.WARNING)
    others = f'{labels.SEVERITY}!~"{"|".join((*first, Severity.NONE))}"'
    every = (*(_equals(labels.SEVERITY, severity) for severity in first), others)
    return " or ".join(f"count by ({', '.join(OF_A_ROW)}) ({_firing(where, *by)})" for where in every)


def by_team(*by: str) -> str:
    """Firing alerts by team and severity."""
    return f"count by ({labels.TEAM}, {labels.SEVERITY}) ({_firing(TOLD, *by)})"


def watchdogs() -> str:
    """Watchdogs that fire: one for each Prometheus. An alert without a cluster counts, too."""
    return f"count({_firing(f'alertname={chr(34)}{names.WATCHDOG}{chr(34)}')}) or vector(0)"


def of_names(found: Iterable[str], *by: str) -> str:
    """How many of the named alerts fire, by name."""
    return f"count by (alertname) ({_firing(_one_of('alertname', found), *by)})"


def table_of_names(found: Iterable[str], *by: str) -> str:
    """A row for each of the named alerts that fires, with the number of its series."""
    return f"sort_desc(count by ({', '.join(OF_A_ROW)}) ({_firing(_one_of('alertname', found), *by)}))"


def _firing(where: str, *by: str) -> str:
    return chosen.by("ALERTS", *by, where=f'alertstate="firing", {where}')


def _equals(label: str, value: str) -> str:
    return f'{label}="{value}"'


def _one_of(label: str, values: Iterable[str]) -> str:
    return f'{label}=~"{"|".join(values)}"'
