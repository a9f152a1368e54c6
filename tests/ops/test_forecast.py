"""The verb ``forecast``: from a Prometheus to the summary, the page and the metrics."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from model.forecast.outlook import outlook
from model.forecast.series import DAY, HOUR, MOST_WEEKS, WEEK, Hourly
from model.forecast.subjects import shipped
from model.problems import BadInput
from model.vocabulary import Environment
from ops.cli import app
from ops.forecast import command, summary
from ops.forecast.picture import band
from ops.reports.api import Api
from tests.model.forecast.kinds import made

NOW = 1_796_000_000.0
WEEKS = 8
SUBJECTS = shipped()


class Prometheus(Api):
    """Answers with series of shares by the hour, in place of asking."""

    def __init__(self, series: dict[str, list[tuple[dict[str, str], list[float]]]]) -> None:
        super().__init__("http://127.0.0.1:1")
        self.series = series
        self.spans: list[tuple[float, float, int]] = []

    def now(self) -> float:
        return NOW

    def over(self, query: str, start: float, end: float, step: int) -> list[Any]:
        self.spans.append((start, end, step))
        name = next(name for name, subject in SUBJECTS.items() if subject.hourly == query)
        return [
            (labels, [(end - (len(values) - 1 - hour) * HOUR, value) for hour, value in enumerate(values)])
            for labels, values in self.series.get(name, [])
        ]


def filling(days: float, weeks: int = WEEKS) -> list[float]:
    """Full in so many days: a fortieth a day, with a little noise."""
    noise = made("week and noise", "n", weeks * WEEK)
    now = weeks * WEEK
    return [1 - (days + (now - hour) / DAY) / 80 + (value - 100) / 20_000 for hour, value in enumerate(noise)]


def volume(name: str) -> dict[str, str]:
    return {"cluster": "eu", "namespace": "shop", "persistentvolumeclaim": name}


def found(**series: list[tuple[dict[str, str], list[float]]]) -> command.Found:
    lines: list[str] = []
    api = Prometheus({name.replace("_", "-"): rows for name, rows in series.items()})
    return command.outlooks(api, SUBJECTS, NOW, 28, lines.append)


def shown(result: command.Found) -> dict[str, Any]:
    return command.document(Environment.PROD, result, SUBJECTS)


def test_the_most_urgent_limit_comes_first_and_a_refused_series_says_why() -> None:
    result = found(
        volume=[(volume("slow"), filling(60)), (volume("new"), filling(1, weeks=1)), (volume("full"), filling(5))],
        quota=[({"cluster": "eu", "namespace": "shop", "resource": "pods"}, filling(20))],
    )

    rows = shown(result)["rows"]

    assert [row["title"] for row in rows] == [
        "Volumes: shop full",
        "Quotas of namespaces: shop pods",
        "Volumes: shop slow",
        "Volumes: shop new",
    ]
    assert [row["alerts"] for row in rows] == [True, False, False, False]
    assert rows[0]["days_left"] == pytest.approx(5, abs=1.5)
    assert rows[0]["earliest"] <= rows[0]["likely"]
    assert rows[2]["days_left"] is None
    assert rows[3]["refused"] == "It has less than 4 weeks of values."
    assert [picture["title"] for picture in shown(result)["pictures"]] == [row["title"] for row in rows[:3]]


def test_a_quarter_is_asked_for_by_the_hour_and_ends_with_a_whole_hour() -> None:
    api = Prometheus({})

    command.outlooks(api, {"volume": SUBJECTS["volume"]}, NOW, 28, lambda _: None)

    ((start, end, step),) = api.spans
    assert (end % HOUR, step) == (0, HOUR)
    assert NOW - HOUR < end <= NOW
    assert end - start == (MOST_WEEKS * WEEK - 1) * HOUR


def test_only_so_many_items_are_forecast_and_the_report_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "MOST_ITEMS", 1)

    result = found(volume=[(volume("b"), [0.5]), (volume("a"), [0.5])])

    assert [one.item for one in result.outlooks] == ["shop a"]
    assert result.notes == ["Volumes: 2 items; the first 1 by name were forecast."]


def test_clusters_are_named_where_there_are_several() -> None:
    two = [({**volume("a"), "cluster": cluster}, filling(60)) for cluster in ("eu", "us")]

    assert [row["title"] for row in shown(found(volume=two))["rows"]] == ["Volumes: eu: shop a", "Volumes: us: shop a"]


def test_the_metrics_say_a_number_for_every_item_so_that_an_older_one_is_replaced() -> None:
    result = found(volume=[(volume("full"), filling(5)), (volume("slow"), filling(90)), (volume("new"), [0.1])])

    gauges = list(command.metrics(result))

    left = {labels["item"]: value for name, labels, value in gauges if name == "capacity_forecast_days_left"}
    assert left["shop full"] < 7
    assert left["shop slow"] == 28
    assert "shop new" not in left
    use = {
        (labels["bound"], labels["ahead"]): value
        for name, labels, value in gauges
        if name == "capacity_forecast_use" and labels["item"] == "shop full"
    }
    assert use["low", "28d"] < use["middle", "28d"] < use["high", "28d"]
    assert use["high", "1d"] < use["high", "7d"] < use["high", "28d"]


def test_the_summary_fits_80_columns() -> None:
    result = found(volume=[(volume("a-very-long-name-of-a-claim-that-somebody-made-" * 3), filling(5))])
    console = Console(width=80, record=True, file=None, force_terminal=False, highlight=False, quiet=False)

    summary.show(shown(result), ["build/prod/reports/forecast-2026-11-30.html"], console)

    lines = console.export_text().splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert "met within 28 days: 1; sooner than they can be raised: 1" in " ".join(map(str.strip, lines))


def test_what_others_named_is_escaped_in_the_page() -> None:
    hostile = '<script>alert(1)</script>"&'
    result = found(volume=[(volume(hostile), filling(5))])

    svg = band(hostile, result.outlooks[0])

    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


def test_a_picture_has_past_band_middle_and_limit() -> None:
    one = outlook("volume", SUBJECTS["volume"], volume("a"), Hourly(0, tuple(filling(5))))

    svg = band("Volumes: shop a", one)

    assert len(re.findall("<polyline", svg)) == 2
    (edges,) = re.findall(r'<polygon [^>]*points="([^"]*)"', svg)
    assert len(edges.split()) == 2 * 28 * DAY
    assert "100 %" in svg
    with pytest.raises(ValueError, match="no forecast"):
        band("x", outlook("volume", SUBJECTS["volume"], volume("a"), Hourly(0, ())))


def test_an_unknown_subject_is_an_error_that_lists_all() -> None:
    with pytest.raises(BadInput, match=r"found 'disks'.*volume, node-disk"):
        command.chosen(SUBJECTS, ["disks"])
    assert list(command.chosen(SUBJECTS, ["quota"])) == ["quota"]


@pytest.fixture
def prometheus(monkeypatch: pytest.MonkeyPatch) -> Prometheus:
    fake = Prometheus({"volume": [(volume("full"), filling(5))]})
    monkeypatch.setattr("ops.forecast.verb.Api", lambda _: fake)
    return fake


@pytest.mark.usefixtures("prometheus")
def test_the_verb_writes_the_report_sends_metrics_and_exits_with_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr("ops.otlp.ask", lambda *given, **_: sent.append(given))
    (tmp_path / ".local/lab").mkdir(parents=True)
    (tmp_path / ".local/lab/endpoints.json").write_text(
        json.dumps({"prometheus": "http://127.0.0.1:1", "otlp_http": "http://127.0.0.1:2"})
    )

    done = CliRunner().invoke(app, ["forecast", "--env", "local", "--publish", "--root", str(tmp_path), "--json"])

    assert done.exit_code == 3, done.output
    assert json.loads(done.stdout)["alerts"] == 1
    files = {path.suffix: path.read_text() for path in (tmp_path / "build/local/reports").iterdir()}
    assert set(files) == {".md", ".html", ".json"}
    assert "<svg" in files[".html"]
    assert "Volumes: shop full" in files[".md"]
    ((method, url, body, *_),) = sent
    assert (method, url) == ("POST", "http://127.0.0.1:2/v1/metrics")
    names = [one["name"] for one in body["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]]
    assert "capacity_forecast_days_left" in names


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--env", "moon"], "--env: found 'moon'"),
        (["--env", "prod"], "--prometheus: found nothing to read from"),
        (["--env", "local"], "`make up`"),
        (["--env", "prod", "--prometheus", "http://127.0.0.1:1", "--days", "0"], "--days: found 0; allowed: 1 to 90"),
        (["--env", "prod", "--prometheus", "http://127.0.0.1:1", "--subject", "x"], "--subject: found 'x'"),
        (["--env", "prod", "--prometheus", "no url"], "--prometheus"),
    ],
)
@pytest.mark.usefixtures("prometheus")
def test_bad_input_is_one_clear_error_and_writes_nothing(options: list[str], said: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["forecast", *options, "--root", str(tmp_path)])

    assert done.exit_code == 2
    assert said in done.stderr
    assert not list(tmp_path.iterdir())
