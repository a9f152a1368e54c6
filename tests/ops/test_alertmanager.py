"""Posts to a real Alertmanager."""

import json
import time
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from lab.process import request
from model.alarms.forwarding import HOLD_SECONDS, Alarms, AlarmState, Alert, AlertText
from ops.forwarder.alertmanager import HttpAlertmanager
from ops.forwarder.metrics import Metrics
from ops.http import Unreachable
from ops.serving import serve
from tests.rules.alertmanager import alertmanager as running

TEXT = AlertText(
    labels={"alertname": "RdsCpu", "alarm": 'prod-shop-"orders"', "severity": "critical"},
    annotations={"summary": "shop/orders: the CPU is full", "description": "Queries wait."},
    url="https://console.example.com/",
)


@pytest.fixture(name="alertmanager", scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpAlertmanager]:
    with running(tmp_path_factory.mktemp("alertmanager")) as server:
        yield HttpAlertmanager(server.url)


def shown(alertmanager: HttpAlertmanager) -> list[str]:
    _, answer = request("GET", f"{alertmanager.name}/api/v2/alerts?active=true")
    return [one["labels"]["alertname"] for one in json.loads(answer)]


def test_an_alert_fires_is_read_back_and_ends(alertmanager: HttpAlertmanager) -> None:
    now = time.time()
    alarms = Alarms({"orders": TEXT})
    alarms.learn(AlarmState(name="orders", value="ALARM", at=now - 60))
    alertmanager.post(alarms.alerts(now))

    assert shown(alertmanager) == ["RdsCpu"]
    assert all(alertmanager.has(alert) for alert in alarms.alerts(now))
    assert not any(alertmanager.has(alert) for alert in alarms.alerts(now + 1)), "this end was never posted"
    alarms.learn(AlarmState(name="orders", value="OK", at=now - 1))
    alertmanager.post(alarms.alerts(now))
    assert shown(alertmanager) == []


def test_what_alertmanager_refuses_is_reported_in_its_words(alertmanager: HttpAlertmanager) -> None:
    nameless = Alert(labels={}, annotations={}, starts=1, ends=1 + HOLD_SECONDS, url="")

    with pytest.raises(Unreachable, match=r"answers 400: .*label"):
        alertmanager.post([nameless])


def test_no_answer_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"http://127\.0\.0\.1:1/api/v2/alerts: "):
        HttpAlertmanager("http://127.0.0.1:1").post([])


def test_metrics_and_health_are_served() -> None:
    metrics = Metrics()
    metrics.firing.set(3)
    server = serve(metrics, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        assert "alarm_forwarder_firing_alarms 3.0" in request("GET", f"{url}/metrics")[1]
        assert request("GET", f"{url}/-/healthy") == (HTTPStatus.OK, "ok\n")
        metrics.alive = time.monotonic() - 301
        assert request("GET", f"{url}/-/healthy") == (HTTPStatus.SERVICE_UNAVAILABLE, "hung\n")
        assert request("GET", f"{url}/x")[0] == HTTPStatus.NOT_FOUND
    finally:
        server.shutdown()
        server.server_close()
