"""What a real Prometheus and a real Jaeger make of what the collectors push."""

from pathlib import Path

import pytest

from tests.configs.collectors import wait_for
from tests.configs.servers import get, running_jaeger, series
from tests.configs.sink import send
from tests.configs.test_traces_run import trace
from tests.configs.wired import POD, SECONDS, Platform


@pytest.fixture(scope="module")
def pushed(platform: Platform) -> None:
    """A trace and a line that breaks the contract."""
    send(platform.agent.listen, "/v1/traces", trace(5 << 40, "order-processor"))
    platform.write(POD.replace("7d9f", "8e0a"), "backend", "another plain line")


@pytest.mark.usefixtures("pushed")
@pytest.mark.parametrize(
    "selector",
    [
        'traces_span_metrics_calls_total{system="order-processor",component="backend",cluster="test"}',
        'traces_span_metrics_duration_seconds_bucket{system="order-processor",le="0.5"}',
        'log_lines_malformed_total{system="cloudmart",component="backend",log_malformed="not-json"}',
        'log_lines_total{system="cloudmart",component="backend",cluster="test"}',
    ],
)
def test_prometheus_stores_the_series_under_the_names_that_rules_and_panels_use(prometheus: str, selector: str) -> None:
    found = wait_for(lambda: series(prometheus, selector), SECONDS)

    assert found
    assert found[0]["instance"] == "otel-0"


@pytest.mark.usefixtures("pushed")
def test_jaeger_finds_rates_and_durations_of_a_service_in_prometheus(prometheus: str, tmp_path: Path) -> None:
    assert wait_for(lambda: series(prometheus, "traces_span_metrics_calls_total"), SECONDS)
    with running_jaeger(tmp_path, prometheus) as ports:
        window: dict[str, str | int] = {"lookback": 60_000, "step": 1_000, "ratePer": 600_000, "spanKind": "server"}
        url = f"http://127.0.0.1:{ports.query}"

        def rates(of: str, **more: str | int) -> list[object]:
            # A rate needs a second sample.
            answer = wait_for(
                lambda: (get(url, f"/api/metrics/{of}", service="backend", **window, **more) or {}).get("metrics"),
                SECONDS,
            )
            return list(answer or [])

        assert rates("calls")
        assert rates("latencies", quantile="0.95")
