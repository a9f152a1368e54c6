"""The pictures of the boards: there for each, drawn of every kind of panel, and the same bytes each time."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pictures import __main__, charts, drawing, frames, grafana
from pictures.charts import ink_on, step_colour
from pictures.frames import Curve
from pictures.synthetic.store import NOW
from pictures.themes import DARK, LIGHT
from pictures.units import shown
from tests.tools import PROJECT

BOARDS = [json.loads(path.read_text("utf-8")) for path in sorted((PROJECT / "dashboards" / "grafana").glob("*.json"))]
DOCS = PROJECT / "docs"
PIXELS_TALL = 34


def board(*panels: dict[str, Any]) -> dict[str, Any]:
    placed = [
        {
            "id": number,
            "title": "A title",
            "gridPos": {"x": 0, "y": 6 * number, "w": 12, "h": 6},
            "targets": [{"refId": "A", "datasource": {"type": "prometheus"}, "legendFormat": "{{x}}", "expr": "up"}],
            "fieldConfig": {"defaults": {"thresholds": {"steps": [{"color": "#009E73", "value": None}]}}},
            **panel,
        }
        for number, panel in enumerate(panels)
    ]
    return {"uid": "b", "title": "A board", "time": {"from": "now-1h"}, "templating": {"list": []}, "panels": placed}


def curve(*values: float, name: str = "x", letter: str = "A", **labels: str) -> Curve:
    times = range(NOW - 300 * (len(values) - 1), NOW + 1, 300)
    return Curve(name, letter, labels, list(zip(times, values, strict=True)))


def test_every_board_has_its_pictures_and_its_place_on_the_page() -> None:
    assert {path.stem for path in (DOCS / "dashboards").glob("*.png")} == {
        f"{one['uid']}{ending}" for one in BOARDS for ending in ("", "-light")
    }
    text = (DOCS / "dashboards.md").read_text(encoding="utf-8")
    assert text.split(__main__.MARK)[1] == __main__.text(BOARDS), "run `make pictures`"


def test_pictures_are_small() -> None:
    for path in (DOCS / "dashboards").glob("*.png"):
        assert path.stat().st_size <= 120_000, path.name


def test_every_kind_of_panel_is_drawn_and_twice_the_same(tmp_path: Path) -> None:
    kinds = ("stat", "timeseries", "table", "state-timeline", "heatmap", "nodeGraph", "logs")
    one = board(*({"type": kind} for kind in kinds))
    found = {number: [curve(1, 2, 3, le="1"), curve(3, 2, 1, name="y", le="2")] for number in range(len(kinds) - 1)}
    for path, theme in ((tmp_path / "dark", DARK), (tmp_path / "again", DARK), (tmp_path / "light", LIGHT)):
        assert drawing.draw(one, {}, found, theme, path) == []
        with Image.open(path) as image:
            assert image.convert("RGB").getpixel((1, 1)) == tuple(bytes.fromhex(theme.ground[1:]))
            assert image.height > PIXELS_TALL * 6 * len(kinds)
    assert (tmp_path / "dark").read_bytes() == (tmp_path / "again").read_bytes()


def test_a_number_with_limits_of_its_own_has_their_colour(tmp_path: Path) -> None:
    own = {"id": "thresholds", "value": {"steps": [{"color": "#D55E00", "value": None}]}}
    defaults = {"thresholds": {"steps": [{"color": "#009E73", "value": None}]}}
    fields = {
        "defaults": defaults,
        "overrides": [{"matcher": {"id": "byName", "options": "x"}, "properties": [own]}],
    }
    one = board({"type": "stat", "fieldConfig": fields})
    drawing.draw(one, {}, {0: [curve(1), curve(1, name="y")]}, DARK, tmp_path / "x.png")
    with Image.open(tmp_path / "x.png") as image:
        drawn = {colour for _, colour in image.convert("RGB").getcolors(1 << 20) or ()}
    assert {(0xD5, 0x5E, 0x00), (0x00, 0x9E, 0x73)} <= drawn


def test_columns_of_a_table_have_their_widths_and_the_others_share_the_rest() -> None:
    width = {"id": "custom.width", "value": 100}
    fields = {"overrides": [{"matcher": {"id": "byName", "options": "Left"}, "properties": [width]}]}
    panel = {"fieldConfig": fields}
    assert charts.columns(panel, ["Name", "Left", "Team"], 500) == [(0, 200), (200, 100), (300, 200)]
    assert charts.columns(panel, ["Left"], 500) == [(0, 500)]


def test_text_that_does_not_fit_is_cut_and_reported(tmp_path: Path) -> None:
    narrow = board(
        {"type": "stat", "title": "A title that is far too long", "gridPos": {"x": 0, "y": 0, "w": 2, "h": 4}}
    )
    assert drawing.draw(narrow, {}, {}, DARK, tmp_path / "x.png") == ["A title that is far too long"]


def test_a_table_has_its_columns_in_order_and_a_row_for_each_set_of_labels() -> None:
    organize = {
        "includeByName": {"team": True, "Value #A": True, "Value #B": True},
        "excludeByName": {"Time": True},
        "indexByName": {"team": 0, "Value #A": 2, "Value #B": 1},
        "renameByName": {"team": "Team", "Value #A": "Left", "Value #B": "Lost"},
    }
    panel = {"targets": [{"refId": "A"}, {"refId": "B"}], "transformations": [{"id": "organize", "options": organize}]}
    table = frames.table(panel, [curve(1, team="a"), curve(2, team="b"), curve(3, letter="B", team="b")])
    assert table.headings == ["Team", "Lost", "Left"]
    assert table.rows == [["a", None, 1], ["b", 3, 2]]


def test_variables_are_chosen_one_after_the_other_and_filled_in() -> None:
    lists = {
        "list": [
            {"name": "system", "type": "query", "query": 'label_values(info{cluster=~".*"}, system)'},
            {
                "name": "part",
                "type": "query",
                "query": 'label_values(info{system="$system"}, part)',
                "includeAll": True,
            },
        ]
    }
    asked = []

    def options(selector: str, label: str) -> list[str]:
        asked.append(selector)
        return {"system": ["a", "b"], "part": ["x", "y"]}[label]

    found = list(grafana.choices({"templating": lists}, options, {}))
    assert found == [{"system": "a", "part": "x|y"}, {"system": "b", "part": "x|y"}]
    assert asked == ['info{cluster=~".*"}', 'info{system="a"}', 'info{system="b"}']
    assert list(grafana.choices({"templating": lists}, options, {"system": "c"})) == []
    span = grafana.Span(3600, 30)
    text = 'rate(x{s=~"$system"}[$__rate_interval]) / ${part:regex} $1'
    assert grafana.filled(text, found[0], span) == 'rate(x{s=~"a"}[120s]) / x|y $1'


def test_a_step_is_one_of_grafanas_and_never_below_the_panels_own() -> None:
    panel = {"interval": "30s", "maxDataPoints": 400}
    assert grafana.Span.of(panel, 3600).step == 30
    assert grafana.Span.of(panel, 21_600).step == 60
    assert grafana.Span.of(panel, 7 * 86_400).step == 1800


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.9987, "percentunit", "99.9%"),
        (3600, "s", "1 hours"),
        (0.0123, "s", "12.3 ms"),
        (1536, "bytes", "1.5 KiB"),
        (12_345, "short", "12.3 K"),
        (2_500_000, "Bps", "2.5 MB/s"),
        (4.2, "reqps", "4.2 req/s"),
        (1200, "currencyUSD", "$1.2k"),
        (7, "none", "7"),
        (float("nan"), "none", "NaN"),
    ],
)
def test_numbers_are_shown_as_grafana_shows_them(value: float, unit: str, text: str) -> None:
    assert shown(value, unit) == text


def test_a_number_has_the_colour_of_the_step_it_reached() -> None:
    steps: list[dict[str, Any]] = [
        {"color": "#D55E00", "value": None},
        {"color": "#E69F00", "value": 1},
        {"color": "#009E73", "value": 2},
    ]
    assert [step_colour(steps, value) for value in (0.9, 1, 5)] == ["#D55E00", "#E69F00", "#009E73"]
    # Amber of Okabe and Ito's palette is not bright enough for Grafana to write dark on it.
    assert [ink_on(colour) for colour in ("#F6BB00", "#E69F00", "#D55E00")] == ["#202226", "#F7F8FA", "#F7F8FA"]
