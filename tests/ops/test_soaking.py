"""A soak and a real Prometheus with the alerts of two hours: pages, burning objectives, and what nobody saw."""

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.http import Unreachable
from ops.promotion.soaking import PrometheusHistory
from tests.ops.test_gate_prometheus import wait_for
from tests.tools import find, run

HOUR, STEP = 3600, 15
# Labels of the alert -> the minutes within the two hours in which it fired.
FIRED = {
    'alertname="Watchdog",severity="none"': [(0, 60), (70, 120)],
    'alertname="NodeDown",severity="critical"': [(80, 82)],
    'alertname="SloFastBurn",severity="critical",system="shop",component="api"': [(5, 7)],
    'alertname="SloSlowBurn",severity="warning",system="shop",component="api"': [(100, 103)],
    'alertname="DiskFills",severity="warning",system="shop",component="api"': [(90, 110)],
}


def samples(begin: int) -> Iterator[str]:
    yield "# TYPE ALERTS gauge"
    for labels, minutes in FIRED.items():
        for first, last in minutes:
            for at in range(begin + first * 60, begin + last * 60, STEP):
                yield f'ALERTS{{alertstate="firing",{labels}}} 1 {at}'
        yield f'ALERTS{{alertstate="pending",{labels}}} 1 {begin}'


@pytest.fixture
def history(tmp_path: Path) -> Iterator[tuple[PrometheusHistory, int]]:
    begin = int(time.time()) // 60 * 60 - 2 * HOUR
    text = tmp_path / "samples.om"
    text.write_text("\n".join([*samples(begin), "# EOF", ""]))
    run("promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", text, tmp_path / "data")
    (tmp_path / "prometheus.yml").write_text("global: {}\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(find("prometheus")),
        f"--config.file={tmp_path / 'prometheus.yml'}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    history = PrometheusHistory(f"http://127.0.0.1:{port}")
    with (tmp_path / "output.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            wait_for(lambda: answers(history))
            yield history, begin
        finally:
            process.terminate()


def answers(history: PrometheusHistory) -> bool:
    try:
        return history.now() > 0
    except Unreachable:
        return False


def test_a_soak_has_the_pages_and_the_burning_objectives_of_its_time_and_no_gap_counts(
    history: tuple[PrometheusHistory, int],
) -> None:
    asked, begin = history
    assert abs(asked.now() - time.time()) < 60

    whole = asked.seen(begin, begin + 2 * HOUR)
    assert whole.pages == ("NodeDown", "SloFastBurn shop/api")
    assert whole.burning == ("SloFastBurn shop/api", "SloSlowBurn shop/api")
    # Ten minutes lack; a series counts for five minutes after its last sample.
    assert 1.8 * HOUR < whole.measured < 1.97 * HOUR

    later = asked.seen(begin + 75 * 60, begin + 79 * 60)
    assert (later.pages, later.burning) == ((), ())
    assert later.measured == pytest.approx(240, abs=15)

    before = asked.seen(begin - 2 * HOUR, begin - HOUR)
    assert (before.measured, before.pages) == (0, ())
