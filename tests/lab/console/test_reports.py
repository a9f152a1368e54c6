"""The pages of SLO reports: the list, each file, and what is not there."""

import os
from pathlib import Path

import pytest

from lab.console.reports import MOST
from tests.lab.console.fakes import Fakes
from tests.lab.console.test_server import ask


def get(fakes: Fakes, path: str) -> tuple[int, str]:
    status, _, text = ask(fakes.console, path)
    return status, text


@pytest.fixture
def folder(fakes: Fakes) -> Path:
    found = fakes.layout.root / "build" / "local" / "reports"
    (found / "rows" / "slo_daily").mkdir(parents=True)
    return found


def put(folder: Path, name: str, content: str = "x", at: float = 1_800_000_000) -> None:
    (folder / name).write_text(content)
    os.utime(folder / name, (at, at))


def test_without_reports_the_page_says_how_one_is_written(fakes: Fakes) -> None:
    status, text = get(fakes, "/reports/")
    assert status == 200
    assert "make report ENV=local PERIOD=week" in text


def test_the_list_has_every_form_of_a_report_and_the_last_written_first(fakes: Fakes, folder: Path) -> None:
    for name in ("slo-2026-11.html", "slo-2026-11.md", "slo-2026-11.json", "slo-2026-11.pdf"):
        put(folder, name)
    put(folder, "slo-2026-W48-team-shop.html", at=1_800_086_400)
    for other in ("notes.txt", ".slo-2026-11.html.partial"):
        put(folder, other)

    assert 'href="/reports/"' in get(fakes, "/")[1]
    text = get(fakes, "/reports/")[1]
    for form in ("html", "md", "json", "pdf"):
        assert f'href="/reports/slo-2026-11.{form}"' in text
    assert text.index("slo-2026-W48-team-shop") < text.index("slo-2026-11")
    assert "2027-01-16 08:00" in text
    assert "slo-2026-W48-team-shop.pdf" not in text, "only what was written"
    for other in ("notes", "partial", "rows"):
        assert other not in text


def test_a_long_list_is_cut_and_says_so(fakes: Fakes, folder: Path) -> None:
    for number in range(MOST + 2):
        put(folder, f"slo-{number:04}.html", at=1_800_000_000 + number)
    text = get(fakes, "/reports/")[1]
    assert text.count(">HTML<") == MOST
    assert "2 older ones are in build/local/reports" in text
    assert "slo-0001" not in text


def test_a_report_is_served_as_it_was_written_and_can_do_nothing(fakes: Fakes, folder: Path) -> None:
    put(folder, "slo-2026-11.html", "<style>p{}</style><p>met</p>")
    put(folder, "slo-2026-11.json", "{}")

    status, headers, text = ask(fakes.console, "/reports/slo-2026-11.html")
    assert (status, text) == (200, "<style>p{}</style><p>met</p>")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'")
    assert ask(fakes.console, "/reports/slo-2026-11.json")[1]["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "path",
    [
        "/reports/slo-2020-01.html",
        "/reports/notes.txt",
        "/reports/.slo-2026-11.html",
        "/reports/../../../catalog/teams.html",
        "/reports/rows/slo_daily",
    ],
)
def test_nothing_else_is_served(fakes: Fakes, folder: Path, path: str) -> None:
    put(folder, "notes.txt")
    put(folder, ".slo-2026-11.html")
    assert get(fakes, path)[0] == 404
