"""What a person reads: escaped, without scripts, and printed by a browser."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from lab.console.browser import find_browser
from model.problems import BadInput
from model.reports.building import build
from model.reports.history import Rows
from ops.reports import pdf, render
from tests.model.reports.examples import NOVEMBER, agreement, alert, exclusion, expected, row, subject

HOSTILE = "<script>alert(1)</script> | [x](javascript:alert(1)) `a`\n# b"


def document(text: str = "A new database.", name: str = "SloOutage") -> dict[str, Any]:
    about = subject(
        expected(agreement=agreement(reason=text)),
        expected(objective="latency", unit="minutes", target="95", feature="pay"),
    )
    days = NOVEMBER.days
    rows = [row(day, bad=2 if day < days[20] else 0) for day in days]
    rows += [row(day, objective="latency", target="95", covered_seconds=43_200, gaps=2) for day in days]
    found = Rows(
        objectives=rows,
        exclusions=[exclusion(days[3], reason=text)],
        alerts=[alert(days[2], 60, 65, alert=name)],
        sources=("Daily rows.",),
    )
    return build(about, found, NOVEMBER, "2026-12-01", notes=(text,)).model_dump(mode="json")


def test_html_holds_all_in_one_file_that_loads_and_runs_nothing() -> None:
    html = render.as_html(document())
    assert "20,000" not in html
    assert "<strong>1</strong> unknown" in html
    assert html.count("<rect") == 2 * 13
    assert "shop/api <strong>errors</strong>" in html
    tags = Tags()
    tags.feed(html)
    assert not {"script", "img", "link", "iframe", "object"} & tags.names
    assert not tags.addresses
    assert "default-src 'none'" in html


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.addresses += [
            value or "" for name, value in attributes if name in ("href", "src") or name.startswith("on")
        ]


def test_texts_of_others_are_text_in_both_forms() -> None:
    hostile = document(HOSTILE, HOSTILE)
    tags = Tags()
    tags.feed(render.as_html(hostile))
    assert "script" not in tags.names
    assert not tags.addresses
    shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(render.as_markdown(hostile))
    tags = Tags()
    tags.feed(shown)
    assert not {"script", "a"} & tags.names
    assert "<code>a</code>" not in shown
    assert shown.count("<h1>") == 1
    assert "alert(1)" in shown


def test_markdown_has_whole_tables() -> None:
    text = render.as_markdown(document())
    tables = [len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines() if line.startswith("|")]
    shown = MarkdownIt("commonmark").enable("table").render(text)
    assert shown.count("<tr>") > 10
    assert all(count > 2 for count in tables)
    assert "| 2026-11-03 01:00 UTC | 1 h 5 min | shop/api | shop | SloOutage | 1 |" in text
    assert "| shop/api errors | - ? |" in text
    assert "99.86 ! |" in text
    assert "| shop/api **errors** | missed | 99.9 % | 99.86 % | 40 of 30,000 | 133.4 % | -33.4 % | 100.0 %" in text
    assert "unknown: measured for 50.0 % of the time, at least 99 % count" in text
    assert "| 99.9 % | 99.99 % |" not in text


def test_numbers_are_written_for_people() -> None:
    assert [render.number(value) for value in (None, 0, 1234567, 0.25, 12.3456)] == [
        "-",
        "0",
        "1,234,567",
        "0.25",
        "12.35",
    ]
    assert [render.length(value) for value in (0, 59, 3600, 90_061)] == ["0 s", "59 s", "1 h", "1 d 1 h"]
    assert [render.bar(value) for value in (None, "50.0", "400.0", "-3")] == [0, 10, 30, 0]


def test_the_browser_prints_a_pdf() -> None:
    content = pdf.printed(render.as_html(document()), str(find_browser()))
    assert content.startswith(b"%PDF-")
    assert len(content) > 5000


def test_without_a_browser_there_is_one_clear_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadInput, match="--pdf: found no browser, which prints it; allowed: one of chromium, "):
        pdf.browser()
    with pytest.raises(BadInput, match="did not print it: exit code 1"):
        pdf.printed("", shutil.which("false", path="/bin:/usr/bin") or "")
