"""Notifications as the inbox takes them, and the alert that each is about."""

from typing import Any

import pytest

from lab.faults.fault import Expected
from lab.faults.messages import message
from model.vocabulary import Severity

OUTAGE = Expected(
    alert="SloOutage",
    severity=Severity.CRITICAL,
    team="cloudmart",
    system="cloudmart",
    component="ai-service",
    objective="availability",
)
TITLE = "SloOutage of cloudmart/ai-service in prod"


def item(kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {"id": 1, "at": "2026-03-01T00:00:10.250Z", "kind": kind, "receiver": "r", "payload": payload}


def page(action: str) -> dict[str, Any]:
    reported = {"summary": "x", "severity": "critical", "class": "SloOutage", "group": "cloudmart"}
    return {"event_action": action, "dedup_key": "k", "payload": {**reported, "component": "ai-service"}}


def hook(status: str) -> dict[str, Any]:
    labels = {"alertname": "SloOutage", "system": "cloudmart", "component": "ai-service"}
    return {"status": status, "alerts": [{"labels": labels}]}


@pytest.mark.parametrize(
    ("kind", "payload", "firing"),
    [
        pytest.param("pagerduty", page("trigger"), True, id="a page"),
        pytest.param("pagerduty", page("resolve"), False, id="the end of a page"),
        pytest.param("slack", {"attachments": [{"title": f"[FIRING 2] {TITLE}"}]}, True, id="a chat message"),
        pytest.param("slack", {"attachments": [{"title": f"[RESOLVED] {TITLE}"}]}, False, id="its end"),
        pytest.param("email", {"subject": f"[FIRING 1] Level 2: {TITLE}"}, True, id="a mail of a higher level"),
        pytest.param("sns", {"Subject": f"[RESOLVED] {TITLE}"}, False, id="a topic"),
        pytest.param("webhook", hook("firing"), True, id="a webhook"),
        pytest.param("webhook", hook("resolved"), False, id="the end in a webhook"),
    ],
)
def test_a_notification_names_its_alert(kind: str, payload: dict[str, Any], firing: bool) -> None:
    reported = message(item(kind, payload))

    assert reported is not None
    assert reported.is_about(OUTAGE)
    assert (reported.firing, reported.receiver, reported.kind) == (firing, "r", kind)
    assert reported.at == 1772323210.25


@pytest.mark.parametrize(
    "title",
    [
        "[FIRING 1] SloFastBurn of cloudmart/ai-service in prod",
        "[FIRING 1] SloOutage of cloudmart/backend in prod",
        "[FIRING 1] SloOutage of generic/ai-service in prod",
        "[FIRING 1] SloOutage of cloudmart in prod",
    ],
)
def test_it_names_no_other_alert(title: str) -> None:
    reported = message(item("email", {"subject": title}))

    assert reported is not None
    assert not reported.is_about(OUTAGE)


@pytest.mark.parametrize("kind", ["pagerduty", "slack", "email", "sns", "webhook"])
@pytest.mark.parametrize("payload", [None, [], "text", 7, {}, {"payload": 1, "alerts": []}, {"attachments": [1]}])
def test_what_anyone_may_send_is_no_alert(kind: str, payload: Any) -> None:
    assert message(item(kind, payload)) is None


def test_what_is_no_alert_names_none() -> None:
    assert message(item("email", {"subject": "Welcome"})) is None
