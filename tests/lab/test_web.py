"""Whom the web servers of the local environment answer, and how much they take of anybody."""

import asyncio
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from lab import web as shared
from lab.servers.inbox import Inbox, pages
from tests.lab.serving import served

JSON = ("Content-Type: application/json",)
TAKEN = "POST /webhook/shop HTTP/1.1"


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "inbox.jsonl")


@pytest.fixture
def address(inbox: Inbox) -> Iterator[str]:
    """host:port of a running inbox."""
    with served(pages(inbox)) as url:
        yield urlsplit(url).netloc


def said(address: str, request: bytes) -> bytes:
    """All that the server says to these bytes."""
    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(request)
        heard = b""
        while received := connection.recv(65536):
            heard += received
        return heard


def status(address: str, first: str, *headers: str, body: bytes = b"") -> int:
    """The status of the answer to a request with exactly these headers; a Host that fits where none is given."""
    given = headers if any(each.startswith("Host:") for each in headers) else (f"Host: {address}", *headers)
    lines = [first, *given, "Connection: close", "", ""]
    heard = said(address, "\r\n".join(lines).encode() + body)
    return int(heard.split(b" ", 2)[1])


def posted(address: str, *headers: str, body: bytes = b"{}") -> int:
    return status(address, TAKEN, *JSON, f"Content-Length: {len(body)}", *headers, body=body)


@pytest.mark.parametrize(
    "hosts", [["evil.example.com"], ["127.0.0.1"], ["127.0.0.1:1"], [""], ["{}", "evil.example.com"]]
)
def test_another_name_that_points_here_is_refused(address: str, hosts: list[str]) -> None:
    headers = [f"Host: {host.format(address)}" for host in hosts]

    # Of two, the parser refuses the request.
    assert status(address, "GET /notifications HTTP/1.1", *headers) in (400, 421)
    assert posted(address, *headers) in (400, 421)


def test_localhost_is_the_servers_own_name(address: str) -> None:
    port = address.rpartition(":")[2]

    assert status(address, "GET /notifications HTTP/1.1", f"Host: localhost:{port}") == 200


@pytest.mark.parametrize("origin", ["http://evil.example.com", "null", "https://{}", "http://127.0.0.1:1", ""])
def test_a_page_from_elsewhere_cannot_send_a_notification(address: str, inbox: Inbox, origin: str) -> None:
    assert posted(address, f"Origin: {origin.format(address)}") == 403
    assert inbox.find() == []


def test_a_page_of_its_own_and_a_program_can(address: str, inbox: Inbox) -> None:
    assert posted(address, f"Origin: http://{address}") == 200
    assert posted(address) == 200
    assert len(inbox.find()) == 2


@pytest.mark.parametrize(
    "found", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_what_a_form_can_send_is_no_notification(address: str, inbox: Inbox, found: str) -> None:
    assert status(address, TAKEN, f"Content-Type: {found}", "Content-Length: 2", body=b"{}") == 415
    assert inbox.find() == []


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "0x2", "9" * 30, "2, 3"])
def test_a_wrong_content_length_is_refused(address: str, inbox: Inbox, length: str) -> None:
    assert status(address, TAKEN, *JSON, f"Content-Length: {length}", body=b"{}") in (400, 413)
    assert inbox.find() == []


def test_a_body_of_two_lengths_is_refused(address: str) -> None:
    headers = ("Content-Length: 2", "Transfer-Encoding: chunked")

    assert status(address, TAKEN, *JSON, *headers, body=b"2\r\n{}\r\n0\r\n\r\n") == 400


def test_the_bound_of_a_body_holds_in_pieces_too(address: str, inbox: Inbox) -> None:
    piece = b"100000\r\n" + b" " * 0x100000 + b"\r\n"

    assert status(address, TAKEN, *JSON, "Transfer-Encoding: chunked", body=b"2\r\n{}\r\n0\r\n\r\n") == 200
    assert status(address, TAKEN, *JSON, "Transfer-Encoding: chunked", body=5 * piece + b"0\r\n\r\n") == 413
    assert len(inbox.find()) == 1


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"GET / HTTP/1.1\r\nHost:", id="half of the headers"),
        pytest.param(b"POST /webhook/shop HTTP/1.1\r\nHost: %s\r\nContent-Length: 9\r\n\r\n{", id="half of the body"),
    ],
)
def test_who_does_not_go_on_is_not_waited_for(inbox: Inbox, monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr(shared, "SECONDS", 0.3)
    with served(pages(inbox)) as url:
        address = urlsplit(url).netloc
        heard = said(address, sent.replace(b"%s", address.encode() + b"\r\nContent-Type: application/json"))

    assert heard == b"" or b" 408 " in heard.splitlines()[0]


@pytest.mark.parametrize("target", ["http://[bad/", "/" + "x" * 20_000, "*", "//", "/%ff%00", "/../../etc/passwd"])
def test_an_odd_path_is_answered(address: str, target: str) -> None:
    assert status(address, f"GET {target} HTTP/1.1") in (400, 404)


def test_every_answer_forbids_frames_other_scripts_and_caches(address: str) -> None:
    for first in ("GET /notifications HTTP/1.1", "GET /nowhere HTTP/1.1", "PUT / HTTP/1.1"):
        heard = said(address, f"{first}\r\nHost: {address}\r\nConnection: close\r\n\r\n".encode())
        assert b"frame-ancestors 'none'" in heard
        assert b"X-Content-Type-Options: nosniff" in heard
        assert b"Server: belfry\r\n" in heard


def test_a_handler_that_hangs_is_answered_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(_: web.Request) -> web.Response:
        await asyncio.sleep(60)
        raise AssertionError

    monkeypatch.setattr(shared, "SECONDS", 0.3)
    made = shared.application()
    made.router.add_get("/", hang)
    began = time.monotonic()
    with served(made) as url:
        assert status(urlsplit(url).netloc, "GET / HTTP/1.1") == 408
    assert time.monotonic() - began < 30
