"""The job that gives each team its folder, against a server that answers as Grafana's API does."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from jobs.grafana_folders import Grafana, folders, give, main, team, wait
from tests.tools import PROJECT

TEAMS = {"ops": "R&D Operations", "trading": "Trading"}
LOGIN = "Basic " + base64.b64encode(b"admin:hush").decode()


@dataclass
class State:
    """What the server holds. ``starting`` answers of health are refusals; ``meanwhile`` is made by provisioning."""

    teams: dict[str, int] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    permissions: dict[str, Any] = field(default_factory=dict)
    starting: int = 0
    meanwhile: dict[str, str] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    made: list[str] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    """The few calls of Grafana's API that the job makes, with the answers that Grafana's documentation gives."""

    state: State

    def do_GET(self) -> None:
        state, url = self.state, urlsplit(self.path)
        if url.path == "/api/health":
            state.starting -= 1
            self.answer(503 if state.starting >= 0 else 200, {"database": "ok"})
        elif self.allowed() and url.path == "/api/teams/search":
            wanted = parse_qs(url.query)["name"][0].casefold()
            self.answer(
                200, {"teams": [{"id": i, "name": n} for n, i in state.teams.items() if n.casefold() == wanted]}
            )
        elif self.allowed() and url.path == "/api/folders":
            self.answer(200, [{"uid": uid, "title": title} for uid, title in state.folders.items()])

    def do_POST(self) -> None:
        state, body = self.state, self.body()
        if not self.allowed():
            return
        state.made.append(self.path)
        if self.path in state.refused:
            self.answer(500, {"message": "database is locked"})
        elif self.path == "/api/teams":
            state.teams[body["name"]] = len(state.teams) + 1
            self.answer(200, {"teamId": state.teams[body["name"]], "message": "Team created"})
        elif self.path == "/api/folders":
            state.folders |= state.meanwhile
            if body["uid"] in state.folders or body["title"] in state.meanwhile.values():
                self.answer(409, {"message": "it is there already"})
            else:
                state.folders[body["uid"]] = body["title"]
                self.answer(200, body)
        else:
            uid = self.path.removeprefix("/api/folders/").removesuffix("/permissions")
            state.permissions[uid] = body["items"]
            self.answer(200, {"message": "Folder permissions updated"})

    def do_PUT(self) -> None:
        body, uid = self.body(), self.path.removeprefix("/api/folders/")
        if self.allowed():
            assert body["overwrite"], "Grafana wants the version or this"
            self.state.folders[uid] = body["title"]
            self.answer(200, {"uid": uid, "title": body["title"]})

    def body(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def allowed(self) -> bool:
        if self.headers["Authorization"] == LOGIN:
            return True
        self.answer(401, {"message": "Invalid username or password"})
        return False

    def answer(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        """Nothing: the tests look at the state."""


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
def url(state: State) -> Iterator[str]:
    handler = type("Served", (Handler,), {"state": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def grafana(url: str) -> Grafana:
    return Grafana(url, "admin", "hush")


@pytest.fixture
def arguments(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    for name, value in {"URL": url, "USER": "admin", "PASSWORD": "hush"}.items():
        monkeypatch.setenv(f"GRAFANA_{name}", value)
    (tmp_path / "teams.json").write_text(json.dumps(TEAMS), encoding="utf-8")
    return [str(tmp_path / "teams.json")]


def edited_by(number: int) -> list[dict[str, object]]:
    return [{"role": "Viewer", "permission": 1}, {"teamId": number, "permission": 2}]


def test_each_team_edits_its_own_folder_and_everybody_may_look(state: State, arguments: list[str]) -> None:
    assert main(arguments) == 0
    assert state.folders == {"team-ops": "R&D Operations", "team-trading": "Trading"}
    assert state.permissions == {
        "team-ops": edited_by(state.teams["R&D Operations"]),
        "team-trading": edited_by(state.teams["Trading"]),
    }


def test_a_second_run_makes_nothing_and_leaves_the_same(state: State, arguments: list[str]) -> None:
    main(arguments)
    before = (dict(state.teams), dict(state.folders), dict(state.permissions))
    state.made.clear()

    assert main(arguments) == 0
    assert state.made == ["/api/folders/team-ops/permissions", "/api/folders/team-trading/permissions"]
    assert (state.teams, state.folders, state.permissions) == before


def test_a_change_by_hand_is_repaired(state: State, grafana: Grafana) -> None:
    give(grafana, "trading", "Trading")
    state.permissions["team-trading"] = [{"role": "Editor", "permission": 2}]

    give(grafana, "trading", "Trading")
    assert state.permissions["team-trading"] == edited_by(1)


def test_folders_that_provisioning_made_are_taken_all_of_them(state: State, grafana: Grafana) -> None:
    state.folders = {"dejk2": "Trading", "abc1": "Trading", "x": "Trading archive"}

    give(grafana, "trading", "Trading")
    assert state.permissions.keys() == {"abc1", "dejk2"}
    assert "/api/folders" not in state.made


def test_a_folder_that_provisioning_makes_at_the_same_moment_is_taken(state: State, grafana: Grafana) -> None:
    state.meanwhile = {"dejk2": "Trading"}

    assert folders(grafana, "trading", "Trading") == ["dejk2"]


def test_the_folder_of_a_team_with_another_title_is_renamed(state: State, grafana: Grafana) -> None:
    state.folders = {"team-trading": "Traders"}

    assert folders(grafana, "trading", "Trading") == ["team-trading"]
    assert state.folders == {"team-trading": "Trading"}


def test_a_team_of_almost_the_same_name_is_another_team(state: State, grafana: Grafana) -> None:
    state.teams = {"trading": 7}

    assert team(grafana, "Trading") != 7


def test_it_waits_while_grafana_starts(state: State, grafana: Grafana) -> None:
    state.starting = 3
    wait(grafana, seconds=0)

    assert team(grafana, "Trading") == 1


def test_it_does_not_wait_forever(state: State, grafana: Grafana) -> None:
    state.starting = 10
    with pytest.raises(OSError, match="503"):
        wait(grafana, seconds=0, attempts=3)
    assert state.starting == 7


def test_a_refusal_ends_it_with_grafanas_own_words(
    state: State, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    state.refused = ("/api/folders",)

    assert main(arguments) == 1
    assert "/api/folders: 500" in (reported := capsys.readouterr().err)
    assert "database is locked" in reported


def test_a_missing_answer_ends_it(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: Grafana) -> None:
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr("jobs.grafana_folders.wait", nobody)
    assert main(arguments) == 1


def test_a_wrong_password_is_reported_and_not_shown(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRAFANA_PASSWORD", "guess")

    assert main(arguments) == 1
    reported = "".join(capsys.readouterr())
    assert "401" in reported
    assert "guess" not in reported
    assert base64.b64encode(b"admin:guess").decode() not in reported


def test_it_runs_alone_as_in_its_pod(state: State, arguments: list[str]) -> None:
    """Isolated: without this project, its packages and its environment."""
    program = PROJECT / "jobs" / "grafana_folders.py"
    given = {name: value for name, value in os.environ.items() if name.startswith("GRAFANA_")}
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-u", str(program), *arguments],
        env=given,
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "R&D Operations: folder team-ops, team 1",
        "Trading: folder team-trading, team 2",
    ]
    assert state.permissions.keys() == {"team-ops", "team-trading"}
