"""Alerts that are right about this machine, and would hide all others: of what is not here."""

import json
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from lab.context import Context
from lab.errors import LabError
from lab.process import request
from lab.servers.alertmanager import NAME as ALERTMANAGER
from lab.workload.demand import Demand
from model import names
from model.catalog.catalog import Catalog

# Alert -> why it is right, and no news.
ABSENT = {
    "DnsDown": "no DNS of a cluster here",
    "KubernetesApiDown": "no Kubernetes API here",
}
# Of the chosen systems it is news.
OF_WORKLOAD = "LogsMissing"
AUTHOR = "belfry lab"
DAYS = 365
# What one silence matches: each label, the regular expression of its value, and whether it must match.
Matchers = frozenset[tuple[str, str, bool]]


def wanted(demand: Demand | None, catalog: Catalog) -> dict[Matchers, str]:
    """What is to be silenced, and why. ``demand``: of the workload, None without one."""
    found = {frozenset({("alertname", alert, True)}): reason for alert, reason in ABSENT.items()}
    every = tuple(system.system for system in catalog.systems)
    running = (demand.systems or every) if demand else ()
    if set(running) != set(every):
        others = ("system", "|".join(sorted(running)), False)
        shown = f"only of {', '.join(sorted(running))}" if running else "of nobody"
        found[frozenset({("alertname", OF_WORKLOAD, True), others})] = f"a workload runs {shown}"
    return found


def silence_absent(context: Context) -> None:
    """Silence that, and nothing more: of former silences of the lab, the superfluous end. Raises LabError.

    Silences outlive a restart of Alertmanager, and are listed like any other.
    """
    api = f"{context.url(ALERTMANAGER, names.ALERTMANAGER_PORT)}/api/v2"
    status, said = request("GET", f"{api}/silences")
    if status != HTTPStatus.OK:
        raise LabError(f"Alertmanager does not list its silences: {said}")
    present = {
        frozenset((each["name"], each["value"], each["isEqual"]) for each in silence["matchers"]): silence["id"]
        for silence in json.loads(said)
        if silence["createdBy"] == AUTHOR and silence["status"]["state"] == "active"
    }
    asked = wanted(context.demand, Catalog.load(context.layout.root / "catalog"))
    now = datetime.now(UTC)
    for matchers, reason in asked.items():
        if matchers not in present:
            silence = {
                "matchers": [
                    {"name": name, "value": value, "isRegex": True, "isEqual": equal}
                    for name, value, equal in sorted(matchers)
                ],
                "startsAt": now.isoformat(),
                "endsAt": (now + timedelta(days=DAYS)).isoformat(),
                "createdBy": AUTHOR,
                "comment": reason,
            }
            status, said = request("POST", f"{api}/silences", body=json.dumps(silence))
            if status != HTTPStatus.OK:
                raise LabError(f"Alertmanager refuses a silence: {reason}: {said}")
    for matchers in present.keys() - asked.keys():
        status, said = request("DELETE", f"{api}/silence/{present[matchers]}")
        if status != HTTPStatus.OK:
            raise LabError(f"Alertmanager does not end a silence: {said}")
