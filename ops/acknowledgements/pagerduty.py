"""PagerDuty's REST API: which incidents are acknowledged, and what they are about.

What an incident is about stands in the details that Alertmanager sent (authoring/rules/receivers.py): names of labels.
"""

import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from model.alerting.acknowledgements import Acknowledgement
from ops.http import Unreachable, ask

PAGE = 100
LABELS = ("alertname", "system", "component", "team", "environment")


class PagerDuty:
    """PagerDuty as seen with the key of ``team``, which reads and changes nothing. ``url`` has no slash at the end."""

    def __init__(self, url: str, team: str, key: str) -> None:
        self.team = team
        self._url = url
        self._headers = {
            "Authorization": f"Token token={key}",
            "Accept": "application/vnd.pagerduty+json;version=2",
        }

    def acknowledged(self, environment: str) -> list[Acknowledgement]:
        """Acknowledged incidents of the team's alerts in ``environment``, and no others. Raises Unreachable."""
        found: dict[tuple[str, ...], Acknowledgement] = {}
        for incident in self.pages("incidents", "incidents", [("statuses[]", "acknowledged")]):
            for alert in self.pages(f"incidents/{urllib.parse.quote(incident['id'], safe='')}/alerts", "alerts", []):
                about = details(alert)
                ours = about.get("team") == self.team and about.get("environment") == environment
                if ours and alert.get("status") != "resolved":
                    labels = {label: about[label] for label in ("alertname", "system", "component")}
                    found[tuple(labels.values())] = Acknowledgement(
                        incident=incident["id"], by=_who(incident), team=self.team, **labels
                    )
        return list(found.values())

    def pages(self, path: str, key: str, query: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
        """All items of a listing, page after page. Raises Unreachable."""
        offset = 0
        while True:
            asked = urllib.parse.urlencode([*query, ("limit", str(PAGE)), ("offset", str(offset))])
            answer = ask("GET", f"{self._url}/{path}?{asked}", headers=self._headers, proxy=True)
            if not isinstance(answer, dict) or not isinstance(answer.get(key), list):
                raise Unreachable(f"{self._url}/{path} answers without {key}")
            yield from answer[key]
            if not answer.get("more"):
                return
            offset += PAGE


def team_keys(folder: Path) -> dict[str, str]:
    """Team -> its key. Kubernetes keeps versions of a Secret in hidden folders beside its files."""
    files = sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    return {file.name: file.read_text(encoding="utf-8").strip() for file in files}


def details(alert: Mapping[str, Any]) -> dict[str, str]:
    """The labels in an alert's details; empty where one is missing: it is none of ours."""
    body = alert.get("body") or {}
    details = (body.get("cef_details") or {}).get("details") or body.get("details") or {}
    details = details.get("custom_details") or details
    found = {label: details.get(label) for label in LABELS}
    return {label: str(value) for label, value in found.items()} if all(found.values()) else {}


def _who(incident: Mapping[str, Any]) -> str:
    names = [one.get("acknowledger", {}).get("summary") for one in incident.get("acknowledgements") or []]
    return next((str(name) for name in reversed(names) if name), "somebody")
