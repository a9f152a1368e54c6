"""Simulated history: a real Prometheus reads it, and forecasts are made of it."""

import time
from pathlib import Path

import pytest

from lab.history import SERIES, WEEKS, open_metrics, write
from lab.layout import Layout
from lab.servers.prometheus import NAME as PROMETHEUS
from model.forecast.series import HOUR, WEEK, Refusal
from model.forecast.subjects import shipped
from model.problems import BadInput
from ops.forecast.command import Found, outlooks
from ops.reports.api import Api
from tests import tools
from tests.configs import servers
from tests.lab.faults.places import endpoints


@pytest.fixture
def up(layout: Layout) -> Layout:
    """Where the addresses say that something runs, with the pinned promtool."""
    layout.folder.mkdir(parents=True)
    endpoints(layout).write(layout)
    layout.tools.parent.mkdir(parents=True)
    layout.tools.symlink_to(Path(tools.find("promtool")).parent)
    layout.data(PROMETHEUS).mkdir(parents=True)
    return layout


def test_prometheus_reads_the_weeks_and_forecasts_are_made_of_them(up: Layout, tmp_path: Path) -> None:
    assert write(up.root, time.time()) == len(SERIES) * WEEKS * WEEK

    assert not [path for path in up.folder.iterdir() if path.name.startswith("tmp")]
    blocks = [path for path in up.data(PROMETHEUS).iterdir() if (path / "meta.json").exists()]
    assert len(blocks) <= WEEKS
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "data").symlink_to(up.data(PROMETHEUS))
    with servers.prometheus(tmp_path / "server") as url:
        found: Found = outlooks(Api(url), shipped(), time.time(), 28, lambda _: None)

    by_item = {one.item: one for one in found.outlooks}
    assert set(by_item) == {
        "simulated orders-0",
        "simulated images-0",
        "simulated cache-0",
        "simulated moved-0",
        "simulated requests.cpu",
    }
    # 0.3 in eight weeks, and 0.03 are left: less than the lead time.
    assert (urgent := found.outlooks[0]).item == "simulated orders-0"
    assert urgent.days_left == pytest.approx(5, abs=2)
    assert urgent.alerts
    assert by_item["simulated images-0"].days_left is not None
    assert by_item["simulated cache-0"].days_left is None
    assert by_item["simulated moved-0"].refused is Refusal.LEVEL_SHIFT


def test_the_same_hours_have_the_same_values_in_every_run() -> None:
    assert list(open_metrics(WEEK * HOUR)) == list(open_metrics(WEEK * HOUR))


def test_a_share_is_never_below_nothing_or_above_all() -> None:
    values = [float(line.split()[1]) for line in open_metrics(WEEK * HOUR) if not line.startswith("#")]

    assert 0 <= min(values) < max(values) <= 1


def test_without_a_running_environment_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no running local environment"):
        write(tmp_path, 0)

    assert not list(tmp_path.iterdir())


def test_what_promtool_says_is_the_error(up: Layout) -> None:
    up.data(PROMETHEUS).rmdir()
    up.data(PROMETHEUS).write_text("no folder")

    with pytest.raises(BadInput, match=r"promtool: .*not a directory"):
        write(up.root, time.time())
