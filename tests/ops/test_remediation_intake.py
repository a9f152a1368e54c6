"""Notifications of Alertmanager: read, kept once, and refused when they are cut or too many."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ops.remediation.intake import Busy, Intake, Malformed, read
from tests.model.remediation.examples import NOW, alert


def notification(**values: Any) -> dict[str, Any]:
    return {
        "status": "firing",
        "labels": {"alertname": "SloOutage", "system": "shop", "component": "api", "environment": "dev"},
        "annotations": {"summary": "x"},
        "startsAt": datetime.fromtimestamp(NOW - 60, UTC).isoformat().replace("+00:00", "Z"),
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "",
        "fingerprint": "f1",
        **values,
    }


def webhook(*alerts: dict[str, Any], **values: Any) -> bytes:
    """As Alertmanager 0.34 writes it."""
    return json.dumps(
        {
            "version": "4",
            "groupKey": "{}/{}:{}",
            "truncatedAlerts": 0,
            "notification_reason": "new",
            "status": "firing",
            "receiver": "remediation",
            "alerts": list(alerts) or [notification()],
            **values,
        }
    ).encode()


def test_a_webhook_is_read_as_alerts_with_how_many_were_left_out() -> None:
    assert read(webhook()) == [alert()]
    cloudwatch = {"alertname": "RdsMemoryLow", "source": "cloudwatch", "system": "shop", "environment": "dev"}
    [first, second] = read(webhook(notification(status="resolved"), notification(labels=cloudwatch), truncatedAlerts=7))
    assert (first.firing, second.firing, second.name, second.component) == (False, True, "RdsMemoryLow", "")
    assert first.truncated == 7


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (webhook()[:-40], "Invalid JSON"),
        (webhook(version="5"), "version"),
        (webhook(truncatedAlerts=-1), "truncatedAlerts"),
        (webhook(notification(fingerprint="; rm")), "alerts.0.fingerprint"),
        (webhook(notification(startsAt="2026-01-01T00:00:00")), "alerts.0.startsAt"),
        (webhook(notification(status="secret-word")), "alerts.0.status"),
        (b"\xff", "Invalid JSON"),
    ],
)
def test_what_was_cut_or_is_no_webhook_is_refused_without_showing_it(body: bytes, said: str) -> None:
    with pytest.raises(Malformed) as error:
        read(body)
    assert said in str(error.value)
    assert "secret-word" not in str(error.value)


def test_both_of_a_pair_and_repeats_wait_once_and_an_end_is_news() -> None:
    async def check() -> None:
        queue = Intake()
        assert (queue.put([alert()]), queue.put([alert()]), len(queue)) == (1, 0, 1)
        assert queue.put([alert(firing=False), alert(starts=NOW)]) == 2
        assert await queue.take(1) == [alert(), alert(firing=False), alert(starts=NOW)]
        assert (len(queue), await queue.take(0.01)) == (0, [])

    asyncio.run(check())


@pytest.mark.parametrize("order", [(0, 3), (3, 0)])
def test_of_two_copies_the_one_that_was_cut_counts(order: tuple[int, int]) -> None:
    async def check() -> None:
        queue = Intake()
        for truncated in order:
            queue.put([alert(truncated=truncated)])
        assert [one.truncated for one in await queue.take(1)] == [3]

    asyncio.run(check())


def test_a_full_queue_takes_repeats_and_nothing_else_and_never_a_half() -> None:
    queue = Intake(most=2)
    queue.put([alert(fingerprint="a"), alert(fingerprint="b")])
    assert queue.put([alert(fingerprint="b")]) == 0
    with pytest.raises(Busy):
        queue.put([alert(fingerprint="a"), alert(fingerprint="c")])
    assert len(queue) == 2
