"""Alerts that are right about this machine, and would hide all others: parts of a cluster that a laptop has not."""

import json
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from lab.alertmanager import NAME as ALERTMANAGER
from lab.context import Context
from lab.errors import LabError
from lab.process import request
from model import names

# Alert -> why it is right, and no news.
ABSENT = {
    "DnsDown": "no DNS of a cluster here",
    "KubernetesApiDown": "no Kubernetes API here",
}
AUTHOR = "belfry lab"
DAYS = 365


def silence_absent(context: Context) -> None:
    """Silence them, once: the silences outlive a restart. They are listed like any other. Raises LabError."""
    url = f"{context.url(ALERTMANAGER, names.ALERTMANAGER_PORT)}/api/v2/silences"
    status, said = request("GET", url)
    if status != HTTPStatus.OK:
        raise LabError(f"Alertmanager does not list its silences: {said}")
    silenced = {
        matcher["value"]
        for silence in json.loads(said)
        if silence["createdBy"] == AUTHOR and silence["status"]["state"] == "active"
        for matcher in silence["matchers"]
    }
    now = datetime.now(UTC)
    for alert, reason in sorted(ABSENT.items()):
        if alert not in silenced:
            silence = {
                "matchers": [{"name": "alertname", "value": alert, "isRegex": False, "isEqual": True}],
                "startsAt": now.isoformat(),
                "endsAt": (now + timedelta(days=DAYS)).isoformat(),
                "createdBy": AUTHOR,
                "comment": reason,
            }
            status, said = request("POST", url, body=json.dumps(silence))
            if status != HTTPStatus.OK:
                raise LabError(f"Alertmanager refuses a silence for {alert}: {said}")
