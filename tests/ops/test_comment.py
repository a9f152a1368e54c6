"""The comment on a pull request: events, a hostile artifact, and GitHub's API."""

import io
import json
import threading
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from model.changes.markdown import MARKER, MOST_CHARACTERS
from model.changes.report import MAX_BYTES, Report
from model.problems import BadInput
from ops.cli import app
from ops.comment.command import comment, read_event
from ops.comment.github import Rest
from ops.comment.ports import Artifact, Comment, Pull
from ops.http import Unreachable

HEAD = "b" * 40
RUN: dict[str, Any] = {
    "id": 7,
    "event": "pull_request",
    "conclusion": "success",
    "head_sha": HEAD,
    "head_branch": "feature",
    "head_repository": {"owner": {"login": "stranger"}, "name": "fork"},
}


def zipped(content: bytes, name: str = "report.json", **more: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, text in {name: content, **more}.items():
            archive.writestr(member, text)
    return data.getvalue()


def report(head: str = HEAD, **given: Any) -> bytes:
    return Report(base="a" * 40, head=head, **given).model_dump_json().encode()


@dataclass
class FakeGitHub:
    artifact: bytes = field(default_factory=lambda: zipped(report()))
    said: list[Comment] = field(default_factory=list)
    open: list[Pull] = field(default_factory=lambda: [Pull(number=3, head=HEAD)])
    written: list[tuple[str, int, str]] = field(default_factory=list)
    size: int | None = None
    asked: tuple[str, str] | None = None

    def artifacts(self, run: int) -> Sequence[Artifact]:
        assert run == 7
        return [
            Artifact(id=1, name="changes-page", size=1),
            Artifact(id=2, name="changes", size=self.size or len(self.artifact)),
        ]

    def download(self, artifact: int, most: int) -> bytes:
        assert artifact == 2
        return self.artifact[: most + 1]

    def pulls(self, owner: str, branch: str) -> Sequence[Pull]:
        self.asked = (owner, branch)
        return self.open

    def comments(self, pull: int) -> Iterator[Comment]:
        assert pull == 3
        yield from self.said

    def create(self, pull: int, body: str) -> None:
        self.written.append(("create", pull, body))

    def update(self, comment: int, body: str) -> None:
        self.written.append(("update", comment, body))


def reported(tmp_path: Path, github: FakeGitHub, **run: Any) -> str:
    file = tmp_path / "event.json"
    file.write_text(json.dumps({"action": "completed", "workflow_run": {**RUN, **run}, "sender": {"login": "x"}}))
    return comment(read_event(file), github)


def test_a_pull_request_gets_one_comment_which_later_runs_write_again(tmp_path: Path) -> None:
    github = FakeGitHub()
    assert reported(tmp_path, github) == "commented on pull request 3"
    (made,) = github.written
    assert made[:2] == ("create", 3)
    assert made[2].startswith(MARKER)
    assert github.asked == ("stranger", "feature")

    github.said = [Comment(id=9, body=made[2].replace("\n", "\r\n"), ours=True)]
    assert reported(tmp_path, github) == "the comment on pull request 3 is as it should be"

    github.said = [Comment(id=9, body=f"{MARKER}\nold", ours=True)]
    assert reported(tmp_path, github) == "updated the comment on pull request 3"
    assert github.written[-1][:2] == ("update", 9)


def test_a_marker_in_another_persons_comment_is_left_alone(tmp_path: Path) -> None:
    github = FakeGitHub(said=[Comment(id=1, body=f"{MARKER}\nmine", ours=False), Comment(id=2, body="hi", ours=True)])
    assert reported(tmp_path, github) == "commented on pull request 3"


@pytest.mark.parametrize(
    "run",
    [
        {"event": "push"},
        {"conclusion": "failure"},
        {"conclusion": None},
        {"head_repository": None},
        {"head_branch": None},
    ],
)
def test_other_runs_get_no_comment(tmp_path: Path, run: dict[str, Any]) -> None:
    github = FakeGitHub()
    assert reported(tmp_path, github, **run).startswith("nothing to do: ")
    assert github.written == []


def test_a_report_of_an_older_commit_says_nothing(tmp_path: Path) -> None:
    github = FakeGitHub(open=[Pull(number=3, head="c" * 40)])
    assert reported(tmp_path, github) == f"nothing to do: no open pull request ends with {HEAD[:12]}"
    assert github.written == []


HOSTILE = {
    "huge by its own word": (FakeGitHub(size=MAX_BYTES + 1), f"found {MAX_BYTES + 1} bytes"),
    "huge": (FakeGitHub(artifact=b"x" * (MAX_BYTES + 2), size=1), f"found more than {MAX_BYTES} bytes"),
    "a bomb": (FakeGitHub(artifact=zipped(b" " * (MAX_BYTES + 1))), f"the file has {MAX_BYTES + 1} bytes"),
    "no zip": (FakeGitHub(artifact=b"report"), "the zip cannot be read"),
    "two files": (FakeGitHub(artifact=zipped(report(), other=b"")), "found 2 files; allowed: report.json alone"),
    "a path that leaves the folder": (FakeGitHub(artifact=zipped(report(), "../../report.json")), "found 1 files"),
    "deep": (FakeGitHub(artifact=zipped(b"[" * 50_000)), "nested more than"),
    "another commit": (FakeGitHub(artifact=zipped(report("d" * 40))), f"head: found {'d' * 40}; allowed: {HEAD}"),
    "no report": (FakeGitHub(artifact=zipped(b'{"body": "<script>"}')), "body: unknown key"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_artifact_is_refused_and_nothing_is_written(tmp_path: Path, case: str) -> None:
    github, message = HOSTILE[case]
    with pytest.raises(BadInput) as caught:
        reported(tmp_path, github)
    assert message in str(caught.value)
    assert github.written == []


def test_markup_and_mentions_of_a_report_do_nothing_and_it_fits(tmp_path: Path) -> None:
    entry = {
        "action": "new",
        "subject": "@all",
        "detail": "@octocat ![x](https://e.vil/p.png) <img>",
        "environments": ["dev"],
    }
    entries = [{**entry, "subject": f"@all {number}"} for number in range(2000)]
    content = json.dumps(
        {"base": "a" * 40, "head": HEAD, "stateful": [entry], "sections": [{"topic": "rules", "entries": entries}]}
    )
    github = FakeGitHub(artifact=zipped(content.encode()))
    reported(tmp_path, github)
    ((_, _, body),) = github.written
    assert len(body) <= MOST_CHARACTERS
    outside = "".join(body.split("`")[::2])
    assert "@octocat" not in outside
    assert "![" not in outside
    assert "<img" not in outside


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ("[]", "GITHUB_EVENT_PATH"),
        (json.dumps({"workflow_run": {**RUN, "head_sha": "main"}}), "head_sha: found 'main'"),
        (
            json.dumps({"workflow_run": {**RUN, "head_repository": {"owner": {"login": "a/../b"}}}}),
            "login: found 'a/../b'",
        ),
    ],
)
def test_an_event_that_is_none_is_bad_input(tmp_path: Path, event: str, message: str) -> None:
    (tmp_path / "event.json").write_text(event)
    with pytest.raises(BadInput, match=message):
        read_event(tmp_path / "event.json")


class Api(BaseHTTPRequestHandler):
    """As much of GitHub as the comment needs."""

    seen: list[tuple[str, str, str]]

    def do_GET(self) -> None:
        self.seen.append(("GET", self.path, self.headers.get("Authorization", "")))
        if self.path.endswith("/zip"):
            self.send_response(302)
            self.send_header("Location", "http://plain.example.com/blob")
            self.end_headers()
            return
        page = "page=2" in self.path
        answers: dict[str, Any] = {
            "artifacts?": {"artifacts": [{"id": 2, "name": "changes", "size_in_bytes": 5}]},
            "pulls?": [{"number": 3, "head": {"sha": HEAD}}],
            "comments?": [
                {"id": 1 + page, "body": None, "user": {"login": "github-actions[bot]" if page else "somebody"}}
            ]
            * (1 if page else 100),
            "wrong?": {},
        }
        self._answer(next(value for key, value in answers.items() if key in self.path))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.seen.append((self.command, self.path, body))
        self._answer({})

    def do_PATCH(self) -> None:
        self.do_POST()

    def _answer(self, content: Any) -> None:
        data = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (http.server's name)
        pass


@pytest.fixture
def api() -> Iterator[tuple[Rest, list[tuple[str, str, str]]]]:
    seen: list[tuple[str, str, str]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("One", (Api,), {"seen": seen}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Rest(f"http://127.0.0.1:{server.server_address[1]}", "acme/belfry", "token"), seen
    server.shutdown()
    thread.join()
    server.server_close()


def test_github_is_asked_by_its_api(api: tuple[Rest, list[tuple[str, str, str]]]) -> None:
    github, seen = api
    assert github.artifacts(7) == [Artifact(id=2, name="changes", size=5)]
    assert github.pulls("stranger", "fix/a b") == [Pull(number=3, head=HEAD)]
    said = list(github.comments(3))
    assert (len(said), said[0], said[-1]) == (
        101,
        Comment(id=1, body="", ours=False),
        Comment(id=2, body="", ours=True),
    )
    github.create(3, "hello")
    github.update(9, "again")
    assert [(method, path) for method, path, _ in seen] == [
        ("GET", "/repos/acme/belfry/actions/runs/7/artifacts?per_page=100"),
        ("GET", "/repos/acme/belfry/pulls?state=open&head=stranger%3Afix%2Fa+b&per_page=100"),
        ("GET", "/repos/acme/belfry/issues/3/comments?per_page=100&page=1"),
        ("GET", "/repos/acme/belfry/issues/3/comments?per_page=100&page=2"),
        ("POST", "/repos/acme/belfry/issues/3/comments"),
        ("PATCH", "/repos/acme/belfry/issues/comments/9"),
    ]
    assert seen[0][2] == "Bearer token"
    assert json.loads(seen[-1][2]) == {"body": "again"}


def test_an_artifact_is_fetched_from_elsewhere_by_https_alone(api: tuple[Rest, list[tuple[str, str, str]]]) -> None:
    with pytest.raises(Unreachable, match="artifact 2: GitHub answers 302"):
        api[0].download(2, 10)


def test_the_command_names_what_its_workflow_must_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    done = CliRunner().invoke(app, ["comment", "--event", str(tmp_path / "none.json")])
    assert done.exit_code == 2
    assert done.output.count("the variable is not set") == 3
