"""Who may ask the console what, and with which protection its answers come."""

import http.client
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lab.console.server import pages
from lab.layout import Layout
from tests.lab.console import samples
from tests.lab.console.fakes import Fakes
from tests.lab.serving import served


def ask(
    url: str, path: str = "/", method: str = "GET", headers: tuple[tuple[str, str], ...] = ()
) -> tuple[int, http.client.HTTPMessage, str]:
    """Status, headers and body, with exactly the Host headers given; one that fits when there is none."""
    netloc = urlsplit(url).netloc
    connection = http.client.HTTPConnection(netloc, timeout=20)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers or (("Host", netloc),):
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize(
    "hosts",
    [
        pytest.param(("rebound.example.com",), id="another name that points here"),
        pytest.param(("127.0.0.1",), id="no port"),
        pytest.param(("127.0.0.1:1",), id="another port"),
        pytest.param(("",), id="an empty one"),
    ],
)
def test_an_address_that_is_not_the_consoles_is_refused(fakes: Fakes, hosts: tuple[str, ...]) -> None:
    own = urlsplit(fakes.console).netloc
    status, _, body = ask(fakes.console, headers=tuple(("Host", host.format(own)) for host in hosts))
    assert status == 421
    assert "Belfry" not in body


def test_two_addresses_are_no_request(fakes: Fakes) -> None:
    own = urlsplit(fakes.console).netloc
    assert ask(fakes.console, headers=(("Host", own), ("Host", "rebound.example.com")))[0] == 400


def test_localhost_is_the_consoles_address(fakes: Fakes) -> None:
    assert ask(fakes.console, headers=(("Host", f"localhost:{urlsplit(fakes.console).port}"),))[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_but_reading_is_allowed(fakes: Fakes, method: str) -> None:
    status, headers, _ = ask(fakes.console, method=method)
    assert (status, set(headers["Allow"].split(","))) == (405, {"GET", "HEAD"})


@pytest.mark.parametrize("path", ["/", "/docs/runbooks/SloOutage.md", "/nowhere", "/console.js", "/mail/99"])
def test_every_answer_forbids_what_comes_from_elsewhere(fakes: Fakes, path: str) -> None:
    _, headers, body = ask(fakes.console, path)
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert not re.search(r"<script(?! src=\"/console.js\")|<style| style=| on\w+=", body), "inline code or style"


def test_a_mail_is_shown_as_it_was_sent_and_can_do_nothing(fakes: Fakes) -> None:
    html = "<h1>Mail</h1><script>fetch('/')</script>"
    number = fakes.inbox.take("email", "shop", {**samples.MAIL, "html": html})
    status, headers, body = ask(fakes.console, f"/mail/{number}")
    assert (status, body) == (200, html)
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none';")


def test_what_is_no_mail_is_not_shown_as_one(fakes: Fakes) -> None:
    number = fakes.inbox.take("webhook", "shop", {"html": "<h1>no mail</h1>"})
    assert ask(fakes.console, f"/mail/{number}")[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "/docs/../catalog/teams.yaml",
        "/docs/%2e%2e/README.md",
        "/docs//etc/passwd",
        "/docs/runbooks/../../README.md",
        "/docs/runbooks",
        "/docs/%00.md",
        "/static/console.css",
        "/mail/one",
        pytest.param(f"/docs/{'x' * 5000}.md", id="a long name"),
        pytest.param(f"/docs/{'x/' * 2500}.md", id="a deep name"),
        pytest.param(f"/mail/{'9' * 5000}", id="a number of 5,000 digits"),
        pytest.param("/mail/%D9%A1", id="a number of other digits"),
    ],
)
def test_only_pages_and_pictures_below_docs_are_served(fakes: Fakes, path: str) -> None:
    (fakes.layout.root / "README.md").write_text("# secret")
    status, _, body = ask(fakes.console, path)
    assert status == 404
    assert "secret" not in body


def test_a_runbook_is_rendered_and_its_own_html_is_only_shown(tmp_path: Path) -> None:
    runbooks = tmp_path / "docs" / "runbooks"
    runbooks.mkdir(parents=True)
    text = (
        "# Doors\n\n## a-b: `C`!\n\n<script>alert(1)</script>\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n[next](Next.md) [bad](javascript:x)"
    )
    (runbooks / "Doors.md").write_text(text)
    with served(pages(Layout(tmp_path))) as url:
        _, _, body = ask(url, "/docs/runbooks/Doors.md")
    assert '<h1 id="doors">Doors</h1>' in body
    assert '<h2 id="a-b-c">' in body, "as GitHub names it"
    assert "&lt;script&gt;alert(1)" in body
    assert "<td>1</td>" in body
    assert '<a href="Next.md">next</a>' in body
    assert 'href="javascript' not in body


def test_a_head_request_has_no_body(fakes: Fakes) -> None:
    status, headers, body = ask(fakes.console, "/console.css", "HEAD")
    assert (status, body) == (200, "")
    assert int(headers["Content-Length"]) > 1000
