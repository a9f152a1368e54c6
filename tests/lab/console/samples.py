"""Notifications as Alertmanager sent them with the shipped configuration, one of each kind."""

from typing import Any

RUNBOOK = "https://github.com/example/belfry/blob/main/docs/runbooks/SloOutage.md"
BOARD = "http://127.0.0.1:3000/d/belfry-slo?var-system=cloudmart"
SUMMARY = "cloudmart/backend availability: more than half of the requests fail"
DESCRIPTION = "Within 30 seconds 97.3 % of the events were bad; the objective is 99.9 % over 30d."
TITLE = "[FIRING 1] SloOutage of cloudmart/backend in prod"

PAGERDUTY: dict[str, Any] = {
    "routing_key": "pagerduty-cloudmart",
    "dedup_key": "5f0c",
    "event_action": "trigger",
    "payload": {
        "summary": SUMMARY,
        "source": "Alertmanager",
        "severity": "critical",
        "class": "SloOutage",
        "component": "backend",
        "group": "cloudmart",
        "custom_details": {
            "description": DESCRIPTION,
            "dashboard_url": BOARD,
            "runbook_url": RUNBOOK,
            "firing": "Labels:\n - alertname = SloOutage\n - component = backend\n",
            "num_firing": "1",
            "num_resolved": "0",
            "resolved": "",
        },
    },
    "client": "Alertmanager",
    "client_url": "http://127.0.0.1:9093",
}
SLACK: dict[str, Any] = {
    "channel": "#cloudmart-alerts",
    "username": "Alertmanager",
    "attachments": [
        {
            "title": TITLE,
            "text": f"*{SUMMARY}*\n{DESCRIPTION}\n<{RUNBOOK}|Runbook>  <{BOARD}|Dashboard>\n\n"
            "<http://127.0.0.1:9093/#/silences/new|Silence>",
            "fallback": TITLE,
            "color": "danger",
            "mrkdwn_in": ["fallback", "pretext", "text"],
        }
    ],
}
MAIL: dict[str, Any] = {
    "from": "alertmanager@monitoring.svc",
    "to": ["cloudmart-lead@example.com"],
    "subject": TITLE,
    "text": f"{TITLE}\n\nFiring\n\n{SUMMARY}\n{DESCRIPTION}\nRunbook: {RUNBOOK}\n",
    "html": f'<!DOCTYPE html><html lang="en"><body style="color:#222222"><h1>{TITLE}</h1></body></html>',
}
WATCHDOG: dict[str, Any] = {"status": "firing", "commonLabels": {"alertname": "Watchdog", "severity": "none"}}
