"""Ports are free ones, the same in each run, and on loopback only."""

import socket
from pathlib import Path

import pytest

from lab.layout import Layout
from lab.ports import FIRST, HOST, LAST, Ports, is_free


def test_a_port_stays_the_same_in_the_next_run(tmp_path: Path) -> None:
    first = Ports(Layout(tmp_path))
    chosen = {server: first.of(server, 80) for server in ("a", "b", "c")}
    first.write()

    again = Ports.read(Layout(tmp_path))

    assert {server: again.of(server, 80) for server in reversed(chosen)} == chosen
    assert len(set(chosen.values())) == 3
    assert all(FIRST <= port <= LAST for port in chosen.values())


def test_a_port_that_another_program_took_is_replaced_and_the_screen_says_so(tmp_path: Path) -> None:
    first = Ports(Layout(tmp_path))
    old = first.of("loki", 3100)
    first.write()
    with socket.create_server((HOST, old)):
        again = Ports.read(Layout(tmp_path))

        assert again.of("loki", 3100) != old
        assert str(old) in again.taken["loki"]


def test_a_running_server_keeps_the_port_that_it_holds_itself(tmp_path: Path) -> None:
    first = Ports(Layout(tmp_path))
    held = first.of("loki", 3100)
    first.write()
    with socket.create_server((HOST, held)):
        again = Ports.read(Layout(tmp_path), alive={"loki"})

        assert again.of("loki", 3100) == held
        assert not again.taken


def test_a_new_port_is_a_free_one(tmp_path: Path) -> None:
    ports = Ports(Layout(tmp_path))
    with socket.create_server((HOST, ports.of("a", 1))) as taken:
        assert not is_free(taken.getsockname()[1])
        assert Ports(Layout(tmp_path)).of("a", 1) != taken.getsockname()[1]


@pytest.mark.parametrize("text", ["{", '{"a": "x"}', "[1]"])
def test_a_damaged_file_is_distinguished(tmp_path: Path, text: str) -> None:
    layout = Layout(tmp_path)
    layout.write(layout.ports, text)

    with pytest.raises((ValueError, AttributeError)):
        Ports.read(layout)
